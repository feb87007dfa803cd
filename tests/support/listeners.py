"""Many event streams at once: each keeps its connection, comes back with its last id, and remembers when which state came."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from attrs import define, field

AS_ASKED = 1.0
"""Seconds after which a reader comes back, as the stream asks."""

POLL = 0.005


@define(eq=False)
class Listener:
    """One reader. `since` is when its connection was made, None while it has none."""

    port: int
    token: str
    comes_back_after: float = AS_ASKED
    last: str = ""
    came_at: float = 0.0
    since: float | None = None
    connections: int = 0

    async def run(self) -> None:
        """Reads until cancelled."""
        while True:
            with suppress(OSError, EOFError):
                await self._follow()
            self.since = None
            await asyncio.sleep(self.comes_back_after)

    async def _follow(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            resumes = f"Last-Event-ID: {self.last}\r\n" if self.last else ""
            writer.write(f"GET /api/events HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer {self.token}\r\n{resumes}\r\n".encode())
            if b" 200 " not in await reader.readline():
                return
            self.since, self.connections = time.monotonic(), self.connections + 1
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    self.last, self.came_at = line[4:].strip().decode(), time.monotonic()
        finally:
            writer.close()


@define(eq=False)
class Audience:
    """All readers of a run. `latencies` are seconds from the acknowledgement of a change to its event, of readers who were connected throughout."""

    ports: Sequence[int]
    tokens: Sequence[str]
    count: int
    come_back_after: float = AS_ASKED
    listeners: list[Listener] = field(factory=list)
    latencies: list[float] = field(factory=list)
    kills: int = 0
    _running: list["asyncio.Task[None]"] = field(factory=list)

    async def gather(self) -> None:
        """Connects everybody, and waits until each has the state of now."""
        for number in range(self.count):
            listener = Listener(self.ports[number % len(self.ports)], self.tokens[number % len(self.tokens)], self.come_back_after)
            self.listeners.append(listener)
            self._running.append(asyncio.create_task(listener.run()))
        await self._all_have_one()

    async def hear(self, change: Callable[[], Awaitable[object]], *, then: Callable[[], bool] | None = None) -> None:
        """Makes a change, does something `then` (such as a kill), and waits until everybody has the state after it."""
        before = self.listeners[0].last
        await change()
        changed_at = time.monotonic()
        if then is not None:
            self.kills += then()
        await self._all_have_one(other_than=before)
        self.latencies += [
            max(0.0, listener.came_at - changed_at)
            for listener in self.listeners
            if listener.since is not None and listener.since < changed_at
        ]

    async def leave(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _all_have_one(self, other_than: str = "", within: float = 30.0) -> None:
        """Nobody may have missed the last state: after a while, that is a failure."""
        end = time.monotonic() + within
        while {listener.last for listener in self.listeners} & {"", other_than} or len({listener.last for listener in self.listeners}) > 1:
            assert time.monotonic() < end, f"states of readers: { {listener.last for listener in self.listeners} }, before {other_than}"
            await asyncio.sleep(POLL)

    @property
    def figures(self) -> dict[str, object]:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        named = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        found = {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3) for name, share in named.items()}
        return {**found, "events": len(ordered), "reconnections": sum(one.connections - 1 for one in self.listeners), "kills": self.kills}
