"""A desk over an embedded database, for tests of that database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modeldesk.adapters.persistence.sqlite.store import SqliteDatabase
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.values.texts import CapabilityName, SingleLineText, Slug
from tests.support.stores import upgraded

CHAT = Slot(Slug("openai"), CapabilityName("chat"))
NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
OPENAI = Provider(
    Slug("openai"), SingleLineText("OpenAI"), SingleLineText("OpenAI"), capabilities={CHAT.capability: Capability(supported=True)}
)


def database_of(store: SqlStore) -> SqliteDatabase:
    assert isinstance(store.database, SqliteDatabase)
    return store.database


@asynccontextmanager
async def store_in(folder: Path, **given: Any) -> AsyncIterator[SqlStore]:
    """A desk with one provider; what is given goes to the store."""
    store = SqlStore(await asyncio.to_thread(upgraded, folder / "desk.db"), **given)
    async with store.unit_of_work() as work:
        await work.providers.put([OPENAI])
        await work.commit()
    yield store
    await store.close()
