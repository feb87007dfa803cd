"""PostgreSQL through asyncpg, for desks on several machines."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from math import inf
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, ExceptionContext, NullPool, QueuePool, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from modeldesk.adapters.deadline import counted, remaining, waiting
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.group_commit import GroupCommit, with_lock
from modeldesk.adapters.persistence.open_work import Part
from modeldesk.adapters.persistence.postgresql.bounded_calls import BoundedCalls
from modeldesk.adapters.persistence.postgresql.checked_reads import require_schema
from modeldesk.adapters.persistence.postgresql.connection_options import connection_options
from modeldesk.adapters.persistence.postgresql.driver_errors import driver_translated
from modeldesk.adapters.persistence.postgresql.generation_query import GenerationQuery
from modeldesk.adapters.persistence.postgresql.shared_query import SharedQuery
from modeldesk.adapters.persistence.postgresql.transaction import PostgresTransaction
from modeldesk.adapters.persistence.postgresql.writer import PostgresWriter
from modeldesk.adapters.persistence.prepared import Prepared
from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")

SCHEMA_LOCK = 0x6D6F64656C
"""The advisory lock for schema changes (`model` in ASCII)."""

IDLE_TIMEOUT = 3.0
"""Seconds after which the server ends a transaction that does nothing: its process is frozen or gone, and all writers wait for it.

Shorter than a request may wait, so that those who wait are still served.
"""

COMMAND_TIMEOUT = 5.0
"""Seconds for one statement, where no request's deadline is shorter. A change of the schema has no such limit."""

POOL_SIZE = 4
"""For reads beside the snapshot. The generation is read, and units of work write, on a connection of their own."""

LONGEST_SILENCE = 2.0
"""Seconds, connecting included. One query that is never answered must not cost all who share it their whole deadline."""

KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "20000"}
"""By these the server notices that a machine is gone, and releases its locks: seconds, seconds, count, milliseconds."""


