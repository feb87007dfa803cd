"""Reading vendors' lists: once however many ask, behind the answer where an old list will do."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from attrs import define, evolve

from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.domain.errors import KeyMissing, LiveListNotAvailable, VendorFailed, VendorSlow
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, RETRY_COOLDOWN, STALE_FOR
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, ModelPattern, Slug
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.actors import by
from tests.support.fake_vendors import IT_IS_DOWN, NEEDS_KEY
from tests.support.samples import (
    A_KEY,
    NIMA,
    NOON,
    SARA,
    Desk,
    browse,
    held,
    lists,
    live_provider,
    number,
    select_model,
    settled,
    shown,
    slot,
    with_list,
)

VENDOR = Slug("vendor")
LIVE, CACHE, STALE = Source.LIVE, Source.CACHE, Source.STALE


async def test_a_cold_list_is_read_once_however_many_ask(desk: Desk) -> None:
    """A thousand at once, and whoever comes later has it from the cache."""

    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    free = held(desk)
    asking = [asyncio.create_task(browse(desk)) for _ in range(1_000)]
    await settled()
    free.set()
    assert {shown(listing) for listing in await asyncio.gather(*asking)} == {(LIVE, "ab")}
    assert shown(await browse(desk)) == (CACHE, "ab")
    assert desk.vendors.asked == [("vendor", None)]
    assert await number(desk) == 2, "the provider and its list: written once each"


async def test_a_fresh_list_asks_nobody(desk: Desk) -> None:
    """Until it is old; then it is shown all the same and read anew behind."""

    await with_list(desk)
    desk.clock.forward(FRESH_FOR - timedelta(seconds=1))
    for mode in (RefreshMode.STALE_OK, RefreshMode.WAIT_IF_STALE):
        assert shown(await browse(desk, mode=mode)) == (CACHE, "abcd")
    await settled()
    assert len(desk.vendors.asked) == 1
    desk.vendors.write("vendor", "abcx")
    desk.clock.forward(timedelta(seconds=1))
    assert shown(await browse(desk)) == (STALE, "abcd")
    await settled()
    assert shown(await browse(desk)) == (CACHE, "abcx")
    assert len(desk.vendors.asked) == 2


async def test_with_a_list_in_hand_nobody_waits_for_a_slow_vendor(desk: Desk) -> None:
    """Browsing and selecting go on, and all who come meanwhile have one reading behind them."""

    await with_list(desk)
    desk.clock.forward(FRESH_FOR)
    free = held(desk)
    for letter in "abc":
        assert shown(await browse(desk)) == (STALE, "abcd")
        selected = await desk.selection.select(select_model(letter, of=slot("vendor")), by("ann"))
        assert (selected.current.is_active, selected.current.in_catalogue) == (True, True)
        await desk.oversight.overview()
        await settled()
    assert len(desk.vendors.asked) == 2
    free.set()
    await settled()
    assert shown(await browse(desk)) == (CACHE, "abcd")


async def test_who_wants_to_wait_gets_the_new_list(desk: Desk) -> None:
    """The command line does; a refresh waits even where the list is fresh."""

    await with_list(desk)
    desk.vendors.write("vendor", "abcx")
    assert shown(await browse(desk, mode=RefreshMode.FORCE)) == (LIVE, "abcx")
    desk.vendors.write("vendor", "abcy")
    desk.clock.forward(FRESH_FOR)
    assert shown(await browse(desk, mode=RefreshMode.WAIT_IF_STALE)) == (LIVE, "abcy")


async def test_progress_is_told_to_who_waits(desk: Desk) -> None:
    """Pages and models, as the vendor gives them."""

    reported = list[tuple[int, int]]()
    await desk.put(live_provider())
    desk.vendors.write("vendor", "abc")
    await browse(desk, progress=lambda pages, models: reported.append((pages, models)))
    assert reported == [(1, 3)]


@pytest.mark.parametrize("mode", list(RefreshMode))
async def test_a_vendor_that_asks_to_be_left_alone_is_not_asked(desk: Desk, mode: RefreshMode) -> None:
    """Not by a refresh either, nor by another process, nor after a clearing: the last good list is shown until then, and then asked for again."""

    await with_list(desk)
    desk.vendors.ask_to_wait("vendor", until := NOON + timedelta(hours=1))
    assert shown(await browse(desk, mode=RefreshMode.FORCE)) == (CACHE, "abcd")
    desk.clock.forward(FRESH_FOR)
    await desk.discovery.clear(VENDOR, CLI_ACTOR)
    for process in (desk, Desk(store=desk.store, clock=desk.clock, vendors=desk.vendors)):
        listing = await browse(process, mode=mode)
        await settled()
        assert shown(listing) == (STALE, "abcd")
        assert listing.failure is not None
        assert listing.failure.retry_at == until
    assert len(desk.vendors.asked) == 2
    desk.clock.forward(timedelta(hours=1))
    desk.vendors.write("vendor", "abcx")
    assert shown(await browse(desk, mode=RefreshMode.WAIT_IF_STALE)) == (LIVE, "abcx")


async def test_without_a_list_the_wait_is_the_answer(desk: Desk) -> None:
    """As the vendor gave it; another key is asked with at once."""

    await desk.put(live_provider())
    desk.vendors.ask_to_wait("vendor", until := NOON + timedelta(hours=1))
    for mode in RefreshMode:
        with pytest.raises(VendorFailed) as caught:
            await browse(desk, mode=mode)
        assert caught.value.retry_at == until
    assert len(desk.vendors.asked) == 1
    desk.vendors.write("vendor", "ab")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    assert shown(await browse(desk)) == (LIVE, "ab")


async def test_who_waits_no_longer_leaves_the_reading_running(desk: Desk) -> None:
    """VendorSlow without a list, the last good one where there is one; what comes later is there for the next request."""

    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    free, moment = held(desk), timedelta(milliseconds=1)
    for _ in range(2):
        with pytest.raises(VendorSlow):
            await browse(desk, most=moment)
    free.set()
    await settled()
    assert shown(await browse(desk, most=moment)) == (CACHE, "ab")
    assert len(desk.vendors.asked) == 1
    free = held(desk)
    assert shown(await browse(desk, mode=RefreshMode.FORCE, most=moment)) == (CACHE, "ab")
    free.set()
    await settled()


@define(eq=False)
class CountedWaits(AsyncioCoalescing):
    """Counts how often a caller waited."""

    waits: int = 0

    async def run(self, key: Any, work: Any, most: timedelta | None = None) -> Any:
        self.waits += 1
        return await super().run(key, work, most)


async def test_nobody_waits_twice() -> None:
    """Where the last good list is lost, too, the first wait was long enough."""
    waiting = CountedWaits()
    desk = Desk(coalescing=waiting)
    await with_list(desk)
    await desk.cache.clear(None)
    desk.store.contents = evolve(desk.store.contents, list_contents={})
    free = held(desk)
    with pytest.raises(VendorSlow):
        await browse(desk, mode=RefreshMode.FORCE, most=timedelta(milliseconds=1))
    assert waiting.waits == 2, "one of them for the list that was there before"
    free.set()
    await settled()
    await desk.close()


LIVE_CHAT = live_provider().capabilities[slot("vendor").capability]
DECLARED_TOO = evolve(LIVE_CHAT, models=lists("x", "a").models)


async def test_declared_models_are_the_list_until_one_can_be_read(desk: Desk) -> None:
    """With why there is none yet; then they are joined to it, and a failure shows the last good list again."""

    await desk.put(live_provider(capabilities={slot("vendor").capability: DECLARED_TOO}))
    desk.vendors.fail("vendor")
    listing = await browse(desk)
    assert (shown(listing), listing.unread) == ((Source.STATIC, "xa"), IT_IS_DOWN)
    selected = await desk.selection.select(select_model("x", of=slot("vendor")), by("ann"))
    assert selected.current.in_catalogue is True
    [entry] = (await desk.oversight.overview()).providers
    assert entry.capabilities[slot("vendor").capability].model_count == 2
    desk.vendors.write("vendor", "ab")
    listing = await browse(desk, mode=RefreshMode.FORCE)
    assert (shown(listing), listing.unread) == ((LIVE, "abx"), None)
    desk.vendors.fail("vendor")
    assert shown(await browse(desk, mode=RefreshMode.FORCE)) == (CACHE, "abx")


async def test_without_a_key_declared_models_are_shown(desk: Desk) -> None:
    """The reason is that there is none; another capability without models is refused as before."""

    chat, image = slot("vendor").capability, CapabilityName("image")
    await desk.put(live_provider(known=NEEDS_KEY, capabilities={chat: DECLARED_TOO, image: LIVE_CHAT}))
    listing = await browse(desk)
    assert shown(listing) == (Source.STATIC, "xa")
    assert listing.unread is not None
    assert listing.unread.code == "key-none"
    with pytest.raises(KeyMissing):
        await desk.discovery.listing(Slot(VENDOR, image), CLI_ACTOR)


async def test_a_changed_declaration_changes_the_catalogue_at_once(desk: Desk) -> None:
    """Without asking the vendor again, and without touching other capabilities."""

    chat, content = slot("vendor").capability, CapabilityName("content")
    desk.vendors.write("vendor", "ab")
    await desk.put(live_provider(capabilities={chat: LIVE_CHAT, content: LIVE_CHAT}))
    assert shown(await browse(desk)) == (LIVE, "ab")
    await desk.put(live_provider(capabilities={chat: evolve(DECLARED_TOO, exclude=(ModelPattern("b"),)), content: LIVE_CHAT}))
    assert shown(await browse(desk)) == (CACHE, "ax")
    assert shown(await desk.discovery.listing(Slot(VENDOR, content), CLI_ACTOR)) == (CACHE, "ab")
    assert len(desk.vendors.asked) == 1


async def test_what_was_cleared_is_read_anew_at_the_next_look(desk: Desk) -> None:
    """Which waits for it, once."""

    await with_list(desk)
    desk.vendors.write("vendor", "abcx")
    await desk.discovery.clear(None, CLI_ACTOR)
    assert shown(await browse(desk)) == (LIVE, "abcx")
    assert shown(await browse(desk)) == (CACHE, "abcx")
    assert len(desk.vendors.asked) == 2


async def test_what_can_be_shown_without_the_vendor(desk: Desk) -> None:
    """A fresh or stale list can, and where the vendor failed just now its failure; a cold and an expired list cannot."""
    await desk.put(live_provider("vendor"), live_provider("other"))

    async def cached() -> tuple[bool, frozenset[Slug]]:
        snapshot = await desk.store.current()
        return desk.lists.is_cached(snapshot.provider(VENDOR), snapshot, CLI_ACTOR), desk.lists.expired(snapshot)

    assert await cached() == (False, frozenset())
    desk.vendors.write("vendor", "ab")
    await browse(desk)
    assert await cached() == (True, frozenset())
    desk.clock.forward(FRESH_FOR)
    assert await cached() == (True, frozenset())
    desk.clock.forward(STALE_FOR - FRESH_FOR)
    assert await cached() == (False, frozenset({VENDOR}))
    desk.vendors.fail("vendor")
    with pytest.raises(VendorFailed):
        await browse(desk)
    assert await cached() == (True, frozenset({VENDOR}))
    desk.clock.forward(RETRY_COOLDOWN)
    assert await cached() == (False, frozenset({VENDOR}))


async def test_whether_a_list_can_be_shown_is_a_matter_of_its_key(desk: Desk) -> None:
    """Who may not see it is refused as by reading; a provider without a base URL has none, and is named."""
    await desk.put(live_provider("vendor"), live_provider("nowhere", url=""))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    snapshot = await desk.store.current()
    with pytest.raises(KeyMissing, match="shared-key-super-only: provider='vendor'"):
        desk.lists.is_cached(snapshot.provider(VENDOR), snapshot, NIMA)
    with pytest.raises(LiveListNotAvailable) as caught:
        desk.lists.is_cached(snapshot.provider(Slug("nowhere")), snapshot, SARA)
    assert caught.value.provider == "nowhere"
