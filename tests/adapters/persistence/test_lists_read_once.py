"""A stored list that several ask for at the same time is read once, for all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from attrs import define, field

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageBusy
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.texts import ModelId
from tests.support.stores import database, list_state, provider

__all__ = ["database"]

STATE, MODELS = list_state(), VendorList((VendorModel(ModelId("gpt-5")),))


@define(slots=False)
class HeldReads:
    """The database of a store whose reads wait for `may_end`, and how many began."""

    database: Any
    begun: int = 0
    may_end: asyncio.Event = field(factory=asyncio.Event)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    async def read(self, *given: Any) -> Any:
        self.begun += 1
        await self.may_end.wait()
        return await self.database.read(*given)


@asynccontextmanager
async def with_a_list(database: str) -> AsyncIterator[SqlStore]:
    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai")])
        await work.lists.put(STATE, await store.serialized(MODELS))
        await work.commit()
    try:
        yield store
    finally:
        await store.close()


async def test_all_get_the_same_list(database: str) -> None:
    """It is in memory once. Whoever comes later reads it anew: the cache of lists keeps it, not the store."""
    async with with_a_list(database) as store:
        first, *others = await asyncio.gather(*(store.models(STATE) for _ in range(30)))
        assert first == MODELS
        assert all(models is first for models in others)
        assert await store.models(STATE) is not first


async def test_whoever_leaves_takes_nobody_along(database: str) -> None:
    """Neither the one for whom the reading began, nor one whose deadline ends."""
    async with with_a_list(database) as store:
        store.database = held = HeldReads(store.database)
        leaving, staying = (asyncio.create_task(store.models(STATE)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        with deadline(0.01), pytest.raises(StorageBusy):
            await store.models(STATE)
        held.may_end.set()
        assert await staying == MODELS
        assert held.begun == 1


async def test_closing_waits_for_a_reading(database: str) -> None:
    """The one who asked has left."""
    async with with_a_list(database) as store:
        store.database = held = HeldReads(store.database)
        leaving = asyncio.create_task(store.models(STATE))
        await asyncio.sleep(0)
        leaving.cancel()
        closing = asyncio.create_task(store.close())
        for _ in range(10):
            await asyncio.sleep(0)
        assert not closing.done()
        held.may_end.set()
        await closing
