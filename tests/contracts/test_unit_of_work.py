"""What every unit of work promises, whoever keeps the desk."""

import asyncio
from datetime import timedelta

import pytest

from modeldesk.domain.errors import ProviderNotFound
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from tests.support.stores import CHAT, NOON, AnyStore, StoreFactory, admin, choice, provider, session, stored_key


async def put(store: AnyStore, *slugs: str) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in slugs])
        await work.commit()


async def put_key(work: UnitOfWork) -> None:
    await work.keys.put(stored_key())


async def delete_key(work: UnitOfWork) -> None:
    await work.keys.delete(CHAT.provider, None)


async def change_metadata(work: UnitOfWork) -> None:
    work.metadata_changed()


async def set_keys_aside(work: UnitOfWork) -> None:
    await work.keys.suspend(CHAT.provider)


async def test_a_provider_comes_back_as_it_was_put(stores: StoreFactory) -> None:
    """Every field, in another process too."""
    async with stores.opened() as store:
        await put(store, "openai")
    async with stores.opened() as store, store.unit_of_work() as work:
        assert await work.providers.get(Slug("openai")) == provider("openai")
        assert [entry.slug for entry in await work.providers.all()] == ["openai"]
        with pytest.raises(ProviderNotFound):
            await work.providers.get(Slug("nobody"))


async def test_a_digest_stays_until_the_provider_is_written_otherwise(stores: StoreFactory) -> None:
    """It comes with the name for people, in the unit of work and beside it; another provider's write leaves it."""
    acme, other = provider("acme"), provider("other")
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.providers.put([acme, other], {acme.slug: "1" * 64, other.slug: "2" * 64, Slug("third"): "3" * 64})
            await work.commit()
        async with store.unit_of_work() as work:
            await work.providers.put([provider("other", is_active=False)])
            await work.commit()
    async with stores.opened() as store:
        assert list(await store.imported_entries()) == [ImportedEntry(acme.slug, acme.display_name, "1" * 64)]
        async with store.unit_of_work() as work:
            assert list(await work.providers.imported()) == [ImportedEntry(acme.slug, acme.display_name, "1" * 64)]
            assert [entry.slug for entry in await work.providers.some([Slug("other"), Slug("nobody")])] == ["other"]


async def test_a_provider_keeps_its_version(stores: StoreFactory) -> None:
    """The version that was put last comes back, in the unit of work and in snapshots of every process."""

    async def read(store: AnyStore) -> None:
        async with store.unit_of_work() as work:
            assert (await work.providers.get(Slug("openai"))).version == 7
        assert (await store.current()).provider(Slug("openai")).version == 7

    async with stores.opened() as store:
        for version in (1, 7):
            async with store.unit_of_work() as work:
                await work.providers.put([provider("openai", version=version)])
                await work.commit()
        await read(store)
    async with stores.opened() as store:
        await read(store)


async def test_a_provider_that_is_not_there(stores: StoreFactory) -> None:
    """Those that are there are named, in the order of lists: what was just put among them."""
    async with stores.opened() as store:
        await put(store, "openai", "open-ai", "cohere")
        async with store.unit_of_work() as work:
            await work.providers.put([provider("last", sort_order=9), provider("first", sort_order=-9)])
            with pytest.raises(ProviderNotFound) as refusal:
                await work.providers.get(Slug("nobody"))
        assert (refusal.value.provider, refusal.value.known) == ("nobody", ["first", "cohere", "open-ai", "openai", "last"])


async def test_putting_again_replaces(stores: StoreFactory) -> None:
    """By slug; the others stay."""
    async with stores.opened() as store:
        await put(store, "openai", "cohere")
        async with store.unit_of_work() as work:
            await work.providers.put([provider("openai", is_active=False, sort_order=-5)])
            await work.commit()
        async with store.unit_of_work() as work:
            found = {entry.slug: entry for entry in await work.providers.all()}
        assert found == {"openai": provider("openai", is_active=False, sort_order=-5), "cohere": provider("cohere")}


