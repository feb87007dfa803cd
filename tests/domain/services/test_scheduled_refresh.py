"""Lists are refreshed by schedule: once, whoever of several instances does it, and less often where a vendor fails."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.changes import ChangeKind, ChangeQuery
from modeldesk.domain.model.catalogue.refresh_plan import LEASE_FOR, Interval
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.scheduled_refresh import LEASE, ScheduledRefresh
from tests.support.fake_vendors import CLASSES, NEEDS_KEY
from tests.support.named_instance import NamedInstance
from tests.support.samples import NOT_SUPPORTED, Desk, browse, held, lists, live_provider, select_model, settled, slot, with_list
from tests.support.services import Services

VENDOR = Slug("vendor")
HOUR = timedelta(hours=1)
INTERVAL = Interval(6 * HOUR)


def instance(desk: Services, name: str = "a") -> ScheduledRefresh:
    """One process over the desk's store, which draws no lots: every interval is as long as it says."""
    return ScheduledRefresh(
        unit_of_work=desk.store.unit_of_work,
        snapshots=desk.store,
        plans=desk.store,  # type: ignore[arg-type] # every store has plans
        refresh=desk.refresh,
        classes=CLASSES,
        clock=desk.clock,
        instance=NamedInstance(name, 0.5),
    )


def asked(desk: Desk) -> int:
    return len(desk.vendors.asked)


async def test_a_list_is_refreshed_when_it_is_due(desk: Desk) -> None:
    """Not before, and once; nothing is written meanwhile."""
    await with_list(desk)
    scheduled = instance(desk)
    desk.clock.forward(5 * HOUR)
    assert await scheduled.run_due(INTERVAL) == 0
    async with desk.store.unit_of_work() as work:
        assert await work.refreshes.lease(LEASE) is None, "where nothing is due, no lease is taken"
    desk.clock.forward(HOUR)
    desk.vendors.write("vendor", "abcde")
    assert await scheduled.run_due(INTERVAL) == 1
    assert asked(desk) == 2
    assert await scheduled.run_due(INTERVAL) == 0
    [change] = await desk.store.model_changes(ChangeQuery())
    assert (change.kind, change.model_id) == (ChangeKind.ADDED, "e")
    desk.clock.forward(6 * HOUR)
    assert await scheduled.run_due(INTERVAL) == 1


async def test_three_instances_make_one_call(desk: Desk) -> None:
    """At the same moment, and one after another: each is a process of its own, with its own cache."""
    await with_list(desk)
    desk.clock.forward(6 * HOUR)
    others = [Services(desk.store, desk.clock, desk.metadata, desk.vendors) for _ in range(2)]
    instances = [instance(desk, "a"), *(instance(other, name) for other, name in zip(others, "bc", strict=True))]
    free = held(desk)
    running = [asyncio.create_task(scheduled.run_due(INTERVAL)) for scheduled in instances]
    await settled()
    assert asked(desk) == 2, "the list of before, and one call"
    free.set()
    assert sorted(await asyncio.gather(*running)) == [0, 0, 1]
    assert [await scheduled.run_due(INTERVAL) for scheduled in instances] == [0, 0, 0]
    assert asked(desk) == 2


async def test_a_lease_is_taken_over_from_an_instance_that_was_killed(desk: Desk) -> None:
    """It held the lease and never came back: for the time of the lease nobody asks, then another one does."""
    await with_list(desk)
    desk.clock.forward(6 * HOUR)
    held(desk)
    killed = asyncio.create_task(instance(desk, "killed").run_due(INTERVAL))
    await settled()
    assert asked(desk) == 2
    desk.vendors.held = None
    other = instance(Services(desk.store, desk.clock, desk.metadata, desk.vendors), "other")
    assert await other.run_due(INTERVAL) == 0
    desk.clock.forward(LEASE_FOR)
    assert await other.run_due(INTERVAL) == 1
    assert asked(desk) == 3
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)


async def test_the_lease_is_given_back(desk: Desk) -> None:
    """The next instance needs not wait for it to run out."""
    await with_list(desk)
    desk.clock.forward(6 * HOUR)
    await instance(desk, "a").run_due(INTERVAL)
    async with desk.store.unit_of_work() as work:
        lease = await work.refreshes.lease(LEASE)
    assert lease is not None
    assert lease.is_free_for("b", desk.clock())


