"""Turns at the embedded database: whoever is done while others wait shares their commit, and is answered after it, not before."""

import asyncio
import random
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.domain.model.selection import SlotChange, StoredModel
from modeldesk.domain.model.values.texts import ModelId
from tests.support.sqlite_store import CHAT, NOON, database_of, store_in


class ChangedMind(Exception):
    """Somebody leaves in the middle."""


async def choose(store: SqlStore, by: str, *, changes_mind: bool = False, pauses: int = 0, long: bool = False) -> int:
    """Makes `by` the model in use, whatever was before; the version that it has then."""
    async with store.unit_of_work() as work:
        version = (await work.choices.slot(CHAT)).version + 1
        for _ in range(pauses):
            await asyncio.sleep(0)
        await work.choices.record(SlotChange(CHAT, version, StoredModel(CHAT, ModelId(by), by, None, NOON, by), NOON, by))
        if long:
            assert len(await work.choices.history(CHAT)) == version
        if changes_mind:
            raise ChangedMind
        await work.commit()
    return version


def stands(folder: Path) -> list[str]:
    """Whose choices are on the disk, in their order, as another program reads them."""
    connection = sqlite3.connect(folder / "desk.db")
    try:
        return [row[0] for row in connection.execute("SELECT chosen_by FROM slot_history ORDER BY version")]
    finally:
        connection.close()


def visits(store: SqlStore) -> int:
    """How often the writer's thread was visited so far."""
    return database_of(store).writer.thread.visits


async def decide_commits(store: SqlStore, is_refused: Callable[[], bool]) -> None:
    """From now on SQLite refuses each commit of which `is_refused` says so, as a disk with moods would."""

    def decision(action: int, operation: str | None, *_: object) -> int:
        is_commit = action == sqlite3.SQLITE_TRANSACTION and operation == "COMMIT"
        return sqlite3.SQLITE_DENY if is_commit and is_refused() else sqlite3.SQLITE_OK

    await store.database.write_alone(lambda driver: driver.set_authorizer(decision))  # type: ignore[attr-defined] # SQLite has it


async def test_those_who_wait_share_a_commit(tmp_path: Path) -> None:
    """Twenty at once share one sync: the first yields before it begins, so the queued ones join it. Each is on the disk when it is answered."""

    async def chosen(store: SqlStore, by: str) -> None:
        version = await choose(store, by)
        assert stands(tmp_path)[version - 1] == by

    async with store_in(tmp_path) as store:
        await choose(store, "first")
        before = visits(store)
        await asyncio.gather(*(chosen(store, f"client-{number}") for number in range(20)))
        assert visits(store) - before == 1
        assert stands(tmp_path) == ["first", *(f"client-{number}" for number in range(20))]


async def test_who_is_alone_waits_for_nobody(tmp_path: Path) -> None:
    """One commit each, one after the other."""
    async with store_in(tmp_path) as store:
        before = visits(store)
        for number in range(3):
            await choose(store, f"client-{number}")
            assert len(stands(tmp_path)) == visits(store) - before == number + 1


async def test_who_leaves_in_the_middle_is_taken_back_alone(tmp_path: Path) -> None:
    """Those before and after, in the very same transaction of the database, are kept; versions have no gap."""
    async with store_in(tmp_path) as store:
        leaving = {2, 3, 7}
        outcomes = await asyncio.gather(
            *(choose(store, f"client-{number}", changes_mind=number in leaving) for number in range(10)), return_exceptions=True
        )
        assert {number for number, outcome in enumerate(outcomes) if isinstance(outcome, ChangedMind)} == leaving
        kept = [f"client-{number}" for number in range(10) if number not in leaving]
        assert stands(tmp_path) == kept
        assert [outcome for outcome in outcomes if isinstance(outcome, int)] == list(range(1, 8))
        assert await choose(store, "later") == 8


async def test_long_work_among_short_ones(tmp_path: Path) -> None:
    """What goes through the thread, from its beginning or from its middle on, and is kept or taken back there."""

    async def put(store: SqlStore, slug: str) -> None:
        async with store.unit_of_work() as work:
            known = {entry.slug: entry for entry in await work.providers.all()}
            await work.providers.put(list(known.values()))
            await work.commit()

    async with store_in(tmp_path) as store:
        outcomes = await asyncio.gather(
            choose(store, "a"),
            choose(store, "b", long=True),
            put(store, "openai"),
            choose(store, "c"),
            choose(store, "d", long=True, changes_mind=True),
            choose(store, "e"),
            store.database.write_alone(lambda driver: driver.execute("SELECT 1").fetchone()),  # type: ignore[attr-defined] # SQLite has it
            choose(store, "f", long=True),
            return_exceptions=True,
        )
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "int", "NoneType", "int", "ChangedMind", "int", "tuple", "int"]
        assert stands(tmp_path) == ["a", "b", "c", "e", "f"]


