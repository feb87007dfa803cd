"""Lists that come too late, and lists that shrink: what is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.domain.errors import KeyRejected, NotAllowed, TooSoon, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, RETRY_COOLDOWN, ListKey, PendingShrink, ids_digest
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.fake_vendors import NEEDS_KEY, vendor_models
from tests.support.samples import (
    ANOTHER_KEY,
    NIMA,
    NOON,
    SARA,
    Desk,
    another_process,
    browse,
    held,
    live_provider,
    settled,
    shown,
    with_list,
)

VENDOR = Slug("vendor")
LIVE, CACHE, STALE = Source.LIVE, Source.CACHE, Source.STALE


async def clear(desk: Desk) -> None:
    await desk.discovery.clear(None, CLI_ACTOR)


async def move(desk: Desk) -> None:
    await desk.put(evolve(live_provider(), api_base_url=HttpUrl("https://elsewhere.example/v1")))


async def enter_key(desk: Desk) -> None:
    await desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, SARA)


async def delete(desk: Desk) -> None:
    desk.store.contents = evolve(desk.store.contents, providers={}, lists={}, list_contents={})


@pytest.mark.parametrize("change", [clear, move, enter_key, delete])
@pytest.mark.parametrize("answers", [True, False], ids=["a list", "a failure"])
async def test_what_comes_too_late_is_not_kept(desk: Desk, change: Callable[[Desk], Awaitable[None]], answers: bool) -> None:
    """Begun before the lists were cleared, the address changed, a key was entered, or the provider went: who asked has it, nobody else."""
    await desk.put(live_provider())
    desk.vendors.held = asyncio.Event()
    asking = asyncio.create_task(browse(desk))
    await settled()
    await change(desk)
    before = await desk.store.current()
    if answers:
        desk.vendors.write("vendor", "old")
    desk.vendors.held.set()
    if answers:
        assert shown(await asking) == (LIVE, "old")
        assert await desk.store.current() == before
        assert await desk.cache.entries() == 0
    else:
        with pytest.raises(VendorFailed):
            await asking
        if change is not clear:  # a vendor that is down is down after it too
            assert await desk.store.current() == before
    if change is not delete:
        desk.vendors.write("vendor", "new")
        assert shown(await browse(desk, mode=RefreshMode.FORCE)) == (LIVE, "new")
        assert shown(await browse(desk)) == (CACHE, "new")


async def test_who_looks_after_a_clearing_is_not_given_what_began_before_it(desk: Desk) -> None:
    """Though the vendor is still busy with that: the list is read anew for them, and that one is kept."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "old")
    desk.vendors.held = first = asyncio.Event()
    before = asyncio.create_task(browse(desk))
    await settled()
    await desk.discovery.clear(VENDOR, CLI_ACTOR)
    after = asyncio.create_task(browse(desk))
    await settled()
    first.set()
    assert shown(await before) == (LIVE, "old")
    desk.vendors.write("vendor", "new")
    await after
    assert len(desk.vendors.asked) == 2
    assert (await desk.store.current()).list_state(VENDOR).fetched_at == NOON


async def test_each_late_list_is_shown_as_it_is(desk: Desk) -> None:
    """One that is not kept is not taken for the next one that is not."""
    await desk.put(live_provider())
    for ids in ("ab", "cd"):
        desk.vendors.held = asyncio.Event()
        asking = asyncio.create_task(browse(desk))
        await settled()
        await desk.discovery.clear(None, CLI_ACTOR)
        desk.vendors.write("vendor", ids)
        desk.vendors.held.set()
        assert shown(await asking) == (LIVE, ids)


