"""The connection that writes to PostgreSQL: one for each process, whose units of work come one after the other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import greenlet_spawn

from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.postgresql.checked_reads import CHANNEL, GENERATION, checked_generation
from modeldesk.adapters.persistence.postgresql.driver_connection import PostgresDriverConnection, Sent, collected
from modeldesk.adapters.persistence.postgresql.driver_errors import LOST, is_lost
from modeldesk.adapters.persistence.postgresql.group_writes import BASE, GroupWrites
from modeldesk.adapters.persistence.slot_heads import SlotHeads
from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")

LOCK = "SELECT 1 FROM generations FOR UPDATE"
"""The row that every change raises: units of work are serialized, as on SQLite."""

RAISE: Mapping[Part, str] = {
    "catalogue": "UPDATE generations SET catalogue = catalogue + 1",
    "choices": "UPDATE generations SET choices = choices + 1",
    "access": "UPDATE generations SET access = access + 1",
}
ANNOUNCE = f"NOTIFY {CHANNEL}"

RELEASE = f"RELEASE {BASE}"


class PostgresWriter:
    """Begins, commits and rolls back in its own words, by the bare driver: SQLAlchemy executes only the statements of long work."""

    def __init__(self, engine: AsyncEngine, location: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._location = location
        self._connection: AsyncConnection | None = None
        self._driver: Any = None
        # A call may outlive the unit of work that made it, and the next one must not meet it.
        self._lock = asyncio.Lock()
        self._has_failed = False
        self.has_run_long_work = False
        """Whether long work that was not kept has run in this transaction: see `keep`."""

        self._sent_before_savepoint = 0
        self.writes = GroupWrites()
        self.heads = SlotHeads()
        self.generation = Generation()
        """As of the beginning of the transaction that is open."""

    @property
    def is_usable(self) -> bool:
        """Whether the transaction can go on: the server refuses everything but its end after a failure."""
        return self._driver is not None and not self._has_failed and not self.writes.is_incomplete

    @property
    def connections(self) -> tuple[int, int]:
        """How many are in a transaction, and how many are idle."""
        if self._driver is None:
            return 0, 0
        return (1, 0) if self._driver.is_in_transaction() else (0, 1)

    async def begin(self, idle_timeout: float | None) -> None:
        """Begins a transaction that may write, and waits for that of another process. `idle_timeout` in seconds; None: as the connection has it.

        Raises SchemaMismatch.
        """
        async with self._lock:
            try:
                await self._begin(idle_timeout)
            except (*LOST, asyncpg.PostgresError, DBAPIError) as error:
                if self._driver is None or not is_lost(self._driver, error):
                    raise
                # It has died since the last transaction, as after a restart of the server.
                self.drop()
                await self._begin(idle_timeout)

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        async with self._used() as connection:
            await self._send()
            self.has_run_long_work = True
            return await connection.run_sync(work, *given)

    async def run_short_work(self, work: Callable[..., T], *given: Any) -> T:
        """Runs work that uses nothing but prepared statements."""
        async with self._used():
            await self._send()
            return await greenlet_spawn(self._short_work, work, *given)

    def collected(self, work: Callable[..., None], *given: Any) -> Sequence[Sent] | None:
        """What the work writes, which `GroupWrites.send_later` takes; None for work that reads, too."""
        return collected(self._engine.dialect, work, *given)

    async def send(self) -> None:
        """Sends what was to be sent later."""
        async with self._used():
            await self._send()

    async def set_savepoint(self) -> None:
        async with self._used():
            await self._send()
            await self._driver.execute("SAVEPOINT member")
            self._sent_before_savepoint = len(self.writes.since_base)

    async def set_idle_timeout(self, seconds: float) -> None:
        """Until the end of the transaction."""
        async with self._used():
            await self._driver.execute(_idle_timeout(seconds))

    async def roll_back_to_savepoint(self) -> None:
        async with self._lock:
            if self._driver is not None:
                await self._driver.execute("ROLLBACK TO member")
                del self.writes.since_base[self._sent_before_savepoint :]
                self._has_failed = False

    async def keep(self) -> None:
        """Whatever fails later in this transaction, what was done so far stands: see `recover`."""
        if not self.has_run_long_work:
            return  # what short work has sent can be sent again, so that it needs no round trip of its own
        async with self._used():
            await self._driver.execute(f"{RELEASE}; SAVEPOINT {BASE}")
            self.has_run_long_work, self.writes.since_base = False, []

    async def recover(self) -> None:
        """After a refused statement: rolls back to the last point that was kept, and sends again what was done since.

        The lock of all writers is held all the time, so that the statements meet what they met before.
        """
        async with self._lock:
            if self._driver is None or self.writes.is_incomplete:
                return
            try:
                await self.writes.send_again(self._driver)
            except (*LOST, asyncpg.PostgresError):
                return  # it stays unusable, and all that share the commit fail
            self._has_failed = False

    async def commit(self, parts: Collection[Part]) -> None:
        """Raises the generation of the parts, announces it and commits, in one round trip. Where that fails, the transaction is ended.

        No other call comes in between: a caller that is cancelled releases the lock of the group, and the next transaction begins at once.
        """
        # Raising a row that the transaction itself has locked costs more in a savepoint.
        statements = [RELEASE, *(RAISE[part] for part in sorted(parts)), *([ANNOUNCE] if parts else []), "COMMIT"]
        async with self._used():
            await self._send_all()
            committing = self.heads.committing()
            try:
                ended = await self._driver.execute("; ".join(statements))
            except (*LOST, asyncpg.PostgresError) as error:
                is_unknown = self._driver is None or is_lost(self._driver, error)
                await self._roll_back()
                raise commit_unknown(self._location) if is_unknown else error from error
            except BaseException:
                await self._roll_back()
                raise
        if ended != "COMMIT":
            raise StorageUnavailable(Reason("changes-rolled-back", place=self._location))
        committing.done(parts)

    async def roll_back(self) -> None:
        """Ends the transaction, or the connection where that fails."""
        async with self._lock:
            await self._roll_back()

    def drop(self) -> None:
        """Ends the connection without a word to the server, which may be gone: it rolls back."""
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None and (pooled := connection.sync_connection) is not None:
            with suppress(SQLAlchemyError):
                pooled.invalidate()
                pooled.close()

    async def close(self) -> None:
        async with self._lock:
            connection, self._connection, self._driver = self._connection, None, None
            if connection is not None:
                await connection.close()

    async def _send(self) -> None:
        """Sends what waits to be sent. Raises what ends the whole transaction."""
        if not await self.writes.send(self._driver):
            self.heads.forget()

    async def _send_all(self) -> None:
        """Before a commit. Where that fails, the transaction is ended."""
        is_complete = False
        try:
            await self._send()
            is_complete = not self.writes.is_incomplete
        finally:
            if not is_complete:
                await self._roll_back()
        if not is_complete:
            raise StorageUnavailable(Reason("changes-rolled-back", place=self._location))

    async def _roll_back(self) -> None:
        try:
            if self._driver is not None:
                await self._driver.execute("ROLLBACK")
        except (*LOST, asyncpg.PostgresError):
            self.drop()

    async def _begin(self, idle_timeout: float | None) -> None:
        self._has_failed = self.has_run_long_work = False
        self.writes.begin()
        if self._driver is None:
            self._connection = await self._engine.connect()
            self._driver = (await self._connection.get_raw_connection()).driver_connection
        longer = f"{_idle_timeout(idle_timeout)}; " if idle_timeout is not None else ""
        try:
            await self._driver.execute(f"BEGIN; {longer}{LOCK}; SAVEPOINT {BASE}")
            # Only now: a statement that waits for the lock sees other tables as they were before.
            row = await self._driver.fetchrow(GENERATION)
        except asyncpg.UndefinedTableError:
            row = None
        self.generation = checked_generation(row)
        self.heads.begin(self.generation.choices)

    @asynccontextmanager
    async def _used(self) -> AsyncIterator[AsyncConnection]:
        async with self._lock:
            if self._connection is None:
                raise StorageUnavailable(Reason("changes-rolled-back", place=self._location))
            try:
                yield self._connection
            except BaseException:
                self._has_failed = True
                raise

    def _short_work(self, work: Callable[..., T], *given: Any) -> T:
        driver = PostgresDriverConnection(self._driver, self._engine.dialect)
        found = work(driver, *given)
        driver.send()
        self.writes.since_base += driver.sent
        return found


def commit_unknown(location: str) -> StorageUnavailable:
    """The server was asked to commit, and has not answered."""
    return StorageUnavailable(Reason("commit-unknown", place=location))


def _idle_timeout(seconds: float) -> str:
    return f"SET LOCAL idle_in_transaction_session_timeout = {seconds * 1000:.0f}"
