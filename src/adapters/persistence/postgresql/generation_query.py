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
        self._listeners = list[Callable[[], None]]()

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener` for each commit that is announced while there is a connection: an announcement may be lost."""
        self._listeners.append(listener)

    async def send(self) -> Generation:
        """Raises StorageUnavailable, StorageBusy, SchemaMismatch."""
        with driver_translated(self._location):
            try:
                async with asyncio.timeout(self._longest_silence):
                    row = await self._row()
            except asyncpg.UndefinedTableError:
                row = None
            except TimeoutError:
                self._drop()
                raise StorageUnavailable(Reason("database-silent", place=self._location)) from None
        return checked_generation(row)

    async def close(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                await self._connection.close(timeout=LONGEST_CLOSING)
            self._drop()

    async def _row(self) -> Any:
        if self._connection is not None:
            try:
                return await self._connection.fetchrow(GENERATION)
            except (*LOST, asyncpg.PostgresError) as error:
                if not is_lost(self._connection, error):
                    raise
                self._drop()
        # New, or dead since the last query, as after a restart of the server.
        self._connection = await asyncpg.connect(**self._arguments)
        await self._connection.add_listener(CHANNEL, self._announced)
        return await self._connection.fetchrow(GENERATION)

    def _announced(self, *_: object) -> None:
        for listener in self._listeners:
            listener()

    def _drop(self) -> None:
        """Closes without a word to the server, which may be gone."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
