"""A desk on PostgreSQL, whose units of work select one model after the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from modeldesk.adapters.persistence.postgresql.store import PostgresDatabase
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.snapshot import Generation
from tests.support.stores import CHAT, choice, provider


class ChangedMind(Exception):
    """Somebody leaves in the middle."""


@asynccontextmanager
async def store_at(url: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(url)
    async with store.unit_of_work() as work:
        await work.providers.put([provider()])
        await work.commit()
    yield store
    await store.close()


async def choose(store: SqlStore, model: str, *, leaves: bool = False, long: bool = False) -> int:
    async with store.unit_of_work() as work:
        version = (await work.choices.slot(CHAT)).version + 1
        await asyncio.sleep(0)  # others come, and wait for the commit
        await work.choices.record(choice(model, version))
        if long:
            assert len(await work.choices.history(CHAT)) == version
        if leaves:
            raise ChangedMind
        await work.commit()
    return version


async def kept(url: str) -> list[str | None]:
    """The models of the slot's history, as another process reads them."""
    other = SqlStore(url)
    found = [change.model.model_id if change.model else None for change in await other.history(CHAT)]
    await other.close()
    return found


async def generation(store: SqlStore) -> Generation:
    assert isinstance(store.database, PostgresDatabase)
    return await store.database.generation()
