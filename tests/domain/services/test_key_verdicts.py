"""What the desk knows of a key after a check: a rejection stays with that very key until its vendor accepts it."""

import asyncio
from datetime import timedelta

import pytest

from modeldesk.domain.errors import KeyRejected
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.health import Health
from modeldesk.domain.model.keys.provider_key import Verdict, api_key
from modeldesk.domain.model.providers.provider import ProviderClassName
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED
from modeldesk.domain.services.key_status import KeyStatus, KeyStatuses
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.actors import by
from tests.support.fake_vendors import CLASSES, NEEDS_KEY, PUBLIC
from tests.support.samples import A_KEY, NIMA, SARA, Desk, browse, live_provider, provider, select_model, settled, slot
from tests.support.webhooks import FakeReceivers, webhooks_of

VENDOR = Slug("vendor")
ANOTHER_KEY = api_key("sk-another-key-0123456789")


async def status(desk: Desk, owner: str | None = None) -> KeyStatus:
    snapshot = await desk.store.current()
    return KeyStatuses(CLASSES, lambda _: True).of_key(snapshot.keys[VENDOR, owner], snapshot)


async def with_key(desk: Desk, known: ProviderClassName = NEEDS_KEY) -> None:
    await desk.put(live_provider("vendor", known))
    desk.vendors.write("vendor", "ab")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)


async def check(desk: Desk, verdict: Verdict) -> None:
    desk.vendors.verdict = verdict
    await desk.key_keeping.check(VENDOR, None, SARA)


@pytest.mark.parametrize("known", [NEEDS_KEY, PUBLIC])
async def test_a_rejection_by_a_check_is_known_until_a_check_accepts_the_key(desk: Desk, known: ProviderClassName) -> None:
    """Also where the list is public, and says nothing about the key. Checks that prove nothing change nothing, and what is known is not written twice."""
    await with_key(desk, known)
    await check(desk, Verdict.REJECTED)
    assert await status(desk) is KeyStatus.REJECTED
    before = (await desk.store.current()).generation
    for verdict in (Verdict.REJECTED, Verdict.INCONCLUSIVE):
        await check(desk, verdict)
        assert (await desk.store.current()).generation == before
    await check(desk, Verdict.VALID)
    assert await status(desk) is KeyStatus.USABLE
    before = (await desk.store.current()).generation
    await check(desk, Verdict.VALID)
    assert (await desk.store.current()).generation == before


async def test_a_static_provider_has_a_key_that_is_rejected(desk: Desk) -> None:
    """No list of its is ever read."""
    await desk.put(provider("vendor", api_base_url=HttpUrl("https://vendor.example")))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    await check(desk, Verdict.REJECTED)
    assert await status(desk) is KeyStatus.REJECTED


async def test_an_accepting_check_ends_what_a_list_said(desk: Desk) -> None:
    """The vendor thought better of a key with which the list could not be read."""
    await with_key(desk)
    desk.vendors.fail("vendor", kind=KeyRejected)
    with pytest.raises(KeyRejected):
        await browse(desk)
    assert await status(desk) is KeyStatus.REJECTED
    await check(desk, Verdict.VALID)
    assert await status(desk) is KeyStatus.USABLE


@pytest.mark.parametrize(("known", "after"), [(NEEDS_KEY, KeyStatus.USABLE), (PUBLIC, KeyStatus.REJECTED)])
async def test_a_list_that_needs_the_key_proves_it(desk: Desk, known: ProviderClassName, after: KeyStatus) -> None:
    """A public list is read without a key that is no good."""
    await with_key(desk, known)
    await check(desk, Verdict.REJECTED)
    await browse(desk, mode=RefreshMode.FORCE)
    assert await status(desk) is after


async def test_a_list_ends_no_rejection_of_later(desk: Desk) -> None:
    """Its reading began before that check, and knows the rejection before it alone."""
    await with_key(desk)
    await check(desk, Verdict.REJECTED)
    desk.vendors.held = held = asyncio.Event()
    reading = asyncio.ensure_future(browse(desk, mode=RefreshMode.FORCE))
    await settled()
    desk.vendors.held = None
    await check(desk, Verdict.VALID)
    desk.vendors.checked_at += timedelta(seconds=1)
    await check(desk, Verdict.REJECTED)
    held.set()
    await reading
    assert await status(desk) is KeyStatus.REJECTED


async def test_a_verdict_is_that_of_the_key_that_was_checked(desk: Desk) -> None:
    """Not of one that is entered while the vendor answers, the same one entered again included; nor of an admin's own."""
    await with_key(desk)
    await desk.key_keeping.set(VENDOR, "nima", A_KEY, NIMA)
    for entered in (ANOTHER_KEY, ANOTHER_KEY):
        desk.vendors.verdict, desk.vendors.held = Verdict.REJECTED, asyncio.Event()
        checking = asyncio.ensure_future(desk.key_keeping.check(VENDOR, None, SARA))
        await settled()
        desk.clock.forward(timedelta(seconds=1))
        await desk.key_keeping.set(VENDOR, None, entered, SARA)
        desk.vendors.held.set()
        await checking
        assert await status(desk) is KeyStatus.USABLE
        desk.vendors.held = None
    await check(desk, Verdict.REJECTED)
    assert (await status(desk), await status(desk, "nima")) == (KeyStatus.REJECTED, KeyStatus.USABLE)
    await desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, SARA)
    assert await status(desk) is KeyStatus.USABLE


