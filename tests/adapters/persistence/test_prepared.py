"""Prepared statements answer as SQLAlchemy would, and short work in a unit of work needs no visit to the thread on SQLite."""

import asyncio
import fcntl
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import Connection, bindparam, func, insert, select, update

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.prepared import Prepared, SqliteDriverConnection
from modeldesk.adapters.persistence.sqlite.generation import GENERATION
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.persistence.tables import SCHEMA_VERSION
from modeldesk.domain.errors import StorageBusy, StorageUnavailable
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.selection import SelectModel, SlotChange, StoredModel
from modeldesk.domain.model.values.texts import ModelId, SingleLineText, Slug
from tests.support.desk_services import services_over
from tests.support.sqlite_store import CHAT, NOON, OPENAI, database_of, store_in
from tests.support.stores import admin, api_token, session


async def choose(store: SqlStore, model: str, version: int) -> None:
    async with store.unit_of_work() as work:
        await work.providers.get(CHAT.provider)
        assert (await work.choices.slot(CHAT)).version == version - 1
        stored = StoredModel(CHAT, ModelId(model), model, True, NOON, "ann")
        await work.choices.record(SlotChange(CHAT, version, stored, NOON, "ann"))
        await work.commit()


@asynccontextmanager
async def writing_elsewhere(folder: Path, *, guarded: bool) -> AsyncIterator[None]:
    """As another process that is in the middle of a unit of work."""
    other = SqlStore(f"sqlite:///{folder / 'desk.db'}", guarded=guarded)
    async with other.unit_of_work() as work:
        await work.providers.get(CHAT.provider)
        yield
    await other.close()


async def test_a_prepared_statement_answers_as_sqlalchemy_does(tmp_path: Path) -> None:
    """The same names, the same types, moments with their zones, truths that are truths; a fixed value of the statement stays in it."""
    table = tables.stored_models
    add = Prepared(lambda _: insert(table))
    found = select(table).where(table.c.model_id == bindparam("wanted"), table.c.is_free.is_(True), func.length(table.c.model_id) > 2)
    raised = Prepared(lambda _: update(table).where(table.c.model_id == bindparam("wanted")).values(selected_by=table.c.selected_by + "!"))
    teheran = timezone(timedelta(hours=3, minutes=30))

    def work(connection: Connection) -> None:
        for name, is_free in (("gpt", True), ("gpt-2", None)):
            row = {"provider": "openai", "capability": "chat", "model_id": name, "model_name": "نام", "is_free": is_free}
            add.run(connection, {**row, "selected_at": NOON.astimezone(teheran), "selected_by": "ann"})
        raised.run(connection, {"wanted": "gpt"})
        (ours,) = Prepared(lambda _: found).rows(connection, {"wanted": "gpt"})
        theirs = connection.execute(found, {"wanted": "gpt"}).one()
        assert ours._asdict() == theirs._asdict()
        assert (ours.is_free, ours.selected_at, ours.selected_by, ours.model_name) == (True, NOON, "ann!", "نام")
        assert Prepared(lambda _: found).row(connection, {"wanted": "gpt-2"}) is None
        with pytest.raises(KeyError):
            add.run(connection, {"provider": "openai"})

    async with store_in(tmp_path) as store, store.database.transaction() as transaction:
        await transaction.run(work)


async def test_a_selection_is_one_visit_to_the_thread(tmp_path: Path) -> None:
    """The tripwire of its speed: only the commit, which waits for the disk, goes there."""
    async with store_in(tmp_path) as store:
        before = database_of(store).writer.thread.visits
        await choose(store, "a", 1)
        assert database_of(store).writer.thread.visits == before + 1


@pytest.mark.parametrize("of_token", [False, True])
async def test_a_selection_with_a_session_or_a_token_is_one_visit_to_the_thread(tmp_path: Path, of_token: bool) -> None:
    """Its checks of the actor run on the event loop, too: a visit in the middle would also split the group commit."""
    super_admin = evolve(admin(), role=Role.SUPER)
    actor = Actor(super_admin.name, Role.SUPER, token="nightly" if of_token else None, credential_digest="d" * 64)
    async with store_in(tmp_path) as store:
        async with store.unit_of_work() as work:
            await work.accounts.put(super_admin)
            await (work.tokens.add(api_token("d" * 64)) if of_token else work.sessions.begin(session("d" * 64)))
            await work.commit()
        selection = services_over(store).selection
        before = database_of(store).writer.thread.visits
        await selection.select(SelectModel(CHAT, ModelId("a")), actor)
        assert database_of(store).writer.thread.visits == before + 1


