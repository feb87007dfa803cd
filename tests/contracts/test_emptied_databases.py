"""A reused database is empty."""

import asyncio

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.snapshot import Generation
from tests.support.emptied_databases import EmptiedDatabases
from tests.support.servers import connection_to
from tests.support.stores import CHAT, admin, choice, provider, session


def test_the_next_one_finds_it_empty(postgres_server: str, postgres_template: str) -> None:
    """Connections of the earlier test are closed; two tests at once have two databases."""
    with EmptiedDatabases(postgres_server, postgres_template) as databases, asyncio.Runner() as earlier:
        with databases.database() as url, databases.database() as other:
            assert url != other
            desk = earlier.run(written(url))
        with databases.database() as first, databases.database() as second:
            assert {first, second} == {url, other}
            for each in (first, second):
                asyncio.run(require_empty(each))
        earlier.run(desk.close())


async def written(url: str) -> SqlStore:
    """A store that was written to, and that is not closed."""
    store = SqlStore(url)
    async with store.unit_of_work() as work:
        await work.providers.put([provider()])
        await work.accounts.put(admin())
        await work.sessions.begin(session("d"))
        await work.choices.record(choice("gpt-4o", 1))
        await work.commit()
    return store


async def require_empty(url: str) -> None:
    async with connection_to(url) as connection:
        assert await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1
    store = SqlStore(url)
    snapshot = await store.current()
    assert (snapshot.generation, dict(snapshot.providers), dict(snapshot.access.admins)) == (Generation(), {}, {})
    assert (snapshot.access.sessions, list(await store.history(CHAT))) == ({}, [])
    assert await store.operations.check() == []
    await store.close()
