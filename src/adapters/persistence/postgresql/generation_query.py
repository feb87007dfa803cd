"""The query of every read: the generation and the schema, on a connection of the bare driver that does nothing else but listen for commits."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import asyncpg

from modeldesk.adapters.persistence.postgresql.checked_reads import CHANNEL, GENERATION, checked_generation
from modeldesk.adapters.persistence.postgresql.driver_errors import LOST, driver_translated, is_lost
from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation

LONGEST_CLOSING = 1.0
"""Seconds."""


class GenerationQuery:
    """Connects at the first query, and anew after a failure. One query at a time."""

    def __init__(self, arguments: Mapping[str, Any], location: str, longest_silence: float) -> None:
        """`arguments` are those of `asyncpg.connect`. `longest_silence` in seconds, connecting included."""
        self._arguments = arguments
        self._location = location
        self._longest_silence = longest_silence
        self._connection: Any = None
        # A statement that is prepared by itself takes a third less than one that the driver looks up by its text.
        self._statement: Any = None
        self._listeners = list[Callable[[], None]]()

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener` for each commit that is announced while there is a connection: an announcement may be lost."""
        self._listeners.append(listener)

    async def send(self) -> Generation:
        """Raises StorageUnavailable, StorageBusy, SchemaMismatch."""
        ends_at = asyncio.get_running_loop().time() + self._longest_silence
        if (statement := self._statement) is not None:
            try:
                row = await statement.fetchrow(timeout=self._longest_silence)
            except TimeoutError:
                raise self._silent() from None
            except (*LOST, asyncpg.PostgresError):
                self._statement = None  # what it is and what can be done about it, the careful way finds out
            else:
                return checked_generation(row)
        return await self._careful(ends_at)

    async def close(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                await self._connection.close(timeout=LONGEST_CLOSING)
            self._drop()

    async def _careful(self, ends_at: float) -> Generation:
        """With a new connection where there is none, or a dead one. `ends_at` on the clock of the event loop."""
        with driver_translated(self._location):
            try:
                async with asyncio.timeout_at(ends_at):
                    row = await self._row()
            except asyncpg.UndefinedTableError:
                row = None
            except TimeoutError:
                raise self._silent() from None
        return checked_generation(row)

    async def _row(self) -> Any:
        if self._connection is not None:
            try:
                return await self._prepared_row()
            except (*LOST, asyncpg.PostgresError) as error:
                if not is_lost(self._connection, error):
                    raise
                self._drop()
        # New, or dead since the last query, as after a restart of the server.
        self._connection = await asyncpg.connect(**self._arguments)
        await self._connection.add_listener(CHANNEL, self._announced)
        return await self._prepared_row()

    async def _prepared_row(self) -> Any:
        statement = await self._connection.prepare(GENERATION)
        # Executed at once: until then the server takes the connection for busy, and announces nothing.
        row = await statement.fetchrow()
        self._statement = statement
        return row

    def _announced(self, *_: object) -> None:
        for listener in self._listeners:
            listener()

    def _silent(self) -> StorageUnavailable:
        self._drop()
        return StorageUnavailable(Reason("database-silent", place=self._location))

    def _drop(self) -> None:
        """Closes without a word to the server, which may be gone."""
        self._statement = None
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
