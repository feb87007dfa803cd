"""What every store promises of dependents."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from modeldesk.domain.model.dependents import Dependency, Dependent
from tests.support.stores import NOON, AnyStore, StoreFactory

SHOP = Dependency("nightly", "فروشگاه", "support-chat")
UNNAMED = Dependency("nightly", "", "openai/chat")
OTHER = Dependency("Other", "*", "*")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def add(store: AnyStore, requests: Mapping[Dependency, int], at: datetime = NOON) -> None:
    async with store.unit_of_work() as work:
        await work.dependents.add(requests, at)
        await work.commit()


async def test_requests_are_added_up(stores: StoreFactory) -> None:
    """By the hour, over processes; the last time never goes back, and no number is raised."""
    async with stores.opened() as store:
        before = (await store.current()).generation
        await add(store, {SHOP: 2, UNNAMED: 1})
        await add(store, {SHOP: 3}, NOON + 2 * HOUR)
        await add(store, {})
        assert (await store.current()).generation == before
    async with stores.opened() as store:
        await add(store, {SHOP: 1}, NOON + HOUR)
        found = await store.dependents(None, NOON + 2 * HOUR)
        assert list(found) == [Dependent(*SHOP, NOON + 2 * HOUR, 6, 6), Dependent(*UNNAMED, NOON, 1, 1)]


async def test_counts_reach_back_a_day_and_a_month(stores: StoreFactory) -> None:
    """Who was not seen for 30 days is no dependent any more."""
    async with stores.opened() as store:
        await add(store, {SHOP: 5, OTHER: 1})
        await add(store, {SHOP: 7}, NOON + 20 * DAY)
        assert list(await store.dependents(None, NOON + 21 * DAY)) == [
            Dependent(*SHOP, NOON + 20 * DAY, 0, 12),
            Dependent(*OTHER, NOON, 0, 1),
        ]
        assert list(await store.dependents(None, NOON + 20 * DAY + 23 * HOUR)) == [
            Dependent(*SHOP, NOON + 20 * DAY, 7, 12),
            Dependent(*OTHER, NOON, 0, 1),
        ]
        assert list(await store.dependents(None, NOON + 31 * DAY)) == [Dependent(*SHOP, NOON + 20 * DAY, 0, 7)]


async def test_only_who_asked_for_it(stores: StoreFactory) -> None:
    """For one of the names; nobody for none."""
    async with stores.opened() as store:
        await add(store, {SHOP: 1, UNNAMED: 1, OTHER: 1})
        assert [one.asked for one in await store.dependents(["support-chat", "*"], NOON)] == ["*", "support-chat"]
        assert list(await store.dependents([], NOON)) == []


async def test_what_a_token_asked_for_is_known(stores: StoreFactory) -> None:
    """Inside the unit of work, with what it wrote itself."""
    async with stores.opened() as store:
        await add(store, {SHOP: 1, OTHER: 1})
        async with store.unit_of_work() as work:
            await work.dependents.add({UNNAMED: 1}, NOON)
            assert set(await work.dependents.known(["nightly", "nobody"])) == {SHOP, UNNAMED}
            assert list(await work.dependents.known([])) == []


async def test_what_is_old_is_forgotten(stores: StoreFactory) -> None:
    """Hours before the moment, and who was last seen before it."""
    async with stores.opened() as store:
        await add(store, {SHOP: 1, OTHER: 1})
        await add(store, {SHOP: 2}, NOON + 2 * HOUR)
        async with store.unit_of_work() as work:
            await work.dependents.forget(NOON + HOUR)
            await work.commit()
        assert list(await store.dependents(None, NOON + 2 * HOUR)) == [Dependent(*SHOP, NOON + 2 * HOUR, 2, 2)]
