"""PostgreSQL through asyncpg: for when one machine is not enough."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from modeldesk.adapters.persistence import statements
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.schema import must_fit

T = TypeVar("T")

SCHEMA_LOCK = 0x6D6F64656C
"""The advisory lock under which the schema is changed; the number is ours alone (`model` in ASCII)."""

PATIENCE = 5.0
"""Seconds that a call waits for a connection, for its turn, or for an answer to connecting."""


class PostgresDatabase:
    """A small pool. Writers take their turns through the row of the generations."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self.url: URL = make_url(url).set(drivername="postgresql+asyncpg")
        self._engine = create_async_engine(
            self.url,
            pool_size=5,
            max_overflow=5,
            pool_timeout=patience,
            pool_pre_ping=True,
            connect_args={"timeout": patience, "server_settings": {"lock_timeout": f"{patience * 1000:.0f}"}},
        )
        self._fits = False

    @property
    def place(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["PostgresTransaction"]:
        async with self._connected() as connection:
            await self._must_fit(connection)
            await connection.run_sync(statements.take_turn)
            yield PostgresTransaction(connection, self.place)

    async def read(self, work: Callable[..., T], *given: Any) -> T:
        """Calls `work(connection, *given)` inside one read transaction: what it sees is of one moment."""
        async with self._connected() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            await self._must_fit(connection)
            return await connection.run_sync(work, *given)

    async def read_any(self, work: Callable[..., T], *given: Any) -> T:
        """As `read`, whatever schema the database has."""
        async with self._connected() as connection:
            return await connection.run_sync(work, *given)

    async def change_schema(self, work: Callable[[Connection], None]) -> None:
        """Calls `work(connection)` in a writing transaction, whatever schema the database has; two machines take turns."""
        async with self._connected() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
            await connection.run_sync(work)
            await connection.commit()

    async def pulse(self) -> object:
        """Differs from its last value whenever something was committed by anybody: the numbers themselves."""
        async with self._connected() as connection:
            await self._must_fit(connection)
            return await connection.run_sync(statements.generation)

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        with translated(self.place):
            async with self._engine.connect() as connection:
                yield connection

    async def _must_fit(self, connection: AsyncConnection) -> None:
        if not self._fits:
            must_fit(await connection.run_sync(statements.schema_version))
            self._fits = True


class PostgresTransaction:
    """The transaction that is open on one connection; leaving it without a commit rolls back."""

    def __init__(self, connection: AsyncConnection, place: str) -> None:
        self._connection = connection
        self._place = place

    async def run(self, work: Callable[..., T], *given: Any) -> T:
        with translated(self._place):
            return await self._connection.run_sync(work, *given)

    async def commit(self, raised: Iterable[str]) -> None:
        with translated(self._place):
            await self._connection.run_sync(statements.raise_numbers, raised)
            await self._connection.commit()