async def test_a_failing_vendor_is_asked_less_often(desk: Desk) -> None:
    """After 12, 24 and 48 hours; a vendor that works again, at the usual interval."""
    await with_list(desk)
    desk.vendors.fail("vendor")
    scheduled = instance(desk)
    hours = 6
    for wait in (12, 24, 48, 48):
        desk.clock.forward(hours * HOUR)
        assert await scheduled.run_due(INTERVAL) == 1
        desk.clock.forward((wait - 1) * HOUR)
        assert await scheduled.run_due(INTERVAL) == 0
        hours = 1
    desk.vendors.write("vendor", "abcd")
    desk.clock.forward(HOUR)
    assert await scheduled.run_due(INTERVAL) == 1
    desk.clock.forward(6 * HOUR)
    assert await scheduled.run_due(INTERVAL) == 1


async def test_a_retry_after_is_honoured(desk: Desk) -> None:
    """Where it is longer than the interval."""
    await with_list(desk)
    desk.clock.forward(6 * HOUR)
    until = desk.clock() + 20 * HOUR
    desk.vendors.lists["vendor"] = VendorFailed(VENDOR, Reason("vendor-status", status=429, retry_at=until))  # type: ignore[assignment]
    scheduled = instance(desk)
    await scheduled.run_due(INTERVAL)
    desk.clock.forward(19 * HOUR)
    assert await scheduled.run_due(INTERVAL) == 0
    desk.clock.forward(HOUR)
    assert await scheduled.run_due(INTERVAL) == 1


async def test_one_vendor_that_fails_does_not_keep_the_others_waiting(desk: Desk) -> None:
    """Each has its own plan."""
    for slug in ("bad", "good"):
        await desk.put(live_provider(slug))
        desk.vendors.write(slug, "ab")
        await browse(desk, slug)
    desk.vendors.fail("bad")
    desk.clock.forward(6 * HOUR)
    assert await instance(desk).run_due(INTERVAL) == 2
    assert {slug for slug, _ in desk.vendors.asked[2:]} == {"bad", "good"}
    assert (await desk.store.current()).list_state(Slug("good")).fetched_at == desk.clock()


async def test_a_list_that_nobody_wanted_is_not_read(desk: Desk) -> None:
    """Only those that were read before, or that have an active model."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    scheduled = instance(desk)
    assert await scheduled.run_due(INTERVAL) == 0
    await desk.selection.select(select_model("a", of=slot("vendor")), CLI_ACTOR)
    assert await scheduled.run_due(INTERVAL) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"is_active": False},
        {"capabilities": {CapabilityName("chat"): NOT_SUPPORTED}},
        {"capabilities": {CapabilityName("chat"): lists("a")}},
    ],
)
async def test_a_provider_that_is_off_is_not_asked(desk: Desk, changed: Mapping[str, Any]) -> None:
    """Disabled, not supported any more, or static by now."""
    await with_list(desk)
    await desk.put(evolve((await desk.store.current()).provider(VENDOR), **changed))
    desk.clock.forward(7 * HOUR)
    assert await instance(desk).run_due(INTERVAL) == 0


async def test_without_a_key_nothing_is_asked_and_nothing_is_written(desk: Desk) -> None:
    """Once there is a shared one, the list is read with it."""
    await desk.put(live_provider("vendor", NEEDS_KEY))
    await desk.selection.select(select_model("a", of=slot("vendor")), CLI_ACTOR)
    desk.vendors.write("vendor", "ab")
    scheduled = instance(desk)
    assert await scheduled.run_due(INTERVAL) == 0
    assert await desk.store.refresh_plans() == []  # type: ignore[attr-defined] # every store has plans
    await desk.key_keeping.set(VENDOR, None, api_key("sk-shared-0123456789"), CLI_ACTOR)
    assert await scheduled.run_due(INTERVAL) == 1
    assert desk.vendors.asked == [("vendor", "sk-shared-0123456789")]


async def test_what_somebody_refreshed_is_not_refreshed_again(desk: Desk) -> None:
    """An interval counts from the last reading."""
    await with_list(desk)
    scheduled = instance(desk)
    desk.clock.forward(5 * HOUR)
    await browse(desk, mode=RefreshMode.FORCE)
    desk.clock.forward(HOUR)
    assert await scheduled.run_due(INTERVAL) == 0
