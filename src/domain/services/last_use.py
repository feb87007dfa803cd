"""Per-process cache of last-used times."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.access.session import MOST_SESSIONS, USE_WRITTEN_EVERY, Session
from modeldesk.domain.ports.background import BackgroundTasks
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork

LOGGER = logging.getLogger(__name__)


class Used(Protocol):
    """What is used again and again: a session, an API token."""

    @property
    def digest(self) -> str: ...


class LastUseStore(Protocol):
    """Writes last uses inside a unit of work: the store of sessions, or that of API tokens."""

    async def record_use(self, digest: str, at: datetime) -> None: ...


class LastUsedCache:
    """Last-used times of sessions, or of API tokens, as this process has written them, and those that it found to have ended.

    One per process and kind. A use is written in the background, and at most once in `USE_WRITTEN_EVERY`.
    """

    def __init__(self, unit_of_work: OpenUnitOfWork, store: Callable[[UnitOfWork], LastUseStore], background: BackgroundTasks) -> None:
        self._unit_of_work = unit_of_work
        self._store = store
        self._background = background
        self._used_at = dict[str, datetime]()
        self._ended = set[str]()

    def seen_at(self, session: Session) -> datetime:
        """When the session was used last, as far as this process knows; else when it was created."""
        return self._used_at.get(session.digest, session.created_at)

    def last_use(self, one: Used) -> datetime | None:
        """None where this process knows of no use."""
        return self._used_at.get(one.digest)

    def record(self, one: Used, at: datetime) -> None:
        """A use that is in the store already."""
        self._used_at[one.digest] = at

    def use(self, one: Used, now: datetime, last: datetime | None) -> None:
        """A use at `now`, written in the background where the `last` one is old enough; None where there was none."""
        if last is None or now - last >= USE_WRITTEN_EVERY:
            self.record(one, now)
            self._background.run(self._write(one, now))

    def discard(self, one: Used) -> None:
        """Forgets the last use, so that the next one is written."""
        self._used_at.pop(one.digest, None)

    def is_over(self, one: Used) -> bool:
        """Whether this process found it to have ended. That holds whatever the clock says later."""
        return one.digest in self._ended

    def record_end(self, one: Used) -> None:
        self._ended.add(one.digest)

    def prune(self, alive: Collection[str]) -> None:
        """Drops entries whose digest is not in `alive`, once there are many of them."""
        if len(self._used_at) + len(self._ended) > 2 * len(alive) + MOST_SESSIONS:
            self._used_at = {digest: at for digest, at in self._used_at.items() if digest in alive}
            self._ended.intersection_update(alive)

    async def _write(self, one: Used, now: datetime) -> None:
        """Writes nothing where the session ended, or the token was revoked, meanwhile: the store ignores what it does not hold."""
        try:
            async with self._unit_of_work() as work:
                await self._store(work).record_use(one.digest, now)
                await work.commit()
        except ModeldeskError as error:
            self.discard(one)
            LOGGER.warning("a last use was not written: %s", error)