async def test_leaving_without_commit_rolls_back(stores: StoreFactory) -> None:
    """Also when it is left by an error of the caller's own, which comes out as it is; whatever was written and read back in it."""

    async def left(store: AnyStore, error: Exception | None) -> None:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("cohere")])
            await work.choices.record(choice("gpt-4o", 1))
            await work.accounts.put(admin())
            assert len(await work.providers.all()) == 2
            if error is not None:
                raise error

    async with stores.opened() as store:
        await put(store, "openai")
        before = await store.current()
        await left(store, None)
        for error in (ZeroDivisionError(), FileNotFoundError("a file of the caller's")):
            with pytest.raises(type(error)) as caught:
                await left(store, error)
            assert caught.value is error
        assert await store.current() == before


async def test_a_choice_is_stored_active_and_remembered(stores: StoreFactory) -> None:
    """Selecting twice and emptying: the models stay, the version counts, the history tells it all, also to who waits for no turn."""
    async with stores.opened() as store:
        await put(store, "openai")
        steps = [choice("gpt-4o", 1), choice("gpt-5", 2), choice("gpt-4o", 3), choice(None, 4)]
        for step in steps:
            async with store.unit_of_work() as work:
                await work.choices.record(step)
                await work.commit()
        async with store.unit_of_work() as work:
            state = await work.choices.slot(CHAT)
            assert (state.version, state.active, set(state.models)) == (4, None, {"gpt-4o", "gpt-5"})
            assert state.models[steps[2].model.model_id] == steps[2].model  # type: ignore[union-attr] # the third step chose one
            assert list(await work.choices.history(CHAT)) == steps
            assert await work.choices.active() == []
            await work.choices.record(choice("gpt-6", 5))
            assert list(await store.history(CHAT)) == steps, "what is not committed is not told"
        assert list(await store.history(Slot(CHAT.provider, CapabilityName("image")))) == []


async def test_slots_are_apart(stores: StoreFactory) -> None:
    """Another capability, or the same one of another provider, is another slot; one never used is empty."""
    async with stores.opened() as store:
        await put(store, "openai", "cohere")
        image = Slot(Slug("openai"), CapabilityName("image"))
        async with store.unit_of_work() as work:
            await work.choices.record(choice("gpt-4o", 1))
            await work.choices.record(choice("command", 1, Slot(Slug("cohere"), CapabilityName("chat"))))
            assert await work.choices.slot(image) == SlotState(image)
            assert await work.choices.history(image) in ([], ())
            assert {(state.slot.provider, state.active) for state in await work.choices.active()} == {
                ("openai", "gpt-4o"),
                ("cohere", "command"),
            }


