"""What every store promises of the plan of scheduled refreshes, and of leases."""

import asyncio
from datetime import timedelta

from modeldesk.domain.model.catalogue.refresh_plan import Lease, RefreshPlan, extended
from modeldesk.domain.model.values.texts import Slug
from tests.support.stores import NOON, AnyStore, StoreFactory, provider

OPENAI, COHERE = Slug("openai"), Slug("cohere")
FIRST = RefreshPlan(OPENAI, NOON + timedelta(hours=6), NOON, 0)
LATER = RefreshPlan(OPENAI, NOON + timedelta(hours=24), NOON + timedelta(hours=6), 2)
OTHER = RefreshPlan(COHERE, NOON, NOON)


async def put(store: AnyStore, *plans: RefreshPlan) -> None:
    async with store.unit_of_work() as work:
        for plan in plans:
            await work.refreshes.put_plan(plan)
        await work.commit()


async def test_plans_come_back_as_they_were_put(stores: StoreFactory) -> None:
    """By provider, in the unit of work and beside it, in another process too; no number is raised."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("openai"), provider("cohere")])
            await work.commit()
        before = (await store.current()).generation
        await put(store, FIRST, OTHER)
        await put(store, LATER)
        assert (await store.current()).generation == before
    async with stores.opened() as store:
        assert sorted(await store.refresh_plans(), key=str) == sorted([LATER, OTHER], key=str)
        async with store.unit_of_work() as work:
            assert await work.refreshes.plan(OPENAI) == LATER
            assert await work.refreshes.plan(Slug("nobody")) is None


async def test_leases_stand_under_their_names(stores: StoreFactory) -> None:
    """Putting one replaces it; another name is another lease."""
    mine, yours = Lease("a", NOON), Lease("b" * 32, NOON + timedelta(minutes=5))
    async with stores.opened() as store, store.unit_of_work() as work:
        await work.refreshes.put_lease("one", mine)
        await work.refreshes.put_lease("two", mine)
        await work.refreshes.put_lease("one", yours)
        await work.commit()
    async with stores.opened() as store, store.unit_of_work() as work:
        assert await work.refreshes.lease("one") == yours
        assert await work.refreshes.lease("two") == mine
        assert await work.refreshes.lease("three") is None


async def test_of_several_that_want_a_lease_one_gets_it(stores: StoreFactory) -> None:
    """Units of work are serialized, whatever the store: the second one finds the first one's lease."""

    async def take(store: AnyStore, holder: str) -> bool:
        async with store.unit_of_work() as work:
            lease = extended(await work.refreshes.lease("one"), holder, NOON)
            if lease is not None:
                await work.refreshes.put_lease("one", lease)
                await work.commit()
        return lease is not None

    async with stores.opened() as first, stores.opened() as second:
        taken = await asyncio.gather(*(take(desk, f"{number}") for number, desk in enumerate([first, second] * 3)))
    assert sorted(taken) == [False] * 5 + [True]
