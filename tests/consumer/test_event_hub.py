"""The hub of a worker: who waits is woken by a change, and nobody misses the last state."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest

from modeldesk.domain.errors import StorageBusy
from modeldesk.entrypoints.consumer import event_hub
from modeldesk.entrypoints.consumer.event_hub import MOST_STREAMS_OF_ONE, EventHub, State
from modeldesk.entrypoints.lifecycle import repeating


class Desk:
    """What is looked at; `away` as a database that cannot be read."""

    def __init__(self) -> None:
        self.tag, self.away, self.looks = "a", False, 0

    async def look(self) -> State:
        self.looks += 1
        if self.away:
            raise StorageBusy
        return State(self.tag, self.looks)


async def looked(desk: Desk) -> None:
    """Waits until somebody has looked at all that there is by now."""
    looks = desk.looks + 2  # the first may have begun before
    while desk.looks < looks:
        await asyncio.sleep(0)


async def waiting(hub: EventHub, tag: str | None) -> "asyncio.Task[State | None]":
    task = asyncio.create_task(hub.changed_from(tag))
    await asyncio.sleep(0)
    return task


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Looked at without pauses."""
    monkeypatch.setattr(event_hub, "LOOKS_EVERY", 0)
    return Desk()


def running(hub: EventHub) -> AbstractAsyncContextManager[None]:
    """As a server runs it."""
    return repeating(hub.notice, hub.until_next_look, name="looking for changes")


async def test_nobody_looks_while_nobody_listens(desk: Desk) -> None:
    """And each look stops when the last stream ends."""
    hub = EventHub(desk.look)
    async with running(hub):
        await asyncio.sleep(0.01)
        assert desk.looks == 0
        with hub.stream("shop"):
            assert (await hub.changed_from(None)) is not None
        await asyncio.sleep(0.01)
        looks = desk.looks
        await asyncio.sleep(0.01)
        assert desk.looks == looks


async def test_an_announcement_brings_the_next_look_forward(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the pause would be; one that comes while nobody listens is forgotten."""
    hub = EventHub(desk.look)
    async with running(hub):
        with hub.stream("shop"):
            assert (await hub.changed_from(None)) is not None
            monkeypatch.setattr(event_hub, "LOOKS_EVERY", 3_600)
            await asyncio.sleep(0.01)
            desk.tag = "b"
            hub.announce()
            assert (await hub.changed_from("a")) == hub.state


async def test_everybody_who_waits_is_told_the_last_state(desk: Desk) -> None:
    """Also who was busy while two changes passed: the state counts, not the number of changes."""
    hub = EventHub(desk.look)
    async with running(hub):
        with hub.stream("shop"):
            first = await hub.changed_from(None)
            assert first is not None
            waiters = [await waiting(hub, first.tag) for _ in range(50)]
            for tag in ("b", "c"):
                desk.tag = tag
                await looked(desk)
            assert {(await waiter).tag for waiter in waiters} == {"b"}  # type: ignore[union-attr] # the hub is open
            late = await hub.changed_from("b")
            assert late is not None
            assert late.tag == "c"


async def test_a_database_that_is_away_is_waited_for(desk: Desk) -> None:
    """The streams stay open, and the change is told when it is back."""
    hub = EventHub(desk.look)
    async with running(hub):
        with hub.stream("shop"):
            await hub.changed_from(None)
            waiter = await waiting(hub, "a")
            desk.away, desk.tag = True, "b"
            await looked(desk)
            assert not waiter.done()
            desk.away = False
            state = await waiter
        assert state is not None
        assert state.tag == "b"


async def test_a_closed_hub_ends_every_stream(desk: Desk) -> None:
    """And lets nobody in."""
    hub = EventHub(desk.look)
    waiter = await waiting(hub, None)
    hub.close()
    assert await waiter is None
    assert await hub.changed_from(None) is None
    assert not hub.has_room("shop")


def test_the_streams_of_one_are_counted() -> None:
    """So that one program cannot take the room of all; an ended stream makes room."""
    hub = EventHub(Desk().look)
    open_streams = [hub.stream("shop") for _ in range(MOST_STREAMS_OF_ONE)]
    for stream in open_streams:
        assert hub.has_room("shop")
        stream.__enter__()
    assert (hub.has_room("shop"), hub.has_room("other"), hub.count) == (False, True, MOST_STREAMS_OF_ONE)
    open_streams[0].__exit__(None, None, None)
    assert hub.has_room("shop")
