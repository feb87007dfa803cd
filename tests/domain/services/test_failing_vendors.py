"""Lists of vendors that fail: the last good one is shown, and the vendor is left alone for a while."""

from datetime import timedelta

import pytest

from modeldesk.domain.errors import KeyRejected, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, RETRY_COOLDOWN, STALE_FOR
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.fake_vendors import IT_IS_DOWN
from tests.support.samples import (
    A_KEY,
    NOON,
    SARA,
    Desk,
    browse,
    held,
    live_provider,
    number,
    settled,
    shown,
    with_list,
)

VENDOR = Slug("vendor")
LIVE, CACHE, STALE = Source.LIVE, Source.CACHE, Source.STALE


@pytest.mark.parametrize("mode", [RefreshMode.WAIT_IF_STALE, RefreshMode.FORCE])
async def test_where_the_vendor_fails_the_last_good_list_is_shown(desk: Desk, mode: RefreshMode) -> None:
    """Also to who waited; the reason is told with it, until a reading goes well."""

    await with_list(desk)
    desk.clock.forward(FRESH_FOR)
    desk.vendors.fail("vendor", "it is down")
    listing = await browse(desk, mode=mode)
    assert shown(listing) == (STALE, "abcd")
    assert listing.state is not None
    assert listing.state.failure is not None
    assert (listing.state.failure.code, listing.state.failure.reason, listing.state.failure.at) == (
        "vendor-failed",
        IT_IS_DOWN,
        desk.clock.now,
    )
    assert (await desk.store.current()).list_state(VENDOR) == listing.state
    desk.vendors.write("vendor", "abcd")
    desk.clock.forward(RETRY_COOLDOWN)
    assert (await browse(desk, mode=mode)).state.failure is None  # type: ignore[union-attr] # a live one has a state


async def test_a_list_that_is_fresh_stays_so_where_a_refresh_fails(desk: Desk) -> None:
    """What was read a minute ago is no worse for it."""

    await with_list(desk)
    desk.vendors.fail("vendor")
    assert shown(await browse(desk, mode=RefreshMode.FORCE)) == (CACHE, "abcd")


async def test_behind_the_answer_a_failing_vendor_is_asked_every_half_minute(desk: Desk) -> None:
    """Not with every look; and each time it is written down, for those on other instances who wait for their turn at it."""

    await with_list(desk)
    desk.clock.forward(FRESH_FOR)
    desk.vendors.fail("vendor")
    for _ in range(5):
        assert shown(await browse(desk)) == (STALE, "abcd")
        await settled()
    assert len(desk.vendors.asked) == 2
    written = await number(desk)
    for tries in range(3, 6):
        desk.clock.forward(RETRY_COOLDOWN)
        await browse(desk)
        await settled()
        assert len(desk.vendors.asked) == tries
    assert await number(desk) == written + 3


@pytest.mark.parametrize("kind", [VendorFailed, KeyRejected])
async def test_without_a_list_a_failing_vendor_is_left_alone_for_half_a_minute(desk: Desk, kind: type[VendorFailed]) -> None:
    """The same failure is told again at once; who waits for it or wants a refresh asks all the same, and the half minute begins anew."""

    await desk.put(live_provider())
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.vendors.fail("vendor", "it is down", kind)
    asked = desk.vendors.asked

    async def fails(times: int, mode: RefreshMode = RefreshMode.STALE_OK) -> None:
        with pytest.raises(VendorFailed) as caught:
            await browse(desk, mode=mode)
        assert (type(caught.value), caught.value.reason, len(asked)) == (kind, IT_IS_DOWN, times)

    await fails(1)
    desk.clock.forward(RETRY_COOLDOWN - timedelta(seconds=1))
    await fails(1)
    await fails(2, RefreshMode.WAIT_IF_STALE)
    await fails(3, RefreshMode.FORCE)
    desk.clock.forward(RETRY_COOLDOWN - timedelta(seconds=1))
    await fails(3)
    desk.clock.forward(timedelta(seconds=1))
    await fails(4)
    desk.vendors.write("vendor", "ab")
    assert shown(await browse(desk, mode=RefreshMode.FORCE)) == (LIVE, "ab")


async def test_a_list_too_old_to_be_shown_is_as_none(desk: Desk) -> None:
    """Whoever looks waits; a failing vendor is left alone for half a minute here too, however often the same failure was written down."""

    await with_list(desk)
    desk.vendors.fail("vendor")
    desk.clock.forward(FRESH_FOR)
    await browse(desk, mode=RefreshMode.WAIT_IF_STALE)
    desk.clock.forward(STALE_FOR)
    for _ in range(3):
        with pytest.raises(VendorFailed):
            await browse(desk)
    assert len(desk.vendors.asked) == 3
    assert (await desk.store.current()).list_state(VENDOR).fetched_at == NOON, "the list is still kept"


async def test_what_was_cleared_is_shown_where_the_vendor_fails(desk: Desk) -> None:
    """Once that is known, nobody waits for the vendor again: it is asked behind. Clearing once more waits once more."""

    await with_list(desk)
    desk.vendors.fail("vendor")
    for cleared in (1, 2):
        await desk.discovery.clear(VENDOR, CLI_ACTOR)
        assert shown(await browse(desk)) == (STALE, "abcd")
        assert len(desk.vendors.asked) == 1 + cleared
    free = held(desk)
    desk.clock.forward(RETRY_COOLDOWN)
    assert shown(await browse(desk)) == (STALE, "abcd")
    await settled()
    assert len(desk.vendors.asked) == 4
    desk.vendors.write("vendor", "abcx")
    free.set()
    await settled()
    assert shown(await browse(desk)) == (CACHE, "abcx")


async def test_a_failure_behind_a_stale_list_is_one_line_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The caller has the list."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    await browse(desk)
    desk.clock.forward(FRESH_FOR)
    desk.vendors.fail("vendor")
    await browse(desk)
    await settled()
    [line] = [record.getMessage() for record in caplog.records]
    assert line.startswith("a list was not refreshed: vendor-failed")


async def test_a_failure_that_is_not_over_names_its_provider(desk: Desk) -> None:
    """Those who come within the cooldown are told the same, without another call."""
    await desk.put(live_provider())
    desk.vendors.fail("vendor")
    for _ in range(2):
        with pytest.raises(VendorFailed) as caught:
            await browse(desk)
        assert caught.value.provider == "vendor"
    assert len(desk.vendors.asked) == 1
