"""What the dashboard tells of live lists and keys."""

from collections.abc import Mapping
from datetime import datetime

import pytest
from attrs import evolve

from modeldesk.domain.errors import KeyMissing, Reason, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, STALE_FOR
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.actors import by
from tests.support.fake_vendors import IT_IS_DOWN, NEEDS_KEY, vendor_models
from tests.support.samples import (
    A_KEY,
    LIVE,
    NOON,
    NOT_SUPPORTED,
    SARA,
    Desk,
    another_process,
    browse,
    declared,
    live_provider,
    select_model,
    slot,
)


async def with_live_lists(desk: Desk) -> None:
    """One whose list was read, one that nobody looked at, one that needs a key, one that is switched off, and one without an address."""
    both = dict.fromkeys(("chat", "image"), LIVE)
    await desk.put(
        live_provider("read", capabilities={**both, "audio": NOT_SUPPORTED}),
        live_provider("unread"),
        live_provider("keyed", NEEDS_KEY),
        live_provider("off", NEEDS_KEY, is_active=False),
        live_provider("homeless", NEEDS_KEY, url=""),
    )
    desk.vendors.lists["read"] = VendorList(tuple(VendorModel(ModelId(name)) for name in ("a", "b", "flux-1", "tts-1")))
    await browse(desk, "read")


async def counts(desk: Desk) -> dict[tuple[str, str], tuple[int | None, datetime | None]]:
    return {
        (entry.provider.slug, name): (part.model_count, part.fetched_at)
        for entry in (await desk.oversight.overview()).providers
        for name, part in entry.capabilities.items()
    }


async def test_live_lists_are_counted_as_far_as_they_are_known(desk: Desk) -> None:
    """By capability, with when they were read; null where no list was ever read. Nobody is asked for it, however old the list is."""

    await with_live_lists(desk)
    expected = {
        ("read", "chat"): (2, NOON),
        ("read", "image"): (1, NOON),
        ("read", "audio"): (None, None),
        **dict.fromkeys([("unread", "chat"), ("keyed", "chat"), ("off", "chat"), ("homeless", "chat")], (None, None)),
    }
    assert await counts(desk) == expected
    desk.clock.forward(FRESH_FOR)
    assert await counts(desk) == expected
    assert await counts(another_process(desk)) == expected
    await desk.discovery.clear(None, CLI_ACTOR)
    assert await counts(desk) == await counts(another_process(desk, cache=desk.cache)) == expected
    assert await desk.cache.entries() == 0, "looking over what was cleared brings nothing back into the cache"
    assert len(desk.vendors.asked) == 1
    desk.clock.forward(STALE_FOR)
    assert set((await counts(desk)).values()) == {(None, None)}, "too old to be shown"


async def test_a_model_in_use_is_held_against_the_known_live_list(desk: Desk) -> None:
    """In the overview and in the list of stored models; where no list is known, nothing is said of it."""

    await with_live_lists(desk)
    for model, place in (("a", slot("read")), ("tts-1", slot("read", "image")), ("a", slot("unread"))):
        await desk.selection.select(select_model(model, of=place), by("ann"))
    stored = {
        (entry.model.slot.provider, entry.model.slot.capability): entry.in_catalogue for entry in await desk.oversight.models(ModelFilter())
    }
    assert stored == {("read", "chat"): True, ("read", "image"): False, ("unread", "chat"): None}
    reported = {(notice.code, notice.slot) for notice in (await desk.oversight.overview()).warnings if notice.code == "not-in-catalogue"}
    assert reported == {("not-in-catalogue", slot("read", "image"))}
    desk.vendors.write("read", ["b", "c", "d"])
    await browse(desk, "read", mode=RefreshMode.FORCE)
    again = (await desk.oversight.overview()).warnings
    assert ("not-in-catalogue", slot("read")) in {(notice.code, notice.slot) for notice in again}, "it is gone from the vendor's list"
    assert len(desk.vendors.asked) == 2


async def test_a_class_that_is_gone_costs_its_provider_alone(desk: Desk) -> None:
    """A package that offered it was removed: everything else goes on, and the provider's list is asked for in vain."""

    await with_live_lists(desk)
    await desk.put(live_provider("orphan", ProviderClassName("GoneProvider")))
    assert (await counts(desk))[("orphan", "chat")] == (None, None)
    assert (await desk.selection.select(select_model("a", of=slot("orphan")), by("ann"))).current.in_catalogue is None
    with pytest.raises(KeyMissing):
        await browse(desk, "orphan")
    await desk.key_keeping.set(Slug("orphan"), None, A_KEY, SARA)
    with pytest.raises(VendorFailed):
        await browse(desk, "orphan")
    assert (await counts(desk))[("read", "chat")] == (2, NOON)


