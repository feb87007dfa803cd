"""A unit of work may read from the snapshot of its process: never anything else than what it would read in the database."""

import asyncio

from attrs import evolve

from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.stores import CHAT, AnyStore, StoreFactory, admin, choice, provider, session


async def fill(store: AnyStore) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider()])
        await work.accounts.put(admin())
        await work.sessions.begin(session("d" * 64))
        await work.commit()


async def choose(store: AnyStore, model: str, slot: Slot = CHAT) -> int:
    """The next version of the slot, after its state was read."""
    async with store.unit_of_work() as work:
        version = (await work.choices.slot(slot)).version + 1
        await asyncio.sleep(0)  # others come, and wait for the commit
        await work.choices.record(choice(model, version, slot))
        await work.commit()
    return version


async def test_what_another_process_has_changed_is_seen(stores: StoreFactory) -> None:
    """Providers, slots, admins and sessions, whatever snapshot the first process has."""
    async with stores.opened() as store, stores.opened() as other:
        await fill(store)
        await store.current()
        async with other.unit_of_work() as work:
            await work.providers.put([evolve(provider(), is_active=False)])
            await work.choices.record(choice("theirs", 1))
            await work.accounts.put(evolve(admin(), is_active=False))
            await work.sessions.end("d" * 64)
            await work.commit()
        async with store.unit_of_work() as work:
            assert not (await work.providers.get(Slug("openai"))).is_active
            assert (await work.choices.slot(CHAT)).active == "theirs"
            found = await work.accounts.admin("sara")
            assert found is not None
            assert not found.is_active
            assert not await work.sessions.exists("d" * 64)


async def test_a_unit_of_work_sees_what_it_has_written_itself(stores: StoreFactory) -> None:
    """Before its commit, and beside a current snapshot."""
    async with stores.opened() as store:
        await fill(store)
        await store.current()
        async with store.unit_of_work() as work:
            await work.choices.record(choice("own", 1))
            await work.providers.put([evolve(provider(), is_active=False)])
            await work.sessions.end("d" * 64)
            assert (await work.choices.slot(CHAT)).active == "own"
            assert not (await work.providers.get(Slug("openai"))).is_active
            assert not await work.sessions.exists("d" * 64)
            assert await work.accounts.admin("sara") == admin()


async def test_those_that_share_a_commit_see_one_another(stores: StoreFactory) -> None:
    """What was written before in the same transaction and is not committed, in the same slot and in another one."""
    image = Slot(CHAT.provider, CapabilityName("image"))
    async with stores.opened() as store:
        await fill(store)
        await store.current()
        versions = await asyncio.gather(*(choose(store, f"m{number}", CHAT if number % 2 else image) for number in range(12)))
        assert sorted(versions) == sorted([*range(1, 7), *range(1, 7)])
        current = await store.current()
        assert (current.slot(CHAT).version, current.slot(image).version) == (6, 6)
        assert 1 <= current.generation.choices <= 12


async def test_the_head_of_a_slot_is_its_state_with_the_active_model(stores: StoreFactory) -> None:
    """Of the other stored models it may say nothing; of a slot without an active model, and of one that was never used, neither."""
    image = Slot(CHAT.provider, CapabilityName("image"))
    async with stores.opened() as store:
        await fill(store)
        for step in (choice("gpt-4o", 1), choice("gpt-5", 2), choice(None, 3), choice("gpt-5", 4)):
            async with store.unit_of_work() as work:
                await work.choices.record(step)
                await work.commit()
            async with store.unit_of_work() as work:
                head, state = await work.choices.head(CHAT), await work.choices.slot(CHAT)
                assert (head.slot, head.version, head.active) == (CHAT, step.version, step.model.model_id if step.model else None)
                assert head.active_model == state.active_model == step.model
                assert await work.choices.head(image) == SlotState(image)


async def test_what_imports_wrote_is_as_of_the_transaction(stores: StoreFactory) -> None:
    """A unit of work sees what another process or it itself has written since this process read the entries."""
    acme, other = provider("acme"), provider("other")
    async with stores.opened() as store, stores.opened() as elsewhere:
        async with store.unit_of_work() as work:
            await work.providers.put([acme, other], {acme.slug: "1" * 64, other.slug: "2" * 64})
            await work.commit()
        assert len(await store.imported_entries()) == 2
        async with store.unit_of_work() as work:
            assert len(await work.providers.imported()) == 2
            await work.providers.put([acme], {})
            assert [entry.slug for entry in await work.providers.imported()] == ["other"]
        async with elsewhere.unit_of_work() as work:
            await work.providers.put([other], {})
            await work.commit()
        async with store.unit_of_work() as work:
            assert [entry.slug for entry in await work.providers.imported()] == ["acme"]