async def test_a_selection_reads_nothing_that_a_current_snapshot_proves(tmp_path: Path) -> None:
    """Its provider, admin, session and slot. Whether a webhook wants its event takes the place of a write; what it writes is the rest."""
    executed = list[str]()
    async with store_in(tmp_path) as store:
        async with store.unit_of_work() as work:
            await work.accounts.put(admin())
            await work.sessions.begin(session("d" * 64))
            await work.commit()
        await store.current()
        await database_of(store).write_alone(lambda driver: driver.set_trace_callback(executed.append))
        actor = Actor("sara", Role.NORMAL, credential_digest="d" * 64)
        await services_over(store).selection.select(SelectModel(CHAT, ModelId("a")), actor)
        generation, wanted = (statement for statement in executed if statement.startswith("SELECT"))
        assert generation == GENERATION.replace("?", f"'{SCHEMA_VERSION}'")
        assert "FROM webhook_events" in wanted
        assert not [statement for statement in executed if "INTO outbox" in statement]


async def test_short_work_has_the_driver_itself(tmp_path: Path) -> None:
    """Short work uses the driver: looking it up in SQLAlchemy takes longer than a statement. Long work uses SQLAlchemy's connection."""
    kinds = list[type]()
    async with store_in(tmp_path) as store:
        await choose(store, "a", 1)
        async with store.database.transaction() as transaction:
            await transaction.run(lambda connection: kinds.append(type(connection)), runs_inline=True)
            await transaction.run(lambda connection: kinds.append(type(connection)))
    assert kinds == [SqliteDriverConnection, Connection]


@pytest.mark.parametrize("guarded", [True, False])
async def test_what_another_process_keeps_is_not_waited_for_on_the_loop(tmp_path: Path, guarded: bool) -> None:
    """Neither its lock nor its transaction: the loop goes on meanwhile, or the other one, which stands on it too, would not end."""
    async with store_in(tmp_path, busy_timeout=30, guarded=guarded) as store:
        async with writing_elsewhere(tmp_path, guarded=guarded):
            waiting = asyncio.create_task(choose(store, "a", 1))
            for _ in range(20):
                await asyncio.sleep(0.005)
            assert not waiting.done()
        await waiting


@pytest.mark.parametrize("guarded", [True, False])
async def test_patience_with_another_process_ends(tmp_path: Path, guarded: bool) -> None:
    """As it always did, and then all is well again."""
    async with store_in(tmp_path, busy_timeout=0.05, guarded=guarded) as store:
        async with writing_elsewhere(tmp_path, guarded=guarded):
            with pytest.raises(StorageBusy):
                await choose(store, "a", 1)
        await choose(store, "b", 1)