async def test_a_shared_commit_that_fails_is_told_to_all(tmp_path: Path) -> None:
    """Nothing of it stands, and the next one is as good as ever."""
    async with store_in(tmp_path) as store:
        refusals = [True]
        await decide_commits(store, lambda: bool(refusals and refusals.pop()))
        both = await asyncio.gather(choose(store, "a", pauses=1), choose(store, "b"), return_exceptions=True)
        assert [type(outcome) for outcome in both] == [StorageUnavailable, StorageUnavailable]
        assert stands(tmp_path) == []
        assert await choose(store, "c") == 1
        other = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
        assert await choose(other, "d") == 2  # no lock was kept
        await other.close()


@pytest.mark.parametrize("who", ["first", "waiting", "last"])
async def test_who_is_cancelled_keeps_nobody_from_their_commit(tmp_path: Path, who: str) -> None:
    """Neither who waits for a turn nor who waits for the commit."""
    async with store_in(tmp_path) as store:
        tasks = {name: asyncio.create_task(choose(store, name, pauses=2)) for name in ("first", "waiting", "last")}
        for _ in range({"first": 7, "waiting": 1, "last": 3}[who]):
            await asyncio.sleep(0)
        tasks[who].cancel()
        outcomes = dict(zip(tasks, await asyncio.gather(*tasks.values(), return_exceptions=True), strict=True))
        assert {name for name, outcome in outcomes.items() if isinstance(outcome, int)} >= set(tasks) - {who}
        assert set(stands(tmp_path)) >= set(tasks) - {who}
        assert await choose(store, "later") == len(stands(tmp_path))


async def test_closing_waits_for_what_is_shared(tmp_path: Path) -> None:
    """Whoever was done is answered; who comes later is sent away."""
    async with store_in(tmp_path) as store:
        tasks = [asyncio.create_task(choose(store, f"client-{number}")) for number in range(5)]
        await asyncio.sleep(0)
        await store.close()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert len([outcome for outcome in outcomes if isinstance(outcome, int)]) == len(stands(tmp_path)) >= 1
        with pytest.raises(StorageUnavailable, match="database-closed"):
            await choose(store, "later")


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_what_was_answered_stands(tmp_path: Path, seed: int) -> None:
    """Short and long work, changes of mind, cancellations at any moment, commits that fail: who was answered is on the disk, who was refused
    is not, and the versions count from one to the last.
    """
    chance = random.Random(seed)

    async def client(store: SqlStore, name: str) -> str:
        await asyncio.sleep(chance.random() / 200)
        await choose(store, name, changes_mind=chance.random() < 0.2, long=chance.random() < 0.2, pauses=chance.choice((0, 0, 1, 5)))
        assert name in stands(tmp_path)
        return name

    async with store_in(tmp_path) as store:
        await decide_commits(store, lambda: chance.random() < 0.1)
        tasks = {name: asyncio.create_task(client(store, name)) for name in (f"client-{number}" for number in range(60))}
        for task in tasks.values():
            if chance.random() < 0.15:
                asyncio.get_running_loop().call_later(chance.random() / 50, task.cancel)
        outcomes = dict(zip(tasks, await asyncio.gather(*tasks.values(), return_exceptions=True), strict=True))
        await decide_commits(store, lambda: False)
        kept = stands(tmp_path)
        answered = {name for name, outcome in outcomes.items() if outcome == name}
        refused = {name for name, outcome in outcomes.items() if isinstance(outcome, ChangedMind | StorageUnavailable)}
        assert len(kept) == len(set(kept))
        assert answered <= set(kept)
        assert not refused & set(kept)
        assert await choose(store, "later") == len(kept) + 1
        async with store.unit_of_work() as work:
            assert len(await work.choices.history(CHAT)) == len(kept) + 1
        assert await store.operations.check() == []


