"""A snapshot that is stepped forward from what changed equals one that is read anew, whatever was written and by whom."""

import asyncio
import random
from pathlib import Path

from attrs import evolve
from sqlalchemy import create_engine

from modeldesk.adapters.persistence.snapshot import rebuilt
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.choices import Choices
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import Use, UseChange, UseName
from modeldesk.domain.model.values.texts import CapabilityName, SingleLineText, Slug
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from tests.support.stores import NOON, admin, choice, database, list_state, provider, stored_key, upgraded

__all__ = ["database"]

SLUGS = ("a", "b", "c")
SLOTS = [Slot(Slug(slug), CapabilityName(name)) for slug in SLUGS for name in ("chat", "image")]
SEEDS = range(2)
STEPS = 15


async def anew(url: str) -> Snapshot:
    """As a process reads it that has just started."""
    store = SqlStore(url)
    try:
        return await store.current()
    finally:
        await store.close()


async def record(work: UnitOfWork, slot: Slot, model: str | None) -> None:
    state = await work.choices.slot(slot)
    await work.choices.record(choice(model, state.next_version, slot))


async def write(work: UnitOfWork, dice: random.Random) -> None:
    """One change of any part, or several."""
    for _ in range(dice.randint(1, 3)):
        slot = dice.choice(SLOTS)
        match dice.randint(0, 8):
            case 0 | 7:
                await work.providers.put(
                    [provider(dice.choice((*SLUGS, "d", "e")), is_active=dice.random() < 0.5, sort_order=dice.randint(0, 2))]
                )
            case 6:
                await work.lists.put(list_state(slot.provider, count=dice.randint(1, 2), owner=dice.choice((None, "sara"))))
            case 8:
                await work.keys.put(stored_key(slot.provider, dice.choice((None, "sara")), hint=str(dice.randint(0, 1))))
            case 1:
                await work.accounts.put(admin(f"admin-{dice.randint(0, 2)}"))
            case 2:
                name = UseName(f"use-{dice.randint(0, 2)}")
                state = await work.uses.state(name)
                use = Use(name, slot.capability, slot.provider, version=state.next_version) if dice.random() < 0.7 else None
                await work.uses.record(UseChange(name, state.next_version, use, NOON, SingleLineText("sara")))
            case _:
                await record(work, slot, dice.choice(("m1", "m2", None)))


async def test_steps_equal_readings_under_any_writes(database: str) -> None:
    """Two processes write in turn, some units of work are left without a commit, and each process steps at its own pace."""
    for seed in SEEDS:
        dice, stores = random.Random(seed), [SqlStore(database), SqlStore(database)]
        async with stores[0].unit_of_work() as work:
            await work.providers.put([provider(slug) for slug in SLUGS])
            await work.commit()
        for _ in range(STEPS):
            async with dice.choice(stores).unit_of_work() as work:
                await write(work, dice)
                if dice.random() < 0.8:
                    await work.commit()
            if dice.random() < 0.7:
                stepped, read = await dice.choice(stores).current(), await anew(database)
                assert stepped == read
                assert list(stepped.providers) == list(read.providers)
        for store in stores:
            assert await store.current() == await anew(database)
            await store.close()


async def test_a_change_of_one_slot_leaves_the_states_of_other_providers(database: str) -> None:
    """They are the same objects, so that nothing that is computed from them is computed again."""
    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in SLUGS])
        for slot in SLOTS:
            await record(work, slot, "m1")
        await work.commit()
    before = (await store.current()).choices
    async with store.unit_of_work() as work:
        await record(work, SLOTS[0], "m2")
        await work.commit()
    after = (await store.current()).choices
    assert [after.of_provider(Slug(slug)) is before.of_provider(Slug(slug)) for slug in SLUGS] == [False, True, True]
    assert after.of_provider(Slug("a"))[SLOTS[1].capability] is before.of_provider(Slug("a"))[SLOTS[1].capability]
    await store.close()


async def test_a_change_of_one_provider_leaves_the_others(database: str) -> None:
    """They, their lists and their keys are the same objects; the changed one stands at its place."""
    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in SLUGS])
        for slug in SLUGS:
            await work.lists.put(list_state(slug))
            await work.keys.put(stored_key(slug))
        await work.commit()
    before = await store.current()
    for order, slugs in ((0, ["a", "b", "c"]), (1, ["a", "c", "b"])):
        async with store.unit_of_work() as work:
            await work.providers.put([provider("b", sort_order=order, is_active=False)])
            await work.commit()
        after = await store.current()
        assert list(after.providers) == slugs
        assert after.providers[Slug("b")] == provider("b", sort_order=order, is_active=False)
        assert [slug for slug in SLUGS if after.providers[Slug(slug)] is before.providers[Slug(slug)]] == ["a", "c"]
        assert after.lists is before.lists
        assert after.keys is before.keys
    await store.close()