async def test_a_failed_beginning_on_the_loop_keeps_no_lock(tmp_path: Path) -> None:
    """The guard's lock goes back where SQLite's own is not to be had, as with a program that knows nothing of the guard."""
    async with store_in(tmp_path, guarded=True) as store:
        writer = database_of(store).writer
        assert (connection := writer.thread.idle) is not None
        anonymous = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}", guarded=False)
        async with anonymous.unit_of_work() as work:
            await work.providers.get(CHAT.provider)
            assert not writer.try_begin(connection)
            with (tmp_path / "desk.db.lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        await anonymous.close()


async def test_a_lock_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """In our words, also where the loop is the first to try."""
    async with store_in(tmp_path, guarded=True) as store:
        lock = tmp_path / "desk.db.lock"
        lock.unlink()
        lock.mkdir()
        with pytest.raises(StorageUnavailable, match=r"desk\.db.*said='Is a directory'"):
            await choose(store, "a", 1)
        lock.rmdir()
        await choose(store, "a", 1)


async def test_nothing_is_done_on_the_loop_beside_the_thread(tmp_path: Path) -> None:
    """A task that is cancelled again while the thread still rolls back leaves at once; the next transaction begins behind the thread."""
    steps, is_inside, may_end = list[str](), asyncio.Event(), threading.Event()
    async with store_in(tmp_path) as store:
        writer = database_of(store).writer

        def slow_rollback(action: int, operation: str | None, *_: object) -> int:
            if action == sqlite3.SQLITE_TRANSACTION and operation == "ROLLBACK":
                steps.append("rolling back")
                may_end.wait(10)
                steps.append("rolled back")
            return sqlite3.SQLITE_OK

        async def leave() -> None:
            async with store.unit_of_work() as work:
                await work.providers.get(CHAT.provider)
                is_inside.set()
                await asyncio.sleep(60)

        await database_of(store).write_alone(lambda driver: driver.set_authorizer(slow_rollback))
        leaving = asyncio.create_task(leave())
        await is_inside.wait()
        leaving.cancel()
        while not steps:
            await asyncio.sleep(0.001)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert steps == ["rolling back"]
        assert writer.thread.idle is None
        may_end.set()
        await choose(store, "a", 1)
        assert steps == ["rolling back", "rolled back"]


async def test_a_rollback_that_waits_for_the_thread_is_made(tmp_path: Path) -> None:
    """Whoever is cancelled twice, while the thread still writes for them, leaves nothing of it to the next transaction."""
    has_written, goes_on = threading.Event(), threading.Event()

    def write_slowly(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE providers SET display_name = 'half'")
        has_written.set()
        goes_on.wait(30)

    async with store_in(tmp_path) as store:

        async def leave() -> None:
            async with store.database.transaction() as transaction:
                await transaction.run(write_slowly)

        leaving = asyncio.create_task(leave())
        assert await asyncio.to_thread(has_written.wait, 30)
        while not leaving.done():
            leaving.cancel()
            await asyncio.sleep(0)
        goes_on.set()
        await choose(store, "a", 1)
        assert (await store.current()).providers[Slug("openai")].display_name == "OpenAI"


async def test_short_and_long_pieces_share_a_transaction(tmp_path: Path) -> None:
    """What began on the loop goes on in the thread, and the other way round; all of it is kept, or none."""
    async with store_in(tmp_path) as store:
        async with store.unit_of_work() as work:
            await work.providers.get(CHAT.provider)
            await work.providers.put([OPENAI, Provider(Slug("groq"), SingleLineText("Groq"), SingleLineText("Groq"))])
            assert len(await work.providers.all()) == 2
            assert (await work.choices.slot(CHAT)).version == 0
        assert list((await store.current()).providers) == ["openai"]
        async with store.unit_of_work() as work:
            assert len(await work.providers.all()) == 1
            await work.choices.record(SlotChange(CHAT, 1, StoredModel(CHAT, ModelId("a"), "a", None, NOON, "ann"), NOON, "ann"))
            await work.commit()
        assert (await store.current()).slot(CHAT).active == "a"


async def test_a_desk_closes_after_the_transaction_under_way(tmp_path: Path) -> None:
    """Not beside it, waiting for a lock that this process holds itself; whoever still waits for a turn then is told."""
    async with store_in(tmp_path, guarded=True, busy_timeout=600) as store:
        async with store.unit_of_work() as work:
            await work.providers.all()
            closing = asyncio.create_task(store.close())
            await asyncio.sleep(0.02)
            await work.providers.put([OPENAI])
            late = asyncio.create_task(choose(store, "a", 1))
            await asyncio.sleep(0)
            await work.commit()
        await closing
        with pytest.raises(StorageUnavailable, match="database-closed"):
            await late


async def test_statements_share_the_last_moment_alone(tmp_path: Path) -> None:
    """A selection writes one timestamp to three tables; it is converted once. Each statement has the timestamp that it was given."""
    moments = [NOON, NOON.replace(hour=13), NOON]
    async with store_in(tmp_path) as store:
        for version, at in enumerate(moments, 1):
            stored = StoredModel(CHAT, ModelId(f"model-{version}"), "", True, moments[version - 2], "ann")
            async with store.unit_of_work() as work:
                await work.choices.record(SlotChange(CHAT, version, stored, at, "ann"))
                await work.commit()
        await store.current()
        async with store.unit_of_work() as work:
            history = await work.choices.history(CHAT)
            models = (await work.choices.slot(CHAT)).models
        assert [change.chosen_at for change in history] == moments
        assert [models[ModelId(f"model-{version}")].selected_at for version in (1, 2, 3)] == [NOON, NOON, NOON.replace(hour=13)]
