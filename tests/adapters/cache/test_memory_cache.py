"""The cache of lists in this process: what only it promises."""

from asyncio import create_task, gather, sleep
from itertools import pairwise
from typing import Any

import pytest

from modeldesk.adapters.cache.keyed_lock import KeyedLock
from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.adapters.shared_parts import WITHOUT_A_BREAK
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.texts import ModelId, Slug


def a_list(count: int) -> VendorList:
    return VendorList(tuple(VendorModel(ModelId(f"model-{number}")) for number in range(count)))


def a_key(provider: str, revision: int = 0) -> ListKey:
    return ListKey(Slug(provider), "d1", revision)


async def test_a_late_list_does_not_take_the_place_of_a_newer_one() -> None:
    """Somebody who began before and ends after keeps nothing."""
    cache = InMemoryListCache()
    await cache.put(a_key("groq", 5), a_list(2))
    await cache.put(a_key("groq", 4), a_list(9))
    assert await cache.get(a_key("groq", 5)) == a_list(2)
    assert await cache.get(a_key("groq", 4)) is None
    assert (cache.backend, await cache.entries()) == ("memory", 1)


class Sliced(tuple[VendorModel, ...]):
    """A list that counts how many of its models were read."""

    taken = 0

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        Sliced.taken += len(found) if isinstance(index, slice) else 1
        return found


async def test_others_have_their_turn_while_a_long_list_is_put() -> None:
    """However long the list is, at most one step runs between two turns of another task; the result is the same list."""
    cache, models = InMemoryListCache(), a_list(3 * WITHOUT_A_BREAK + 1)
    Sliced.taken = 0
    putting, seen = create_task(cache.put(a_key("groq"), VendorList(Sliced(models.models)))), [0]
    while not putting.done():
        await sleep(0)
        seen.append(Sliced.taken)
    assert max(after - before for before, after in pairwise(seen)) == WITHOUT_A_BREAK
    assert await cache.get(a_key("groq")) == models


async def test_a_newer_list_that_comes_while_another_is_put_stays() -> None:
    """The other list is longer, and is finished later."""
    cache = InMemoryListCache()
    putting = create_task(cache.put(a_key("groq", 1), a_list(3 * WITHOUT_A_BREAK)))
    await sleep(0)
    await cache.put(a_key("groq", 2), a_list(1))
    await putting
    assert await cache.get(a_key("groq", 2)) == a_list(1)


async def test_what_was_asked_for_longest_ago_goes_first() -> None:
    """Where the lists together hold more models than they may."""
    cache = InMemoryListCache(most_models=30)
    for provider in ("a", "b", "c"):
        await cache.put(a_key(provider), a_list(9))
    assert await cache.get(a_key("a")) is not None
    await cache.put(a_key("d"), a_list(9))
    assert [await cache.get(a_key(provider)) is not None for provider in "abcd"] == [True, False, True, True]
    await cache.put(a_key("d", 1), a_list(1))
    await cache.put(a_key("e"), a_list(7))
    assert await cache.entries() == 4


async def test_a_list_larger_than_all_room_is_kept_alone() -> None:
    """It was just read, and is about to be shown."""
    cache = InMemoryListCache(most_models=30)
    await cache.put(a_key("a"), a_list(9))
    await cache.put(a_key("b"), a_list(100))
    assert await cache.get(a_key("b")) == a_list(100)
    assert await cache.entries() == 1
    assert await cache.clear(None) == 1
    await cache.put(a_key("a"), a_list(29))
    await cache.put(a_key("c"), a_list(0))
    assert await cache.entries() == 1


async def test_empty_lists_do_not_pile_up_for_ever() -> None:
    """An entry counts too."""
    cache = InMemoryListCache(most_models=30)
    for number in range(100):
        await cache.put(a_key(f"p{number}"), a_list(0))
    assert await cache.entries() == 30


@pytest.mark.parametrize("cancelled", [False, True])
async def test_a_key_that_nobody_waits_for_takes_no_room(cancelled: bool) -> None:
    """However many keys there were, and whoever was cancelled on the way."""
    turns = KeyedLock()

    async def one(key: int) -> None:
        async with turns.lock(key):
            await sleep(0)

    tasks = [create_task(one(number % 50)) for number in range(200)]
    await sleep(0)
    assert len(turns) == 50
    for task in tasks[::3] if cancelled else []:
        task.cancel()
    await gather(*tasks, return_exceptions=True)
    assert len(turns) == 0


async def test_turns_come_in_order() -> None:
    """Who came first goes first: nobody starves."""
    turns, order = KeyedLock(), []

    async def one(number: int) -> None:
        async with turns.lock("key"):
            await sleep(0)
            order.append(number)

    await gather(*(one(number) for number in range(20)))
    assert order == list(range(20))