@pytest.mark.parametrize(
    ("first", "meanwhile", "after"),
    [(Verdict.REJECTED, Verdict.VALID, KeyStatus.USABLE), (Verdict.VALID, Verdict.REJECTED, KeyStatus.REJECTED)],
)
async def test_a_verdict_that_was_recorded_during_a_check_stays(desk: Desk, first: Verdict, meanwhile: Verdict, after: KeyStatus) -> None:
    """A slow check began before it, and knows nothing of it."""
    await with_key(desk)
    await check(desk, first)
    desk.vendors.held = held = asyncio.Event()
    checking = asyncio.ensure_future(desk.key_keeping.check(VENDOR, None, SARA))
    await settled()
    desk.vendors.held = None
    await check(desk, meanwhile)
    desk.vendors.verdict = first
    held.set()
    await checking
    assert await status(desk) is after


async def test_a_key_that_is_deleted_during_its_check_stays_deleted(desk: Desk) -> None:
    """Nothing brings it back."""
    await with_key(desk)
    desk.vendors.verdict, desk.vendors.held = Verdict.REJECTED, asyncio.Event()
    checking = asyncio.ensure_future(desk.key_keeping.check(VENDOR, None, SARA))
    await settled()
    await desk.key_keeping.delete(VENDOR, None, SARA)
    desk.vendors.held.set()
    await checking
    assert (await desk.store.current()).keys == {}


async def test_a_key_that_is_sent_in_another_way_is_not_rejected(desk: Desk) -> None:
    """A wrong scheme may have been the reason: both after the check, and where it changes during it."""
    await with_key(desk)
    await check(desk, Verdict.REJECTED)
    await desk.put(live_provider("vendor", PUBLIC))
    assert await status(desk) is KeyStatus.USABLE
    desk.vendors.held = asyncio.Event()
    checking = asyncio.ensure_future(desk.key_keeping.check(VENDOR, None, SARA))
    await settled()
    await desk.put(live_provider("vendor", url="https://vendor.example/v2"))
    desk.vendors.held.set()
    await checking
    assert await status(desk) is KeyStatus.USABLE


async def test_a_rotation_of_the_master_key_keeps_a_rejection(desk: Desk) -> None:
    """It is the same key."""
    await with_key(desk)
    await check(desk, Verdict.REJECTED)
    await desk.rotation.rotate()
    assert await status(desk) is KeyStatus.REJECTED


async def test_the_doctor_and_webhooks_know_a_rejection_once(desk: Desk) -> None:
    """The list that is refused afterwards says nothing new; a personal key is its owner's own affair."""
    await with_key(desk)
    await browse(desk)
    await desk.selection.select(select_model("a", of=slot("vendor")), by("ann"))
    await desk.key_keeping.set(VENDOR, "nima", A_KEY, NIMA)
    await webhooks_of(desk, FakeReceivers()).add(HttpUrl("https://a.example/in"), SUBSCRIBED, CLI_ACTOR)
    desk.vendors.verdict = Verdict.REJECTED
    await desk.key_keeping.check(VENDOR, "nima", NIMA)
    assert (desk.store.contents.deliveries, (await desk.doctor.diagnosis()).worst) == ((), Health.PRICE_UNKNOWN)
    for _ in range(2):
        await desk.key_keeping.check(VENDOR, None, SARA)
    desk.vendors.fail("vendor", kind=KeyRejected)
    await browse(desk, mode=RefreshMode.FORCE)
    assert [delivery.event.type.value for delivery in desk.store.contents.deliveries] == ["key.rejected"]
    assert (await desk.doctor.diagnosis()).worst is Health.KEY_REJECTED
    await check(desk, Verdict.VALID)
    assert (await desk.doctor.diagnosis()).worst is Health.PRICE_UNKNOWN


async def test_the_doctor_knows_a_rejection_by_a_check_alone(desk: Desk) -> None:
    """With its reason and its time; a key that is suspended is no longer sent."""
    await with_key(desk)
    await browse(desk)
    await desk.selection.select(select_model("a", of=slot("vendor")), by("ann"))
    await check(desk, Verdict.REJECTED)
    finding = (await desk.doctor.diagnosis()).slots[0].finding
    rejection = (await desk.store.current()).keys[VENDOR, None].rejection
    assert rejection is not None
    assert (finding.state, finding.since) == (Health.KEY_REJECTED, rejection.at)
    async with desk.store.unit_of_work() as work:
        await work.keys.suspend(VENDOR)
        await work.commit()
    assert (await desk.doctor.diagnosis()).worst is Health.KEY_MISSING
