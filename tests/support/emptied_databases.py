"""A pool of PostgreSQL databases that tests reuse: emptying one takes a tenth of the time of a copy."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from tests.support.servers import connection_to, fresh_database

BEGINNING = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
{deletions};
INSERT INTO generations (id, catalogue, choices, access) VALUES (1, 0, 0, 0);
SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences
"""
"""Leaves the rows of a migrated database. Connections that are still open belong to an earlier test."""

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"


class EmptiedDatabases:
    """Copies of `template` for tests that do not change the schema; dropped at the end."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._idle, self._ending = list[str](), ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._ending.close()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of an empty database, for one test at a time."""
        url = self._idle.pop() if self._idle else self._ending.enter_context(fresh_database(self._server, self._template))
        yield url
        asyncio.run(_empty(url))
        self._idle.append(url)


async def _empty(url: str) -> None:
    async with connection_to(url) as connection:
        tables = [name for (name,) in await connection.fetch(TABLES)]
        await connection.execute("SET session_replication_role = replica")  # deletes in any order, without checks of foreign keys
        await connection.execute(BEGINNING.format(deletions="; ".join(f'DELETE FROM "{name}"' for name in tables)))