async def test_accounts(stores: StoreFactory) -> None:
    """Admins are put and replaced; sessions begin, end one by one, by admin, and by age."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            assert await work.accounts.admin("sara") is None
            await work.accounts.put(admin("sara"))
            await work.accounts.put(admin("nima"))
            for digest, of, minutes in (("a", "sara", 10), ("b", "sara", 10), ("c", "nima", 10), ("d", "nima", 0)):
                await work.sessions.begin(session(digest, of, minutes))
            assert await work.accounts.admin("sara") == admin("sara")
            await work.commit()
        async with store.unit_of_work() as work:
            await work.sessions.end("a")
            await work.sessions.end("not there")
            await work.sessions.forget_ended(NOON, NOON - timedelta(hours=1))
            await work.commit()
        assert set((await store.current()).access.sessions) == {"b", "c"}
        async with store.unit_of_work() as work:
            await work.sessions.end_all("sara")
            await work.commit()
        access = (await store.current()).access
        assert access.sessions == {"c": session("c", "nima")}
        assert set(access.admins) == {"sara", "nima"}


async def test_a_commit_raises_the_numbers_of_what_was_written(stores: StoreFactory) -> None:
    """And of nothing else; a list's state and a key are of the catalogue; reading raises none."""
    async with stores.opened() as store:
        numbers = [(await store.current()).generation]

        async def after(number: Generation) -> None:
            numbers.append((await store.current()).generation)
            assert numbers[-1] == number

        await put(store, "openai")
        await after(Generation(1, 0, 0))
        async with store.unit_of_work() as work:
            await work.choices.record(choice("gpt-4o", 1))
            await work.commit()
        await after(Generation(1, 1, 0))
        async with store.unit_of_work() as work:
            await work.accounts.put(admin())
            await work.commit()
        await after(Generation(1, 1, 1))
        async with store.unit_of_work() as work:
            await work.lists.put(ListState(CHAT.provider).cleared())
            await work.commit()
        await after(Generation(2, 1, 1))
        for write in (put_key, delete_key, set_keys_aside, change_metadata):
            catalogue = numbers[-1].catalogue
            async with store.unit_of_work() as work:
                await write(work)
                await work.commit()
            await after(Generation(catalogue + 1, 1, 1))
        async with store.unit_of_work() as work:
            await work.providers.all()
            await work.lists.state(CHAT.provider)
            await work.keys.get(CHAT.provider, None)
            await work.keys.providers()
            await work.commit()
        await after(Generation(6, 1, 1))


async def test_units_of_work_take_turns(stores: StoreFactory) -> None:
    """What is read in one stays true until it ends: twenty clients that each count one up lose nothing."""

    async def count_up(store: AnyStore) -> None:
        async with store.unit_of_work() as work:
            state = await work.choices.slot(CHAT)
            await asyncio.sleep(0)
            await work.choices.record(choice(f"m{state.version}", state.version + 1))
            await work.commit()

    async with stores.opened() as store:
        await put(store, "openai")
        other = stores.open()
        await asyncio.gather(*(count_up(one) for _ in range(10) for one in (store, other)))
        async with store.unit_of_work() as work:
            assert [step.version for step in await work.choices.history(CHAT)] == list(range(1, 21))
        if other is not store:
            await other.close()


async def test_waiting_for_a_turn_can_be_cancelled(stores: StoreFactory) -> None:
    """Who gave up while somebody else had their turn does not come in later, and is in nobody's way."""

    async def late(store: AnyStore) -> None:
        async with store.unit_of_work() as work:
            await work.choices.record(choice("late", 1))
            await work.commit()

    async with stores.opened() as store:
        await put(store, "openai")
        other = stores.open()
        async with store.unit_of_work() as work:
            await work.choices.slot(CHAT)
            task = asyncio.create_task(late(other))
            for _ in range(20):
                await asyncio.sleep(0)
            task.cancel()
            await work.choices.record(choice("first", 1))
            await work.commit()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with other.unit_of_work() as work:
            assert (await work.choices.slot(CHAT)).active == "first"
            await work.choices.record(choice("second", 2))
            await work.commit()
        assert (await store.current()).slot(CHAT).active == "second"
        if other is not store:
            await other.close()


async def test_a_cancelled_unit_of_work_leaves_nothing_behind(stores: StoreFactory) -> None:
    """Wherever it is cancelled, the next one finds the desk as it was and can write."""
    async with stores.opened() as store:
        await put(store, "openai")

        reached = asyncio.Event()

        async def slow() -> None:
            async with store.unit_of_work() as work:
                await work.choices.record(choice("gpt-4o", 1))
                await work.choices.slot(CHAT)
                reached.set()
                await asyncio.sleep(60)

        for steps in range(13):
            task = asyncio.create_task(slow())
            for _ in range(steps):
                await asyncio.sleep(0)
            if steps == 12:
                await reached.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with store.unit_of_work() as work:
            assert await work.choices.slot(CHAT) == SlotState(CHAT)
            await work.choices.record(choice("gpt-5", 1))
            await work.commit()
        assert (await store.current()).slot(CHAT).active == "gpt-5"