class PostgresDatabase:
    """A small pool of connections. Writers are serialized by a lock on the row of the generations."""

    def __init__(
        self, url: str, *, busy_timeout: float, idle_timeout: float = IDLE_TIMEOUT, longest_silence: float = LONGEST_SILENCE
    ) -> None:
        """All in seconds. `longest_silence` limits the query for the generation, which readers share."""
        self._options = connection_options(make_url(url).set(drivername="postgresql+asyncpg"))
        self.url: URL = self._options.url
        self.location = self.url.set(drivername="postgresql").difference_update_query(["password"]).render_as_string(hide_password=True)
        """Formatted once: each transaction names it in its errors, and formatting takes longer than a statement."""

        limits = {"lock_timeout": busy_timeout, "idle_in_transaction_session_timeout": idle_timeout}
        self._settings = {**self._options.session, **KEEPALIVE, **{name: f"{seconds * 1000:.0f}" for name, seconds in limits.items()}}
        self._busy_timeout = busy_timeout
        # What overflows a pool is opened and closed again at each use.
        limits_of_pool = {"pool_size": POOL_SIZE, "max_overflow": 0, "pool_timeout": busy_timeout}
        self._engine = self._made(command_timeout=COMMAND_TIMEOUT, **limits_of_pool)
        event.listen(self._engine.sync_engine, "handle_error", _doubt_all_connections)
        _, address = self._engine.dialect.create_connect_args(self.url)
        arguments = {**address, **self._connect_arguments(None)}  # the query has a limit of its own
        self._generation_query = GenerationQuery(arguments, self.location, longest_silence)
        self._shared_generation = SharedQuery(self._generation_query.send)
        self._longest_wait = 2 * longest_silence  # for the query that is under way, and for the next one
        self._calls = BoundedCalls()
        self._writer = PostgresWriter(self._made(command_timeout=COMMAND_TIMEOUT, poolclass=NullPool), self.location)
        self._group = GroupCommit(self._commit_group)

    def transaction(self) -> AbstractAsyncContextManager[PostgresTransaction]:
        """One at a time in this process; those of other processes are waited for from the first statement on.

        Raises StorageBusy where other writers leave no time until the deadline of the request.
        """
        return with_lock(PostgresTransaction(self._writer, self._group, self._calls, self.location))

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)` inside one read transaction: all that it reads is of one moment."""

        async def reading() -> T:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ")
                await connection.run_sync(require_schema)
                return await connection.run_sync(work, *given)

        return await self._answer(reading)

    async def read_prepared(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`: a server's statements go through SQLAlchemy."""
        return await self.read(work, *given)

    async def read_any(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, whatever schema the database has."""

        async def reading() -> T:
            async with self._engine.connect() as connection:
                return await connection.run_sync(work, *given)

        return await self._answer(reading)

    async def change_schema(self, work: Callable[[Connection], None]) -> None:
        """Calls `work(connection)` in a writing transaction, whatever schema the database has; one machine at a time."""
        engine = self._made(command_timeout=None, poolclass=NullPool)
        with translated(self.location):
            try:
                async with engine.begin() as connection:
                    await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
                    await connection.run_sync(work)
            finally:
                await engine.dispose()

    def connections(self) -> Mapping[str, int]:
        pool = cast("QueuePool", self._engine.pool)
        writing, idle = self._writer.connections
        return {"in_use": pool.checkedout() + writing, "idle": pool.checkedin() + idle}

    async def generation(self) -> Generation:
        """With every change that was committed before this call. Readers share queries: one costs little, one for each read would not."""
        if remaining(inf) > self._longest_wait:
            # The query ends by itself before the deadline; a timer for each reader would cost half as much as the rest.
            with counted():
                return await self._shared_generation.result()
        try:
            async with waiting():
                return await self._shared_generation.result()
        except TimeoutError:
            raise self._silent() from None

    change_token = generation
    """Differs from its last value whenever anybody has committed a change: the generation itself."""

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener` when a commit of any process is announced. An announcement may be lost."""
        self._generation_query.listen(listener)

    def compile(self, statements: Iterable[Prepared]) -> None:
        """Nothing: SQLAlchemy compiles them at their first use, for the dialect of the connected server."""

    async def close(self) -> None:
        async with self._group.outside_transactions():
            await self._writer.close()
        await self._calls.close()
        await self._shared_generation.close()
        await self._generation_query.close()
        await self._engine.dispose()

    def _made(self, *, command_timeout: float | None, **pool: Any) -> AsyncEngine:
        return create_async_engine(self.url, connect_args=self._connect_arguments(command_timeout), **pool)

    def _connect_arguments(self, command_timeout: float | None) -> dict[str, Any]:
        limits = {"timeout": self._busy_timeout, "command_timeout": command_timeout}
        return {**limits, "server_settings": self._settings, **self._options.arguments}

    def _commit_group(self, parts: Collection[Part]) -> "asyncio.Future[None]":
        async def committing() -> None:
            with driver_translated(self.location):
                await self._writer.commit(parts)

        return self._calls.start(committing())

    async def _answer(self, call: Callable[[], Awaitable[T]]) -> T:
        with translated(self.location):
            return await self._calls.result(self._calls.start(self._with_retry(call)), self._silent())

    def _silent(self) -> StorageUnavailable:
        return StorageUnavailable(Reason("database-silent", place=self.location))

    async def _with_retry(self, call: Callable[[], Awaitable[T]]) -> T:
        """Calls again where a pooled connection turns out to be dead: SQLAlchemy has emptied the pool then, and the next one is new.

        Testing each connection first would cost more round trips than the reads themselves.
        """
        try:
            return await call()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return await call()


def _doubt_all_connections(context: ExceptionContext) -> None:
    """A statement that was given up: this connection is closed, and the others of the pool are, too, before their next use.

    All of them go the same way to the server. Each caller would otherwise wait for its own deadline to find that out.
    """
    if isinstance(context.original_exception, TimeoutError | asyncio.CancelledError):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = True
