"""Many who wait for one reading, in one process and in several; and an end of it."""

import asyncio
from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.fake_vendors import vendor_models
from tests.support.samples import (
    A_KEY,
    ANOTHER_KEY,
    SARA,
    Desk,
    another_process,
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


async def test_who_leaves_does_not_end_it_for_the_others(desk: Desk) -> None:
    """Not even the one for whom it began; and where all have left, the list is kept all the same."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    free = held(desk)
    first, second = (asyncio.create_task(browse(desk)) for _ in range(2))
    await settled()
    first.cancel()
    await settled()
    free.set()
    assert shown(await second) == (LIVE, "ab")
    with pytest.raises(asyncio.CancelledError):
        await first
    await desk.discovery.clear(None, CLI_ACTOR)
    free = held(desk)
    alone = asyncio.create_task(browse(desk))
    await settled()
    alone.cancel()
    free.set()
    await settled()
    assert shown(await browse(desk)) == (CACHE, "ab")
    assert len(desk.vendors.asked) == 2


async def test_closing_ends_what_is_under_way(desk: Desk) -> None:
    """Readings that somebody waits for, and those behind; nothing is written afterwards."""
    await with_list(desk)
    await desk.put(live_provider("other"))
    desk.clock.forward(FRESH_FOR)
    held(desk)
    waiting = asyncio.create_task(browse(desk, "other"))
    await browse(desk)
    await settled()
    assert len(desk.vendors.asked) == 3
    before = await number(desk)
    await desk.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(asyncio.all_tasks()) == 1, "only this one is left"
    assert await number(desk) == before


async def test_what_another_process_read_is_not_read_again(desk: Desk) -> None:
    """One that asks later finds the list; one that asks meanwhile waits for its turn, and finds it too."""
    other = another_process(desk, cache=desk.cache)
    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    free = held(desk)
    asking = [asyncio.create_task(browse(one, mode=mode)) for one in (desk, other) for mode in RefreshMode]
    await settled()
    free.set()
    assert {shown(listing)[1] for listing in await asyncio.gather(*asking)} == {"ab"}
    assert len(desk.vendors.asked) == 1
    third = another_process(desk)
    assert shown(await browse(third)) == (CACHE, "ab"), "from the store, where the cache is another one"
    assert len(desk.vendors.asked) == 1


async def test_an_incomplete_list_that_another_process_read_is_shown(desk: Desk) -> None:
    """It says that it is not whole, and is no failure of whoever waited for it."""
    other = another_process(desk, cache=desk.cache)
    await desk.put(live_provider())
    desk.vendors.lists["vendor"] = evolve(vendor_models("a", "b"), incomplete=Reason("list-goes-on"))
    free = held(desk)
    asking = [asyncio.create_task(browse(one)) for one in (desk, other)]
    await settled()
    desk.clock.forward(timedelta(seconds=1))
    free.set()
    assert [shown(listing)[1] for listing in await asyncio.gather(*asking)] == ["ab", "ab"]
    assert len(desk.vendors.asked) == 1


async def test_a_list_that_another_process_replaced_meanwhile_is_not_shown_as_the_present_one(desk: Desk) -> None:
    """Each look is at what stands now."""
    await with_list(desk)
    other = another_process(desk)
    assert shown(await browse(other)) == (CACHE, "abcd")
    desk.vendors.write("vendor", "abcx")
    await browse(other, mode=RefreshMode.FORCE)
    assert shown(await browse(desk)) == (CACHE, "abcx")


async def test_a_key_that_is_replaced_while_somebody_waits(desk: Desk) -> None:
    """Whoever waits for another process gets the list of the new key, by the one reading of it that somebody else may have begun already."""
    other = another_process(desk, cache=desk.cache)
    await desk.put(live_provider())
    for key, ids in ((A_KEY, "ab"), (ANOTHER_KEY, "xy")):
        desk.vendors.write(f"vendor {key.reveal()}", ids)
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    free = held(desk)
    first, waiting = (asyncio.create_task(browse(one, actor=SARA)) for one in (desk, other))
    await settled()
    await desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, SARA)
    anew = asyncio.create_task(browse(other, actor=SARA))
    await settled()
    free.set()
    assert [shown(await task)[1] for task in (waiting, anew)] == ["xy", "xy"]
    await first
    assert desk.vendors.asked == [("vendor", key.reveal()) for key in (A_KEY, ANOTHER_KEY)]
    assert shown(await browse(desk, actor=SARA)) == (CACHE, "xy")