async def test_a_change_of_one_list_leaves_the_other_lists(database: str) -> None:
    """They are read again, and stay the same objects."""
    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in SLUGS])
        for slug in SLUGS:
            await work.lists.put(list_state(slug, count=1))
        await work.commit()
    before = await store.current()
    async with store.unit_of_work() as work:
        await work.lists.put(list_state("b", count=2))
        await work.commit()
    after = await store.current()
    assert [slug for slug in SLUGS if after.lists[Slug(slug)] is before.lists[Slug(slug)]] == ["a", "c"]
    await store.close()


async def test_a_write_reads_from_a_snapshot_only_what_is_still_so(database: str) -> None:
    """The very objects of its process; after a write of its own, or of another process, what stands in the database."""
    store, other = SqlStore(database), SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in SLUGS])
        await record(work, SLOTS[0], "m1")
        await work.commit()
    known = await store.current()
    slugs = [Slug(slug) for slug in ("c", "nobody", "a")]
    async with store.unit_of_work() as work:
        assert all(found is known.providers[found.slug] for found in await work.providers.all())
        assert [found is known.providers[found.slug] for found in await work.providers.some(slugs)] == [True, True]
        assert [state is known.choices[state.slot] for state in await work.choices.active()] == [True]
        await work.providers.put([provider("a", is_active=False)])
        await record(work, SLOTS[0], None)
        assert [found.is_active for found in await work.providers.some([Slug("a")])] == [False]
        assert sorted(found.is_active for found in await work.providers.all()) == [False, True, True]
        assert await work.choices.active() == []
    async with other.unit_of_work() as work:
        await work.providers.put([provider("d")])
        await record(work, SLOTS[2], "m2")
        await work.commit()
    async with store.unit_of_work() as work:
        assert {found.slug for found in await work.providers.all()} == {"a", "b", "c", "d"}
        assert [state.slot for state in await work.choices.active()] == [SLOTS[0], SLOTS[2]]
    await store.close()
    await other.close()


async def test_two_who_write_at_once_are_both_seen(postgres_emptied_url: str) -> None:
    """Whoever commits last has the higher number, whoever wrote first: a reader between the two commits misses nothing of the second."""
    stores, reader = [SqlStore(postgres_emptied_url) for _ in range(2)], SqlStore(postgres_emptied_url)
    async with stores[0].unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in SLUGS])
        await work.commit()

    async def written(store: SqlStore, slot: Slot, model: str) -> None:
        async with store.unit_of_work() as work:
            await record(work, slot, model)
            await work.choices.history(slot)  # a read sends what is written so far
            await asyncio.sleep(0)
            await work.commit()
            await reader.current()

    for number in range(8):
        await asyncio.gather(written(stores[0], SLOTS[0], f"m{number}"), written(stores[1], SLOTS[2], f"n{number}"))
        assert await reader.current() == await anew(postgres_emptied_url)
    await asyncio.gather(*(store.close() for store in (*stores, reader)))


def test_after_a_restore_everything_is_read(tmp_path: Path) -> None:
    """What the backup did not know is gone, and what it knew is as it was, for a process that has stepped far beyond it."""
    url, copy = upgraded(tmp_path / "desk.db"), tmp_path / "copy.db"
    entry = audit_entry(CLI_ACTOR, NOON, Action.DATABASE_RESTORED, "")

    async def story() -> None:
        store, other = SqlStore(url), SqlStore(url)
        async with store.unit_of_work() as work:
            await work.providers.put([provider(slug) for slug in SLUGS])
            await record(work, SLOTS[0], "m1")
            await work.commit()
        await store.operations.backup(copy)
        for slot in SLOTS:
            async with store.unit_of_work() as work:
                await record(work, slot, "m2")
                await work.commit()
            await other.current()
        await store.operations.restore(copy, entry)
        assert set((await other.current()).choices) == {SLOTS[0]}
        assert await other.current() == await anew(url)
        await store.close()
        await other.close()

    asyncio.run(story())


def test_a_database_with_earlier_numbers_is_read_whole(tmp_path: Path) -> None:
    """As where somebody put an older file into its place: nothing is newer than what is known, and all of it may differ."""
    url = upgraded(tmp_path / "desk.db")

    async def story() -> Snapshot:
        store = SqlStore(url)
        async with store.unit_of_work() as work:
            await work.providers.put([provider(slug) for slug in SLUGS])
            await record(work, SLOTS[0], "m1")
            await work.commit()
        snapshot = await store.current()
        await store.close()
        return snapshot

    present = asyncio.run(story())
    later = evolve(present, choices=Choices.of([]), generation=evolve(present.generation, choices=present.generation.choices + 9))
    engine = create_engine(url)
    with engine.connect() as connection:
        assert rebuilt(connection, later) == present
    engine.dispose()