async def notices(desk: Desk, *codes: str) -> list[tuple[str, str, Mapping[str, object]]]:
    found = (await desk.oversight.overview()).warnings
    return [(notice.code, notice.slot.provider, notice.facts) for notice in found if notice.code in codes]


async def test_the_overview_tells_what_stands_in_the_way_of_a_key(desk: Desk) -> None:
    """A list that needs a key and has none, and a key that was suspended; not of a provider that is off, has no address, or needs none."""

    await with_live_lists(desk)
    codes = ("key-missing", "key-suspended")
    assert await notices(desk, *codes) == [("key-missing", "keyed", {})]
    await desk.key_keeping.set(Slug("keyed"), None, A_KEY, SARA)
    await desk.key_keeping.set(Slug("unread"), None, A_KEY, SARA)
    assert await notices(desk, *codes) == []
    for slug, known in (("keyed", NEEDS_KEY), ("unread", GENERIC_CLASS)):
        await desk.registration.register(
            [declared(slug, provider_class=known, api_base_url="https://elsewhere.example", capabilities=live_provider().capabilities)],
            ImportOptions(force=True),
            SARA,
        )
    assert await notices(desk, *codes) == [("key-suspended", "keyed", {}), ("key-suspended", "unread", {})]
    await desk.key_keeping.delete(Slug("unread"), None, SARA)
    await desk.key_keeping.set(Slug("keyed"), None, A_KEY, SARA)
    assert await notices(desk, *codes) == []


async def test_the_overview_tells_why_a_list_could_not_be_read(desk: Desk) -> None:
    """And what is shown instead; it goes when a reading goes well. Told once for each capability of the list."""

    await with_live_lists(desk)
    for slug in ("read", "unread"):
        desk.vendors.fail(slug, "it is down")
    await browse(desk, "read", mode=RefreshMode.FORCE)
    with pytest.raises(VendorFailed):
        await browse(desk, "unread")
    still = {"reason": IT_IS_DOWN, "fetched_at": NOON}
    assert await notices(desk, "list-failed") == [
        ("list-failed", "read", still),
        ("list-failed", "read", still),
        ("list-failed", "unread", {"reason": IT_IS_DOWN, "fetched_at": None}),
    ]
    for slug in ("read", "unread"):
        desk.vendors.write(slug, ["a", "b", "c"])
        await browse(desk, slug, mode=RefreshMode.FORCE)
    assert await notices(desk, "list-failed") == []


async def test_the_overview_tells_of_a_list_that_waits(desk: Desk) -> None:
    """How many models there were and are, until it is confirmed."""

    await with_live_lists(desk)
    desk.vendors.write("read", ["a"])
    await browse(desk, "read", mode=RefreshMode.FORCE)
    assert await notices(desk, "list-shrunk") == [("list-shrunk", "read", {"before": 4, "count": 1})] * 2
    await browse(desk, "read", mode=RefreshMode.FORCE)
    assert await notices(desk, "list-shrunk") == []


async def test_the_overview_tells_of_a_list_that_did_not_come_whole(desk: Desk) -> None:
    """Until a whole one comes."""

    await with_live_lists(desk)
    desk.vendors.lists["read"] = evolve(vendor_models("a", "b", "c", "d"), incomplete=Reason("list-goes-on"))
    await browse(desk, "read", mode=RefreshMode.FORCE)
    why = {"reason": Reason("list-incomplete", reason=Reason("list-goes-on"))}
    assert await notices(desk, "list-incomplete", "list-failed") == [("list-incomplete", "read", why)] * 2
    desk.vendors.write("read", ["a", "b", "c", "d"])
    await browse(desk, "read", mode=RefreshMode.FORCE)
    assert await notices(desk, "list-incomplete") == []


async def test_what_is_told_of_a_list_is_told_of_the_present_one(desk: Desk) -> None:
    """A failure and a doubt from before a key was entered are nobody's any more, and no list of before is said to be shown."""

    await with_live_lists(desk)
    desk.vendors.write("read", ["a"])
    await browse(desk, "read", mode=RefreshMode.FORCE)
    desk.vendors.fail("read", "it is down")
    await browse(desk, "read", mode=RefreshMode.FORCE)
    assert len(await notices(desk, "list-failed", "list-shrunk")) == 4
    await desk.key_keeping.set(Slug("read"), None, A_KEY, SARA)
    assert await notices(desk, "list-failed", "list-shrunk") == []
    with pytest.raises(VendorFailed):
        await browse(desk, "read")
    assert await notices(desk, "list-failed") == [("list-failed", "read", {"reason": IT_IS_DOWN, "fetched_at": None})] * 2
