"""The hub of a worker: notices when what products are answered changes, and wakes every event stream.

Each stream holds the latest state alone, not a queue: a reader who was slow or away gets the last event and misses no state.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from attrs import field
from msgspec import Struct

from modeldesk.domain.records import define

LOOKS_EVERY = 0.25
"""Seconds. A look costs microseconds on SQLite and one small query on PostgreSQL, and only while somebody listens."""

GATHERS = 0.02
"""Seconds from an announced change to the look, which then sees the changes that follow it, too."""

MOST_STREAMS = 1_000
MOST_STREAMS_OF_ONE = 100
"""Per worker: in all, and of one token or session."""


class State(Struct, frozen=True):
    """What products are answered now: a digest of it, and when it was noticed, in seconds since 1970."""

    tag: str
    noticed_at: int


@define
class EventHub:
    """`look` gives the present state. A worker calls `notice` after each `until_next_look`.

    `announce` brings the next look forward. Nothing hangs on it: an announcement that is lost costs `LOOKS_EVERY` seconds.
    """

    look: Callable[[], Awaitable[State]]
    state: State | None = None
    _changed: asyncio.Event = field(factory=asyncio.Event)
    _listening: asyncio.Event = field(factory=asyncio.Event)
    _announced: asyncio.Event = field(factory=asyncio.Event)
    _streams: Counter[str] = field(factory=Counter)
    _is_closed: bool = False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return self._streams.total()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def has_room(self, whose: str) -> bool:
        """Whether one more stream of this token or session may be opened."""
        return not self._is_closed and self.count < MOST_STREAMS and self._streams[whose] < MOST_STREAMS_OF_ONE

    @contextmanager
    def stream(self, whose: str) -> Iterator[None]:
        """Counts a stream while it is open."""
        self._streams[whose] += 1
        self._listening.set()
        try:
            yield
        finally:
            self._streams[whose] -= 1
            if not self._streams[whose]:
                del self._streams[whose]
            if not self._streams:
                self._listening.clear()

    async def changed_from(self, tag: str | None) -> State | None:
        """The present state, as soon as it differs from `tag`; None where the hub closes. The first state counts as different from None."""
        while not self._is_closed:
            if self.state is not None and self.state.tag != tag:
                return self.state
            await self._changed.wait()
        return None

    async def until_next_look(self) -> None:
        """Waits until somebody listens, and a moment between two looks, which is short after an announcement."""
        if self._listening.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKS_EVERY):
                    await self._announced.wait()
                    await asyncio.sleep(GATHERS)
        self._announced.clear()
        await self._listening.wait()

    def announce(self) -> None:
        """Something has changed, perhaps."""
        self._announced.set()

    async def notice(self) -> None:
        """Looks, and wakes every stream if the state is another one. Raises as `look`."""
        found = await self.look()
        if self.state is None or found.tag != self.state.tag:
            self.state = found
            self._wake()

    def close(self) -> None:
        """Ends every stream."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
