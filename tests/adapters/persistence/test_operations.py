"""What operators do with an embedded database: make it, bring it up to date, look at it and check it."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import (
    InvalidValue,
    Reason,
    SchemaMismatch,
    StorageUnavailable,
)
from modeldesk.domain.model.snapshot import Generation
from tests.support.database_file import RESTORED, at, by_hand, in_use, put
from tests.support.stores import choice, list_state, provider


def test_what_upgrade_makes_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    """Folder 0700 and files 0600, whatever the umask allows."""
    file, before = tmp_path / "home" / "desk.db", os.umask(0)
    try:
        at(f"sqlite:///{file}", in_and_up)
    finally:
        os.umask(before)
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()} == dict.fromkeys(
        (path.name for path in file.parent.iterdir()), 0o600
    )


async def in_and_up(store: SqlStore) -> None:
    await store.operations.upgrade()
    await in_use(store)


def test_upgrading_tells_from_where_to_where(tmp_path: Path) -> None:
    """A second time changes nothing."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    assert at(url, lambda desk: desk.operations.upgrade()) == (None, tables.SCHEMA_VERSION)
    at(url, in_use)
    before = at(url, lambda desk: desk.current())
    assert at(url, lambda desk: desk.operations.upgrade()) == (tables.SCHEMA_VERSION, tables.SCHEMA_VERSION)
    assert at(url, lambda desk: desk.operations.schema_version()) == tables.SCHEMA_VERSION
    assert at(url, lambda desk: desk.current()) == before


@pytest.mark.parametrize("guarded", [True, False])
async def test_several_processes_may_upgrade_at_once(tmp_path: Path, guarded: bool) -> None:
    """One makes the schema, the others find it made."""
    await upgraded_at_once([SqlStore(f"sqlite:///{tmp_path / 'desk.db'}", guarded=guarded) for _ in range(4)])


async def test_several_machines_may_upgrade_at_once(postgres_database: str) -> None:
    """The same at PostgreSQL."""
    await upgraded_at_once([SqlStore(postgres_database) for _ in range(4)])


async def upgraded_at_once(desks: Sequence[SqlStore]) -> None:
    await asyncio.gather(*(desk.operations.upgrade() for desk in desks))
    for number, desk in enumerate(desks):
        await put(desk, f"vendor-{number}")
    assert len((await desks[0].current()).providers) == 4
    assert await desks[0].operations.check() == []
    for desk in desks:
        await desk.close()


