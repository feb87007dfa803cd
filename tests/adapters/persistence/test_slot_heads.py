"""Heads of slots that a process remembers are those that a read would find, whoever wrote since, and however it ended."""

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence import slot_heads
from modeldesk.adapters.persistence.slot_heads import SlotHeads
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.values.texts import CapabilityName
from tests.support.postgresql_store import ChangedMind, store_at
from tests.support.sqlite_store import database_of, store_in
from tests.support.stores import CHAT, StoreFactory, choice, provider

from tests.support.stores import database, stores  # isort: skip

__all__ = ["database", "stores"]

IMAGE = Slot(CHAT.provider, CapabilityName("image"))
SLOTS = [CHAT, IMAGE, Slot(CHAT.provider, CapabilityName("audio"))]


def head_of(state: SlotState) -> tuple[object, ...]:
    return state.slot, state.version, state.active, state.active_model


async def choose(store: SqlStore, slot: Slot, model: str | None, *, leaves: bool = False, long: bool = False) -> int:
    """The version, from the head that the unit of work has found. `long` work reads what it wrote."""
    async with store.unit_of_work() as work:
        version = (await work.choices.head(slot)).next_version
        await work.choices.record(choice(model, version, slot))
        if long:
            assert (await work.choices.head(slot)).version == version
            assert len(await work.choices.history(slot)) == version
        if leaves:
            raise ChangedMind
        await work.commit()
    return version


async def heads(store: SqlStore) -> list[tuple[object, ...]]:
    async with store.unit_of_work() as work:
        return [head_of(await work.choices.head(slot)) for slot in SLOTS]


@pytest.mark.parametrize("seed", range(6))
async def test_heads_are_those_that_are_stored(stores: StoreFactory, seed: int) -> None:
    """Two processes select at once, in groups; some change their mind or are cancelled. No version is taken twice, and none is left out."""
    dice = random.Random(seed)
    async with stores.opened() as first, stores.opened() as second:
        async with first.unit_of_work() as work:
            await work.providers.put([provider()])
            await work.commit()
        for step in range(12):
            works = [
                choose(
                    dice.choice((first, second)),  # type: ignore[arg-type] # in memory as well
                    dice.choice(SLOTS),
                    dice.choice((f"m{step}-{number}", None)),
                    leaves=dice.random() < 0.15,
                    long=dice.random() < 0.15,
                )
                for number in range(dice.randint(1, 8))
            ]
            tasks = [asyncio.create_task(work) for work in works]
            if dice.random() < 0.4:
                asyncio.get_running_loop().call_later(dice.random() / 200, dice.choice(tasks).cancel)
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(outcome, int | ChangedMind | asyncio.CancelledError) for outcome in outcomes), outcomes
            if dice.random() < 0.3:
                await dice.choice((first, second)).current()
            async with stores.opened() as third:
                stored = await heads(third)  # type: ignore[arg-type]
                assert await heads(first) == await heads(second) == stored  # type: ignore[arg-type]
                for slot in SLOTS:
                    versions = [change.version for change in await third.history(slot)]
                    assert versions == list(range(1, len(versions) + 1))


