"""What every source of snapshots promises, whoever keeps the desk."""

from modeldesk.domain.model.snapshot import Snapshot
from tests.support.stores import CHAT, StoreFactory, admin, choice, provider


async def test_an_empty_desk(stores: StoreFactory) -> None:
    """Holds nothing, and all its numbers are zero."""
    async with stores.opened() as store:
        assert await store.current() == Snapshot()


async def test_a_commit_is_seen_by_the_next_read_of_everybody(stores: StoreFactory) -> None:
    """In this process and in another one that has kept a snapshot."""
    async with stores.opened() as store:
        other = stores.open()
        await store.current()
        await other.current()
        for number in range(5):
            async with store.unit_of_work() as work:
                await work.providers.put([provider(f"vendor-{number}")])
                await work.commit()
            for reader in (store, other):
                assert f"vendor-{number}" in (await reader.current()).providers
        async with other.unit_of_work() as work:
            await work.accounts.put(admin())
            await work.commit()
        assert "sara" in (await store.current()).access.admins
        if other is not store:
            await other.close()


async def test_nothing_is_seen_before_its_commit(stores: StoreFactory) -> None:
    """A reader in the middle of somebody's unit of work sees the desk as it was."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("openai")])
            assert [entry.slug for entry in await work.providers.all()] == ["openai"]
            assert (await store.current()).providers == {}
            await work.commit()
        assert set((await store.current()).providers) == {"openai"}


async def test_providers_stand_in_their_order(stores: StoreFactory) -> None:
    """By sort order, then slug."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("b", sort_order=2), provider("c", sort_order=1), provider("a", sort_order=2)])
            await work.commit()
        assert list((await store.current()).providers) == ["c", "a", "b"]


async def test_parts_that_did_not_change_are_the_same_objects(stores: StoreFactory) -> None:
    """Only what changed is built anew; an unchanged desk gives the very same parts."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("openai")])
            await work.commit()
        first = await store.current()
        assert (await store.current()).access == first.access
        async with store.unit_of_work() as work:
            await work.choices.record(choice("gpt-4o", 1))
            await work.commit()
        second = await store.current()
        assert second.slot(CHAT).active == "gpt-4o"
        assert second.provider(provider("openai").slug) is first.provider(provider("openai").slug)


async def test_who_may_come_in_is_seen_by_the_next_request_of_everybody(stores: StoreFactory) -> None:
    """Also where somebody else changed other parts meanwhile, and as `current` has it."""
    async with stores.opened() as store:
        other = stores.open()
        assert await other.access() == (await other.current()).access
        async with store.unit_of_work() as work:
            await work.providers.put([provider("openai")])
            await work.accounts.put(admin())
            await work.commit()
        for number in range(1, 4):
            async with store.unit_of_work() as work:
                await work.choices.record(choice(f"model-{number}", number))
                await work.accounts.put(admin(f"admin-{number}"))
                await work.commit()
            for reader in (other, store):
                assert f"admin-{number}" in (await reader.access()).admins
            async with store.unit_of_work() as work:
                await work.choices.record(choice(f"model-{number}", 3 + number))
                await work.commit()
            for reader in (other, store):
                assert set((await reader.access()).admins) == {"sara", *(f"admin-{past}" for past in range(1, number + 1))}
        assert (await other.current()).access == await other.access()
        if other is not store:
            await other.close()