def test_turning_to_the_log_waits_for_its_turn(file: Path) -> None:
    """SQLite's own patience does not reach that statement while somebody else writes: an upgrade beside another one would fail."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    releasing = threading.Timer(0.2, other.close)
    releasing.start()
    try:
        at(f"sqlite:///{file}", lambda desk: desk.database.change_schema(migrate))
    finally:
        releasing.join()


def test_a_migration_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """All its tables stand in one transaction."""

    def halfway(connection: object) -> None:
        migrate(connection)  # type: ignore[arg-type] # the connection that it is handed
        raise ZeroDivisionError

    async def story(store: SqlStore) -> None:
        (tmp_path / "desk.db").touch()
        with pytest.raises(ZeroDivisionError):
            await store.database.change_schema(halfway)  # type: ignore[attr-defined] # both databases have it
        assert await store.operations.schema_version() is None

    at(f"sqlite:///{tmp_path / 'desk.db'}", story)
    connection = sqlite3.connect(tmp_path / "desk.db")
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_another_programs_database_stays_as_it_is(tmp_path: Path) -> None:
    """Neither reading nor writing changes a byte of it, its journal mode included."""
    file = tmp_path / "theirs.db"
    by_hand(file, "CREATE TABLE theirs (a)")
    before = file.read_bytes()
    for story in (in_use, lambda desk: desk.current(), lambda desk: desk.operations.check()):
        with pytest.raises(SchemaMismatch):
            at(f"sqlite:///{file}", story)
    assert file.read_bytes() == before


def test_status(url: str, file: Path) -> None:
    """Where it is, what it holds, and whether it is guarded."""
    at(url, in_use)
    status = at(url, lambda desk: desk.operations.status(), guarded=True)
    assert (status.engine, status.location, status.library, status.schema) == (
        "SQLite",
        str(file),
        sqlite3.sqlite_version,
        tables.SCHEMA_VERSION,
    )
    assert status.wal_guard is True
    assert status.generation == Generation(1, 1, 1)
    assert status.rows == {
        "providers": 2,
        "stored_models": 2,
        "active_models": 1,
        "slot_history": 2,
        "vendor_lists": 0,
        "provider_keys": 0,
        "admins": 1,
        "sessions": 1,
        "audit_trail": 0,
        "api_tokens": 1,
    }


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM slot_history WHERE version = 1", Reason("history-miscounted", provider="openai", capability="chat", version=2)),
        ("UPDATE active_models SET slot_version = 3", Reason("history-miscounted", provider="openai", capability="chat", version=3)),
        ("UPDATE active_models SET model_id = 'gpt-4o'", Reason("history-disagrees", provider="openai", capability="chat")),
        ("DELETE FROM active_models", Reason("history-without-slot", provider="openai", capability="chat")),
        (
            "UPDATE providers SET config = '{broken' WHERE slug = 'cohere'",
            Reason("stored-provider-unreadable", provider="cohere", column="config"),
        ),
        (
            "INSERT INTO stored_models SELECT provider, 'ocr', model_id, model_name, is_free, selected_at, selected_by FROM stored_models",
            Reason("stored-models-without-slot", provider="openai", capability="ocr"),
        ),
        ("UPDATE sessions SET admin = 'nobody'", Reason("row-dangling", table="sessions", other="admins")),
    ],
)
def test_check_names_what_is_wrong(url: str, file: Path, statement: str, problem: Reason) -> None:
    """And nothing else; a sound database has no problem."""
    at(url, in_use)
    assert at(url, lambda desk: desk.operations.check()) == []
    by_hand(file, statement)
    assert at(url, lambda desk: desk.operations.check()) == [problem]


def test_a_row_that_cannot_be_read_is_said_to_be_so(url: str, file: Path) -> None:
    """By whoever reads it, as a database that cannot be used."""
    at(url, in_use)
    by_hand(file, "UPDATE providers SET capabilities = '[1' WHERE slug = 'openai'")
    for story in (lambda desk: desk.current(), reread):
        with pytest.raises(StorageUnavailable, match="stored-provider-unreadable: provider='openai', column='capabilities'"):
            at(url, story)


async def reread(store: SqlStore) -> None:
    async with store.unit_of_work() as work:
        await work.providers.get(provider("openai").slug)


def test_postgresql_is_made_and_looked_at_here_but_copied_by_its_own_tools(postgres_database: str, tmp_path: Path) -> None:
    """`upgrade`, `status` and `check` do the same; the refusal names the tool to use."""

    async def story(store: SqlStore) -> None:
        for _ in range(2):
            with pytest.raises(SchemaMismatch, match="schema-"):
                await store.current()
        assert await store.operations.upgrade() == (None, tables.SCHEMA_VERSION)
        await in_use(store)
        assert await store.operations.check() == []
        status = await store.operations.status()
        assert (status.engine, status.wal_guard, status.generation, status.rows["slot_history"]) == (
            "PostgreSQL",
            None,
            Generation(1, 1, 1),
            2,
        )
        with pytest.raises(InvalidValue, match="postgresql-backup"):
            await store.operations.backup(tmp_path / "copy")
        with pytest.raises(InvalidValue, match="postgresql-restore"):
            await store.operations.restore(tmp_path / "copy", RESTORED)

    at(postgres_database, story)


def test_status_counts_what_there_is(url: str) -> None:
    """A slot whose model was deselected is no active model, and a list that could never be read is no list."""
    at(url, in_use)

    async def empty_slot_and_failure(store: SqlStore) -> dict[str, int]:
        async with store.unit_of_work() as work:
            await work.choices.record(choice(None, 3))
            await work.lists.put(list_state(revision=0, count=0))
            await work.commit()
        return (await store.operations.status()).rows

    rows = at(url, empty_slot_and_failure)
    assert (rows["active_models"], rows["vendor_lists"], rows["slot_history"]) == (0, 0, 3)