async def test_a_shared_commit_that_fails_is_forgotten(tmp_path: Path) -> None:
    """What its members wrote was never stored."""

    def refuse(action: int, operation: str | None, *_: object) -> int:
        is_commit = action == sqlite3.SQLITE_TRANSACTION and operation == "COMMIT"
        return sqlite3.SQLITE_DENY if is_commit else sqlite3.SQLITE_OK

    async with store_in(tmp_path) as store:
        assert await choose(store, CHAT, "a") == 1
        await database_of(store).write_alone(lambda driver: driver.set_authorizer(refuse))
        outcomes = await asyncio.gather(*(choose(store, CHAT, name) for name in "bcd"), choose(store, CHAT, "e"), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {StorageUnavailable}
        await database_of(store).write_alone(lambda driver: driver.set_authorizer(None))
        assert await choose(store, CHAT, "f") == 2


async def test_who_fails_alone_takes_nobody_along(tmp_path: Path) -> None:
    """In the middle of what it writes, on the embedded database: those before and after it are kept, and all share one commit."""

    async def fail(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            version = (await work.choices.head(CHAT)).version
            await work.choices.record(choice("taken", version))  # its last statement meets the history's entry of that version
            await work.commit()

    async with store_in(tmp_path) as store:
        assert await choose(store, CHAT, "a") == 1
        before = database_of(store).writer.thread.visits
        outcomes = await asyncio.gather(
            choose(store, CHAT, "b"), choose(store, IMAGE, "c"), fail(store), choose(store, CHAT, "d"), fail(store), choose(store, IMAGE, "e"),
            return_exceptions=True,
        )  # fmt: skip
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "int", "IntegrityError", "int", "IntegrityError", "int"]
        assert database_of(store).writer.thread.visits == before + 1
        assert [change.model.model_id for change in await store.history(CHAT) if change.model] == ["a", "b", "d"]
        assert [state[2] for state in await heads(store)] == ["d", "e", None]
        assert await store.operations.check() == []


async def test_nobody_goes_on_from_what_the_server_refuses(postgres_emptied_url: str) -> None:
    """A change that is sent with the commit may still be refused: the next one of its slot waits until it was sent."""

    async def be_refused(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            version = (await work.choices.head(CHAT)).version
            await work.choices.record(choice("refused", version))
            await work.commit()

    async with store_at(postgres_emptied_url) as store:
        assert await choose(store, CHAT, "a") == 1
        outcomes = await asyncio.gather(
            choose(store, IMAGE, "b"), be_refused(store), choose(store, CHAT, "c"), choose(store, IMAGE, "d"), be_refused(store),
            return_exceptions=True,
        )  # fmt: skip
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "UniqueViolationError", "int", "int", "UniqueViolationError"]
        assert outcomes[2] == 2
        assert [change.model.model_id for change in await store.history(CHAT) if change.model] == ["a", "c"]
        assert [state[2] for state in await heads(store)] == ["c", "d", None]
        assert await store.operations.check() == []


async def test_what_was_read_of_a_commit_that_fails_is_forgotten(postgres_emptied_url: str) -> None:
    """Also where nothing was remembered when it was read, since long work in between has changed its mind."""

    async def read_and_wait(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            assert (await work.choices.head(CHAT)).version == 1
            with deadline(0.1):
                await work.read(lambda connection: connection.exec_driver_sql("SELECT pg_sleep(2)"))  # type: ignore[attr-defined]

    async with store_at(postgres_emptied_url) as store:
        outcomes = await asyncio.gather(
            choose(store, CHAT, "a"), choose(store, IMAGE, "b", leaves=True, long=True), read_and_wait(store), return_exceptions=True
        )
        assert {type(outcome) for outcome in outcomes} == {StorageUnavailable}
        assert await choose(store, CHAT, "c") == 1
        assert await store.operations.check() == []


async def test_what_is_read_behind_a_refused_change_is_of_its_generation(postgres_emptied_url: str) -> None:
    """The read sends the change, whose refusal forgets everything: what it finds is behind as soon as another process has selected."""

    async def be_refused(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            await work.choices.record(choice("refused", (await work.choices.head(IMAGE)).version, IMAGE))
            await work.commit()

    async def version_of_chat(store: SqlStore) -> int:
        async with store.unit_of_work() as work:
            return (await work.choices.head(CHAT)).version

    async with store_at(postgres_emptied_url) as store, store_at(postgres_emptied_url) as elsewhere:
        assert [await choose(elsewhere, CHAT, "a"), await choose(store, IMAGE, "a")] == [1, 1]
        outcomes = await asyncio.gather(choose(store, SLOTS[2], "b"), be_refused(store), version_of_chat(store), return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "UniqueViolationError", "int"]
        assert await choose(elsewhere, CHAT, "c") == 2
        assert await choose(store, CHAT, "d") == 3


async def test_those_who_share_a_commit_share_its_round_trips(postgres_emptied_url: str) -> None:
    """The tripwire of its speed: beside the beginning and the end, one for what others have changed, and one for what all write."""
    sent = list[str]()

    def watch(connection: Connection) -> None:
        connection.connection.driver_connection.add_query_logger(lambda record: sent.append(record.query.split()[0]))  # type: ignore[union-attr]

    async with store_at(postgres_emptied_url) as store, store_at(postgres_emptied_url) as elsewhere:
        for name in "ab":
            await choose(elsewhere, CHAT, name)
            for slot in SLOTS:
                await choose(store, slot, name)
        await choose(elsewhere, CHAT, "c")
        async with store.database.transaction() as transaction:
            await transaction.run(watch)
        sent.clear()
        with deadline(5):
            assert await asyncio.gather(*(choose(store, slot, "d") for slot in SLOTS)) == [6, 3, 3]
        assert sent == ["BEGIN;", "SELECT", "SELECT", "WITH", "RELEASE"]


def state(version: int, slot: Slot = CHAT) -> SlotState:
    return SlotState(slot, version)


def test_a_restore_is_noticed_by_its_floor() -> None:
    """It brings back slots with older generations, which nothing that changed since would tell."""
    heads = SlotHeads()
    heads.begin(7)
    assert heads.behind is None
    heads.found(state(3))
    heads.begin(8)
    assert heads.behind == 7
    heads.catch_up(0, [])  # the first floor that is known tells nothing of the one before
    assert heads.get(CHAT) is None
    heads.found(state(3))
    heads.begin(9)
    heads.catch_up(0, [state(1, IMAGE)])
    assert (heads.get(CHAT), heads.get(IMAGE)) == (state(3), state(1, IMAGE))
    heads.begin(1009)
    heads.catch_up(1000, [])
    assert (heads.get(CHAT), heads.get(IMAGE)) == (None, None)


def test_what_was_never_committed_is_forgotten() -> None:
    """Whatever ended its transaction."""
    heads = SlotHeads()
    heads.begin(1)
    heads.written([choice("a", 1)])
    heads.begin(1)
    assert heads.behind is None
    assert heads.get(CHAT) is None


def test_what_is_found_after_forgetting_is_of_the_same_transaction() -> None:
    """It may have been written in it."""
    heads = SlotHeads()
    heads.begin(1)
    heads.written([choice("a", 1)])
    heads.forget()
    assert heads.behind is None
    heads.found(state(1))
    heads.begin(1)
    assert heads.behind is None
    assert heads.get(CHAT) is None


def test_what_is_found_has_a_generation() -> None:
    """Also where everything was forgotten while it was read."""
    heads = SlotHeads()
    heads.begin(1)
    assert heads.behind is None
    heads.forget()
    heads.found(state(3))
    heads.committing().done(["choices"])
    heads.begin(4)
    assert heads.behind == 2


def test_an_older_generation_is_another_database() -> None:
    """Restored by the server's own tools, say, which raise nothing."""
    heads = SlotHeads()
    heads.begin(7)
    assert heads.behind is None
    heads.found(state(3))
    heads.begin(6)
    assert heads.behind is None
    assert heads.get(CHAT) is None


def test_heads_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a long list of changes nor many slots are remembered."""
    monkeypatch.setattr(slot_heads, "MOST", 2)
    monkeypatch.setattr(slot_heads, "MOST_CHANGED", 1)
    heads = SlotHeads()
    heads.begin(1)
    assert heads.behind is None
    for slot in SLOTS:
        heads.found(state(1, slot))
    assert [heads.get(slot) for slot in SLOTS] == [None, None, state(1, SLOTS[2])]
    heads.begin(2)
    heads.catch_up(0, [state(2), state(2, IMAGE)])
    assert [heads.get(slot) for slot in SLOTS] == [None] * 3


def test_what_is_being_committed_is_not_known_before_it_is() -> None:
    """Whoever begins meanwhile knows nothing, and what they remember stands."""
    heads = SlotHeads()
    heads.begin(1)
    heads.written([choice("a", 1)])
    first = heads.committing()
    heads.begin(2)
    assert heads.behind is None
    assert heads.get(CHAT) is None
    heads.found(state(5))
    first.done(["choices"])
    assert heads.get(CHAT) == state(5)
    second = heads.committing()
    second.done(["choices"])
    heads.begin(3)
    assert heads.behind is None
    assert heads.get(CHAT) == state(5)
