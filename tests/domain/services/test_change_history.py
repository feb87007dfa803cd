"""Which changes are recorded while lists are refreshed, and for whom."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from modeldesk.domain.errors import ProviderNotFound
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.catalogue.changes import KEPT_FOR, ChangeKind, ChangeQuery
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, SingleLineText, Slug
from modeldesk.domain.services.change_history import ChangeHistory
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.fake_vendors import NEEDS_KEY, vendor_models
from tests.support.samples import NIMA, NOON, Desk, browse, live_provider, with_list

VENDOR = Slug("vendor")
KEY_OF = {"nima": "sk-of-nima-0123456789", None: "sk-shared-0123456789"}
ADDED, REMOVED, PRICE = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.PRICE


async def refreshed(desk: Desk, models: Sequence[str] | VendorList, **more: object) -> None:
    """The vendor has another list, and somebody refreshes it a minute later."""
    desk.vendors.lists["vendor"] = models if isinstance(models, VendorList) else vendor_models(*models)
    desk.clock.forward(timedelta(minutes=1))
    await browse(desk, mode=RefreshMode.FORCE, **more)  # type: ignore[arg-type] # arguments of a test's choice


async def changes(desk: Desk, **wanted: object) -> list[tuple[ChangeKind, str]]:
    """The oldest first."""
    found = await desk.store.model_changes(ChangeQuery(**wanted))  # type: ignore[arg-type] # a filter of a test's choice
    return [(change.kind, str(change.model_id)) for change in reversed(found)]


async def with_keys(*owners: str | None) -> Desk:
    """A vendor that wants a key, with the keys of these owners."""
    desk = Desk()
    await desk.put(live_provider("vendor", NEEDS_KEY))
    async with desk.store.unit_of_work() as work:
        await work.accounts.put(Admin(SingleLineText("nima"), Role.NORMAL, "h", True, NOON))
        await work.commit()
    for owner in owners:
        await desk.key_keeping.set(VENDOR, owner, api_key(KEY_OF[owner]), CLI_ACTOR)
    return desk


async def test_the_first_list_changes_nothing(desk: Desk) -> None:
    """A thousand models are no news where none were known; the next list is compared with it."""
    await with_list(desk, "abcd")
    assert await changes(desk) == []
    await refreshed(desk, "abcde")
    assert await changes(desk) == [(ADDED, "e")]


async def test_a_removal_needs_two_good_lists(desk: Desk) -> None:
    """In the transaction of the list that confirms it."""
    await with_list(desk, "abcd")
    await refreshed(desk, "abc")
    assert await changes(desk) == []
    await refreshed(desk, "abc")
    assert await changes(desk) == [(REMOVED, "d")]
    await refreshed(desk, "abcd")
    assert await changes(desk) == [(REMOVED, "d"), (ADDED, "d")]


async def test_prices_are_compared_with_the_list_before_also_without_a_cache(desk: Desk) -> None:
    """The last good list stands in the database; a cleared cache loses no change."""
    cheap, dear = (VendorList((VendorModel(ModelId("m"), pricing=Pricing(amounts={"prompt": Decimal(price)})),)) for price in ("0.5", "2"))
    await with_list(desk, "m")
    await refreshed(desk, cheap)
    await desk.cache.clear(None)
    await refreshed(desk, dear)
    [price, _] = await desk.store.model_changes(ChangeQuery())
    assert (price.kind, price.before, price.after) == (
        PRICE,
        {"pricing": {"currency": "USD", "unit": "1M tokens", "prompt": "0.50"}},
        {"pricing": {"currency": "USD", "unit": "1M tokens", "prompt": "2.00"}},
    )
    assert price.at == desk.clock()


async def test_a_list_that_waits_changes_nothing_until_it_is_accepted(desk: Desk) -> None:
    """It shrank by half: nothing is missing yet. Once accepted, it is a list as any other."""
    await with_list(desk, "abcdef")
    await refreshed(desk, "ab")
    assert await changes(desk) == []
    await refreshed(desk, "ab", is_accepted=True)
    assert await changes(desk) == []
    await refreshed(desk, "ab")
    assert await changes(desk) == [(REMOVED, name) for name in "cdef"]


async def test_failures_change_nothing(desk: Desk) -> None:
    """The last good list stays what the next one is compared with."""
    await with_list(desk, "abcd")
    desk.vendors.fail("vendor")
    desk.clock.forward(timedelta(minutes=1))
    await browse(desk, mode=RefreshMode.FORCE)
    await refreshed(desk, "abcde")
    assert await changes(desk) == [(ADDED, "e")]


async def test_a_list_of_one_admin_leaves_no_change() -> None:
    """It is nobody else's, and the log is everybody's."""
    desk = await with_keys("nima", None)
    for owner, ids in (("nima", "ab"), ("nima", "abc"), (None, "xy"), (None, "xyz")):
        desk.vendors.lists[f"vendor {KEY_OF[owner]}"] = vendor_models(*ids)
        desk.clock.forward(timedelta(minutes=2))
        await browse(desk, actor=NIMA if owner else CLI_ACTOR, mode=RefreshMode.FORCE)
    assert await changes(desk) == [(ADDED, "z")]


async def test_a_list_read_with_another_key_is_a_first_list() -> None:
    """Another account may see other models; what was missing before is forgotten."""
    desk = await with_keys(None)
    await refreshed(desk, "abcd")
    await refreshed(desk, "abc")
    await desk.key_keeping.set(VENDOR, None, api_key("sk-another-0123456789"), CLI_ACTOR)
    await refreshed(desk, "abx")
    await refreshed(desk, "abx")
    assert await changes(desk) == []


async def test_two_that_refresh_at_once_record_a_change_once(desk: Desk) -> None:
    """They share one reading, or the second finds the first one's list."""
    await with_list(desk, "abcd")
    desk.vendors.write("vendor", "abcde")
    desk.clock.forward(timedelta(minutes=1))
    await asyncio.gather(*(browse(desk, mode=RefreshMode.FORCE) for _ in range(5)))
    assert await changes(desk) == [(ADDED, "e")]


async def test_changes_are_kept_for_a_year(desk: Desk) -> None:
    """The next change deletes what is older."""
    await with_list(desk, "abcd")
    await refreshed(desk, "abcde")
    desk.clock.forward(KEPT_FOR)
    await refreshed(desk, "abcdef")
    assert await changes(desk) == [(ADDED, "f")]


async def test_an_unknown_provider_is_refused(desk: Desk) -> None:
    """By its name, with those that exist."""
    await with_list(desk)
    history = ChangeHistory(desk.store, desk.store)
    assert await history.changes(ChangeQuery(provider=VENDOR)) == []
    with pytest.raises(ProviderNotFound):
        await history.changes(ChangeQuery(provider=Slug("nobody")))
