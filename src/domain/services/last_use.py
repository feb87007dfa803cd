"""Per-process cache of last-used times."""

import asyncio
from collections.abc import Collection, Coroutine
from datetime import datetime
from typing import Any, Protocol

from modeldesk.domain.model.access.session import (
    MOST_SESSIONS,
    Session,
)


class Used(Protocol):
    """What is used again and again: a session, an API token."""

    @property
    def digest(self) -> str: ...


class LastUsedCache:
    """What this process knows of last uses, as they were written, and of sessions that it found to have ended. One for a process and a kind."""

    def __init__(self) -> None:
        self._seen = dict[str, datetime]()
        self._ended = set[str]()
        self._writing = set[asyncio.Task[None]]()

    def last_used(self, session: Session) -> datetime:
        return self._seen.get(session.digest, session.created_at)

    def last(self, one: Used) -> datetime | None:
        """None where no use was heard of here."""
        return self._seen.get(one.digest)

    def record(self, one: Used, at: datetime) -> None:
        self._seen[one.digest] = at

    def is_over(self, session: Session) -> bool:
        """What has ended stays so in this process, whatever its clock says by now."""
        return session.digest in self._ended

    def record_end(self, session: Session) -> None:
        self._ended.add(session.digest)

    def discard(self, one: Used) -> None:
        self._seen.pop(one.digest, None)

    def prune(self, alive: Collection[str]) -> None:
        """Forgets what is no more, now and then; `alive` are the digests of what is."""
        if len(self._seen) + len(self._ended) > 2 * len(alive) + MOST_SESSIONS:
            self._seen = {digest: at for digest, at in self._seen.items() if digest in alive}
            self._ended.intersection_update(alive)

    def run_in_background(self, writing: Coroutine[Any, Any, None]) -> None:
        """Writes down what nobody waits for."""
        task = asyncio.get_running_loop().create_task(writing)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        """Lets what is being written down come to its end."""
        await asyncio.gather(*self._writing, return_exceptions=True)
