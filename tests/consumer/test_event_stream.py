"""One event stream: what it sends, and when it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from attrs import define, field

from modeldesk.domain.errors import StorageBusy
from modeldesk.entrypoints.consumer.event_hub import EventHub, State
from modeldesk.entrypoints.consumer.events import EventStream, event

A, B = State("a", 1), State("b", 2)


@define
class Reader:
    """Reads one stream. While `is_slow`, it takes nothing."""

    sent: list[bytes] = field(factory=list)
    came: asyncio.Event = field(factory=asyncio.Event)
    left: asyncio.Event = field(factory=asyncio.Event)
    is_slow: bool = False

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if self.is_slow:
            await asyncio.Event().wait()
        if message["type"] == "http.response.body":
            self.sent.append(message["body"])
            self.came.set()

    async def until(self, wanted: bytes) -> None:
        while wanted not in self.sent:
            self.came.clear()
            await self.came.wait()


async def yes() -> bool:
    return True


def hub_at(state: State) -> EventHub:
    async def look() -> State:
        return state

    return EventHub(look, state)


async def change(hub: EventHub, state: State) -> None:
    async def look() -> State:
        return state

    hub.look = look
    await hub.notice()


@asynccontextmanager
async def reading(
    hub: EventHub, is_allowed: Callable[[], Awaitable[bool]] = yes, *, seen: str | None = None, method: str = "GET", **limits: float
) -> AsyncIterator[tuple[Reader, "asyncio.Task[None]"]]:
    """A reader of a stream, and the stream as a task."""
    reader, stream = Reader(), EventStream(hub, "shop", seen, is_allowed, **limits)
    scope: Any = {"type": "http", "method": method}
    running = asyncio.create_task(stream(scope, reader.receive, reader.send))  # type: ignore[arg-type] # what a server sends and takes
    yield reader, running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert hub.count == 0, "an ended stream makes room"


async def test_a_reader_without_a_last_id_gets_the_present_state() -> None:
    """Then each change."""
    hub = hub_at(A)
    async with reading(hub) as (reader, _):
        await reader.until(event(A))
        await change(hub, B)
        await reader.until(event(B))


async def test_a_reader_who_has_seen_the_state_gets_the_next_one_alone() -> None:
    """It resumes where it left."""
    hub = hub_at(A)
    async with reading(hub, seen="a") as (reader, _):
        await reader.until(b"retry: 1000\n: welcome\n\n")
        await change(hub, B)
        await reader.until(event(B))
        assert event(A) not in reader.sent


async def test_a_heartbeat_keeps_the_connection() -> None:
    """While nothing changes."""
    async with reading(hub_at(A), seen="a", heartbeat=0) as (reader, _):
        await reader.until(b": still here\n\n")


@pytest.mark.parametrize("heartbeat", [0, 60])
async def test_who_is_not_allowed_any_more_gets_nothing(heartbeat: float) -> None:
    """Neither a heartbeat nor a change; the stream ends."""

    async def no() -> bool:
        return False

    hub = hub_at(A)
    async with reading(hub, no, seen="a", heartbeat=heartbeat) as (reader, running):
        await reader.until(b"retry: 1000\n: welcome\n\n")
        await change(hub, B)
        await running
        assert reader.sent == [b"retry: 1000\n: welcome\n\n", b""]


async def test_a_database_that_is_away_ends_no_stream() -> None:
    """It says nothing about anybody's right."""

    async def away() -> bool:
        raise StorageBusy

    async with reading(hub_at(A), away) as (reader, _):
        await reader.until(event(A))


async def test_a_reader_who_takes_nothing_is_dropped() -> None:
    """Their place is free again."""
    hub = hub_at(A)
    async with reading(hub, slowest_reader=0.01) as (reader, running):
        await reader.until(event(A))
        reader.is_slow = True
        await change(hub, B)
        await running


async def test_the_end_of_the_hub_ends_the_stream() -> None:
    """With a last chunk, so that the reader sees a whole answer."""
    hub = hub_at(A)
    async with reading(hub) as (reader, running):
        await reader.until(event(A))
        hub.close()
        await running
        assert reader.sent[-1] == b""


async def test_a_reader_who_leaves_ends_the_stream() -> None:
    """Nothing more is sent."""
    async with reading(hub_at(A)) as (reader, running):
        await reader.until(event(A))
        reader.left.set()
        await running
        assert reader.sent[-1] == event(A)


async def test_the_head_of_a_stream_ends_at_once() -> None:
    """Without a body."""
    async with reading(hub_at(A), method="HEAD") as (reader, running):
        await running
        assert reader.sent == [b""]