async def test_a_transaction_that_sqlite_takes_back_is_nobodys_success(tmp_path: Path) -> None:
    """A full disk takes all of it back, though one member alone hears of that: the others are told, and nobody goes on in what is gone."""

    async def put(store: SqlStore, by: str, size: int, pauses: int = 0) -> str:
        async with store.database.transaction() as transaction:
            for _ in range(pauses):
                await asyncio.sleep(0)
            await transaction.commit(insert, by, size, parts=(), runs_inline=True)
        return by

    def insert(connection: Connection, by: str, size: int) -> None:
        columns = "name, role, password_hash, is_active, created_at"
        row = (by, "super", "h" * size, True, "2026-11-24 12:00:00")
        bare_connection(connection).execute(f"INSERT INTO admins ({columns}) VALUES (?, ?, ?, ?, ?)", row)

    def bound(connection: Connection, pages: int) -> None:
        (count,) = bare_connection(connection).execute("PRAGMA page_count").fetchone()
        bare_connection(connection).execute(f"PRAGMA max_page_count = {count + pages}")

    def admins() -> set[str]:
        connection = sqlite3.connect(tmp_path / "desk.db")
        try:
            return {row[0] for row in connection.execute("SELECT name FROM admins")}
        finally:
            connection.close()

    async with store_in(tmp_path) as store:
        async with store.database.transaction() as transaction:
            await transaction.run(bound, 1)
        reported = await asyncio.gather(put(store, "a", 9, pauses=1), put(store, "b", 200_000), put(store, "c", 9), return_exceptions=True)
        assert isinstance(reported[1], StorageUnavailable)
        assert {outcome for outcome in reported if isinstance(outcome, str)} == admins()
        assert await put(store, "d", 9) in admins()


async def look(store: SqlStore) -> int:
    """The version of the slot, in a unit of work that changes nothing."""
    async with store.unit_of_work() as work:
        return (await work.choices.slot(CHAT)).version


async def refuse(store: SqlStore) -> None:
    """As a selection that is refused by what it read."""
    async with store.unit_of_work() as work:
        raise ChangedMind((await work.choices.slot(CHAT)).version)


async def test_an_answer_speaks_of_nothing_that_is_not_committed(tmp_path: Path) -> None:
    """Who read what waits for its commit is answered after it, though nothing was changed."""

    async def seen(store: SqlStore) -> int:
        version = await look(store)
        assert len(stands(tmp_path)) >= version
        return version

    async def refused(store: SqlStore) -> int:
        with pytest.raises(ChangedMind) as caught:
            await refuse(store)
        version = int(caught.value.args[0])
        assert len(stands(tmp_path)) >= version
        return version

    async with store_in(tmp_path) as store:
        await choose(store, "first")
        outcomes = await asyncio.gather(choose(store, "a", pauses=1), choose(store, "b"), seen(store), refused(store), choose(store, "c"))
        assert outcomes == [2, 3, 3, 3, 4]


async def test_an_answer_shares_the_failure_of_the_commit_that_it_speaks_of(tmp_path: Path) -> None:
    """A version conflict with a version that never came to be is no answer."""
    async with store_in(tmp_path) as store:
        await choose(store, "first")
        refusals = [True]
        await decide_commits(store, lambda: bool(refusals and refusals.pop()))
        outcomes = await asyncio.gather(
            choose(store, "a", pauses=1), choose(store, "b"), look(store), refuse(store), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 4
        assert stands(tmp_path) == ["first"]
        assert await look(store) == 1


async def test_what_a_cancelled_member_wrote_raises_its_generation(tmp_path: Path) -> None:
    """It was released into the shared transaction, and another's commit makes it durable: no snapshot may miss it."""
    async with store_in(tmp_path) as store:
        database, loop, is_cancelled = database_of(store), asyncio.get_running_loop(), threading.Event()
        before = (await store.current()).generation.choices

        async def first() -> None:
            async with database.transaction() as transaction:
                await asyncio.sleep(0)  # the second waits by then
                await transaction.commit(lambda _: None, parts=(), runs_inline=True)

        def write(connection: Connection) -> None:
            loop.call_soon_threadsafe(second.cancel)
            loop.call_soon_threadsafe(is_cancelled.set)
            is_cancelled.wait()
            bare_connection(connection).execute("INSERT INTO leases VALUES ('second', 'second', 'now')")

        async def cancelled() -> None:
            async with database.transaction() as transaction:
                await transaction.run(lambda _: None, runs_inline=True)
                await transaction.commit(write, parts=("choices",))

        tasks = asyncio.create_task(first()), (second := asyncio.create_task(cancelled()))
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [type(None), asyncio.CancelledError]
        assert await database.read(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM leases").scalar()) == 1
        assert (await store.current()).generation.choices == before + 1
