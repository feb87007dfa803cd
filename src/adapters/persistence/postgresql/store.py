"""PostgreSQL through asyncpg, for desks on several machines."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from modeldesk.adapters.persistence import statements
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.schema import must_fit
from modeldesk.domain.model.snapshot import Generation

T = TypeVar("T")

SCHEMA_LOCK = 0x6D6F64656C
"""The advisory lock for schema changes (`model` in ASCII)."""


class PostgresDatabase:
    """A small pool of connections. Writers are serialized by a lock on the row of the generations."""

    def __init__(self, url: str, *, busy_timeout: float) -> None:
        self.url: URL = make_url(url).set(drivername="postgresql+asyncpg")
        self._engine = create_async_engine(
            self.url,
            pool_size=5,
            max_overflow=5,
            pool_timeout=busy_timeout,
            connect_args={"timeout": busy_timeout, "server_settings": {"lock_timeout": f"{busy_timeout * 1000:.0f}"}},
        )
        self._watching = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        # Writers of this process queue here; waiting for the row, each would take a connection from the readers.
        self._writer_lock = asyncio.Lock()
        self._fits = False

    @property
    def location(self) -> str:
        return self.url.set(drivername="postgresql").difference_update_query(["password"]).render_as_string(hide_password=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresTransaction"]:
        async with self._writer_lock:
            connection = await self._with_retry(self._locked_connection)
            try:
                yield PostgresTransaction(connection, self.location)
            finally:
                # Shielded, as SQLAlchemy does it: a cancelled task still returns its connection.
                await asyncio.shield(connection.close())

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)` inside one read transaction: all that it reads is of one moment."""

        async def reading() -> T:
            async with self._engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ")
                await self._must_fit(connection)
                return await connection.run_sync(work, *given)

        return await self._with_retry(reading)

    async def read_any(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, whatever schema the database has."""

        async def reading() -> T:
            async with self._engine.connect() as connection:
                return await connection.run_sync(work, *given)

        return await self._with_retry(reading)

    async def change_schema(self, work: Callable[[Connection], None]) -> None:
        """Calls `work(connection)` in a writing transaction, whatever schema the database has; one machine at a time."""
        with translated(self.location):
            async with self._engine.begin() as connection:
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
                await connection.run_sync(work)

    async def change_token(self) -> object:
        """Differs from its last value whenever anybody has committed a change: the generation itself, in one round trip."""
        return await self.generation()

    async def generation(self) -> Generation:
        return await self._with_retry(self._generation)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _with_retry(self, call: Callable[[], Awaitable[T]]) -> T:
        """Calls again where a pooled connection turns out to be dead: SQLAlchemy has emptied the pool then, and the next one is new.

        Testing each connection first would cost more round trips than the reads themselves.
        """
        with translated(self.location):
            try:
                return await call()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return await call()

    async def _locked_connection(self) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            await self._must_fit(connection)
            await connection.run_sync(statements.lock_generation_row)
        except BaseException:
            await asyncio.shield(connection.close())
            raise
        return connection

    async def _generation(self) -> Generation:
        async with self._watching.connect() as connection:
            await self._must_fit(connection)
            return await connection.run_sync(statements.generation)

    async def _must_fit(self, connection: AsyncConnection) -> None:
        if not self._fits:
            must_fit(await connection.run_sync(statements.schema_version))
            self._fits = True


class PostgresTransaction:
    """The transaction that is open on one connection; leaving it without a commit rolls back."""

    def __init__(self, connection: AsyncConnection, location: str) -> None:
        self._connection = connection
        self._place = location

    async def run(self, work: Callable[..., T], *given: Any, runs_inline: bool = False) -> T:
        with translated(self._place):
            return await self._connection.run_sync(work, *given)

    async def commit(self, work: Callable[..., None], *given: Any, runs_inline: bool = False) -> None:
        with translated(self._place):
            await self._connection.run_sync(work, *given)
            await self._connection.commit()