async def test_a_reading_behind_that_comes_too_late_leaves_the_clearing(desk: Desk) -> None:
    """The next look still reads anew."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "abcd")
    await browse(desk)
    desk.clock.forward(FRESH_FOR)
    desk.vendors.held = asyncio.Event()
    assert shown(await browse(desk)) == (STALE, "abcd")
    await settled()
    await desk.discovery.clear(None, CLI_ACTOR)
    desk.vendors.held.set()
    await settled()
    state = (await desk.store.current()).list_state(VENDOR)
    assert (state.fetched_at, state.is_cleared) == (NOON, True)
    desk.vendors.write("vendor", "new")
    assert shown(await browse(desk)) == (LIVE, "new")


@pytest.mark.parametrize(("is_accepted", "kept"), [(False, "ab"), (True, "xy")])
async def test_of_two_instances_that_read_at_once_the_first_list_stays(desk: Desk, is_accepted: bool, kept: str) -> None:
    """Without a shared cache nobody waits for a lock. The second list is shown to its caller alone, unless a super admin accepts it."""
    await desk.put(live_provider())
    other = another_process(desk)
    free = held(desk)
    first = asyncio.create_task(browse(desk))
    await settled()
    free_second = held(desk)
    second = asyncio.create_task(browse(other, actor=SARA, mode=RefreshMode.FORCE, is_accepted=is_accepted))
    await settled()
    desk.vendors.write("vendor", "ab")
    free.set()
    assert shown(await first) == (LIVE, "ab")
    desk.vendors.write("vendor", "xy")
    free_second.set()
    assert shown(await second) == (LIVE, "xy")
    for one in (desk, other, another_process(desk)):
        assert shown(await browse(one)) == (CACHE, kept)
    assert len(desk.vendors.asked) == 2


async def with_four(desk: Desk) -> None:
    await desk.put(live_provider())
    desk.vendors.write("vendor", "abcd")
    await browse(desk)


async def test_a_list_that_shrank_waits_until_it_is_confirmed(desk: Desk) -> None:
    """The old one is shown, with how many wait; the next refresh that says the same takes its place."""
    await with_four(desk)
    desk.vendors.write("vendor", "ab")
    listing = await browse(desk, mode=RefreshMode.FORCE)
    assert shown(listing) == (CACHE, "abcd")
    assert listing.state is not None
    assert listing.state.shrunk == PendingShrink(ids_digest(vendor_models("a", "b")), 2)
    assert shown(await browse(desk)) == (CACHE, "abcd")
    assert shown(await browse(another_process(desk))) == (CACHE, "abcd")
    confirmed = await browse(desk, mode=RefreshMode.FORCE)
    assert shown(confirmed) == (LIVE, "ab")
    assert confirmed.state is not None
    assert confirmed.state.shrunk is None
    assert shown(await browse(desk)) == (CACHE, "ab")


async def test_a_shrunk_list_that_is_back_is_no_doubt_any_more(desk: Desk) -> None:
    """And shrinking later is a doubt of its own."""
    await with_four(desk)
    for ids, shown_then in (("ab", "abcd"), ("abcde", "abcde"), ("ab", "abcde"), ("bc", "abcde"), ("bc", "bc")):
        desk.vendors.write("vendor", ids)
        assert shown(await browse(desk, mode=RefreshMode.FORCE))[1] == shown_then


async def test_behind_the_answer_a_shrunk_list_is_confirmed_by_the_next_try(desk: Desk) -> None:
    """Which comes half a minute later at the earliest."""
    await with_four(desk)
    desk.vendors.write("vendor", "ab")
    desk.clock.forward(FRESH_FOR)
    for _ in range(3):
        assert shown(await browse(desk)) == (STALE, "abcd")
        await settled()
    assert len(desk.vendors.asked) == 2
    desk.clock.forward(RETRY_COOLDOWN)
    assert shown(await browse(desk)) == (STALE, "abcd")
    await settled()
    assert shown(await browse(desk)) == (CACHE, "ab")


async def test_a_super_admin_accepts_a_shrunk_list(desk: Desk) -> None:
    """At once, also one that nobody saw before; a normal one may not, and nothing is asked for them."""
    await with_four(desk)
    desk.vendors.write("vendor", "ab")
    with pytest.raises(NotAllowed):
        await browse(desk, actor=NIMA, mode=RefreshMode.FORCE, is_accepted=True)
    assert len(desk.vendors.asked) == 1
    assert shown(await browse(desk, actor=SARA, mode=RefreshMode.FORCE, is_accepted=True)) == (LIVE, "ab")
    [entry] = [entry for entry in desk.store.contents.audit if entry.action is Action.LIST_ACCEPTED]
    assert evolve(entry, id=None) == audit_entry(SARA, NOON, Action.LIST_ACCEPTED, "vendor", before={"count": 4}, after={"count": 2})


async def test_who_accepts_is_not_served_by_a_reading_that_does_not(desk: Desk) -> None:
    """Though one is under way."""
    await with_four(desk)
    desk.vendors.write("vendor", "ab")
    desk.vendors.held = asyncio.Event()
    plain = asyncio.create_task(browse(desk, mode=RefreshMode.FORCE))
    await settled()
    accepting = asyncio.create_task(browse(desk, actor=SARA, mode=RefreshMode.FORCE, is_accepted=True))
    await settled()
    desk.vendors.held.set()
    await asyncio.gather(plain, accepting)
    assert shown(accepting.result()) == (LIVE, "ab")


async def test_each_owner_has_a_failure_and_a_rest_of_their_own(desk: Desk) -> None:
    """Nima's key is refused, and only her list bears it; who comes again at once is told how long to wait, and where."""
    await desk.put(live_provider("vendor", NEEDS_KEY))
    await desk.key_keeping.set(VENDOR, "nima", ANOTHER_KEY, NIMA)
    desk.vendors.fail("vendor", "no", KeyRejected)
    with pytest.raises(KeyRejected):
        await browse(desk, actor=NIMA, mode=RefreshMode.FORCE)
    snapshot = await desk.store.current()
    assert snapshot.list_state(VENDOR, "nima").failure is not None
    assert snapshot.list_state(VENDOR).failure is None
    assert (snapshot.list_state(VENDOR, "nima").asked_at, snapshot.list_state(VENDOR).asked_at) == (NOON, None)
    with pytest.raises(TooSoon) as caught:
        await browse(desk, actor=NIMA, mode=RefreshMode.FORCE)
    assert (caught.value.provider, caught.value.wait) == ("vendor", timedelta(minutes=1))


class CountingCache(InMemoryListCache):
    """Counts the lists that are put, and lets others go on meanwhile, as a long list does."""

    puts = 0

    async def put(self, key: ListKey, models: VendorList) -> None:
        self.puts += 1
        await asyncio.sleep(0)
        await super().put(key, models)


async def test_a_list_that_many_read_at_the_same_time_is_cached_once(desk: Desk) -> None:
    """In a process that has none yet: preparing a long list takes its memory again, for each of them."""
    await with_list(desk)
    other = another_process(desk, cache=(cache := CountingCache()))
    assert {shown(listing) for listing in await asyncio.gather(*(browse(other) for _ in range(30)))} == {(CACHE, "abcd")}
    assert cache.puts == 1
