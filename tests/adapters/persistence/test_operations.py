"""What operators do with an embedded database: make it, look at it, check it, copy it and put a copy back."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from attrs import evolve

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.backup import RESTORED_ABOVE
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import (
    CopyNotWritten,
    InvalidBackup,
    InvalidValue,
    ModeldeskError,
    Reason,
    SchemaMismatch,
    StorageBusy,
    StorageUnavailable,
)
from modeldesk.domain.model.audit import Action, AuditQuery, audit_entry
from modeldesk.domain.model.snapshot import Generation
from tests.support.stores import CHAT, NOON, admin, api_token, choice, list_state, of_version, provider, session, upgraded

T = TypeVar("T")
OF_THE_FIRST_VERSION = """
INSERT INTO providers VALUES ('acme', 'Acme', 'Acme', '', 'OpenAICompatibleProvider', '', '', '', '', '{}', '{}', '{}', 0, 1, 0, 1, 0)
"""
RESTORED = audit_entry(None, NOON, Action.DATABASE_RESTORED, "", after={"file": "copy.db"})


def at(url: str, story: Callable[[SqlStore], Awaitable[T]], **fields: object) -> T:
    async def reported() -> T:
        desk = SqlStore(url, **fields)  # type: ignore[arg-type] # of a test's choice
        try:
            return await story(desk)
        finally:
            await desk.close()

    return asyncio.run(reported())


async def put(desk: SqlStore, *slugs: str) -> None:
    async with desk.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in slugs])
        await work.commit()


async def in_use(desk: SqlStore) -> None:
    """A little of everything."""
    async with desk.unit_of_work() as work:
        await work.providers.put([provider("openai"), provider("cohere")])
        await work.choices.record(choice("gpt-4o", 1))
        await work.choices.record(choice("gpt-5", 2))
        await work.accounts.put(admin())
        await work.sessions.begin(session("a digest"))
        await work.tokens.add(api_token("another digest"))
        await work.commit()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with the present schema and nothing in it."""
    upgraded(tmp_path / "desk.db")
    return tmp_path / "desk.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


def by_hand(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


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


async def in_and_up(desk: SqlStore) -> None:
    await desk.operations.upgrade()
    await in_use(desk)


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
    desks = [SqlStore(f"sqlite:///{tmp_path / 'desk.db'}", guarded=guarded) for _ in range(4)]
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

    async def story(desk: SqlStore) -> None:
        (tmp_path / "desk.db").touch()
        with pytest.raises(ZeroDivisionError):
            await desk.database.change_schema(halfway)  # type: ignore[attr-defined] # both databases have it
        assert await desk.operations.schema_version() is None

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


async def reread(desk: SqlStore) -> None:
    async with desk.unit_of_work() as work:
        await work.providers.get(provider("openai").slug)


def test_a_backup_is_whole_though_others_work(url: str, tmp_path: Path) -> None:
    """What is not committed yet is not in it; it is one file, for its owner alone, and a database by itself."""
    copy = tmp_path / "copies" / "copy.db"
    copy.parent.mkdir()

    async def story(desk: SqlStore) -> object:
        await in_use(desk)
        async with desk.unit_of_work() as work:
            await work.providers.put([provider("not-yet")])
            await work.providers.all()
            await desk.operations.backup(copy)
            await work.commit()
        return await desk.current()

    at(url, story)
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]
    assert copy.stat().st_mode & 0o777 == 0o600
    assert at(f"sqlite:///{copy}", lambda desk: desk.operations.check()) == []
    assert set(at(f"sqlite:///{copy}", lambda desk: desk.current()).providers) == {"openai", "cohere"}


def test_a_backup_that_cannot_be_written_leaves_nothing(url: str, tmp_path: Path) -> None:
    """The line names the place, and what was there before stays."""
    with pytest.raises(CopyNotWritten, match=r"copy-not-written: .*nowhere"):
        at(url, lambda desk: desk.operations.backup(tmp_path / "nowhere" / "copy.db"))
    (tmp_path / "copy.db").mkdir()
    with pytest.raises(CopyNotWritten, match=r"copy\.db.*Is a directory"):
        at(url, lambda desk: desk.operations.backup(tmp_path / "copy.db"))
    assert {path.name for path in tmp_path.iterdir()} <= {"copy.db", "desk.db", "desk.db-wal", "desk.db-shm", "desk.db.lock"}


def test_restoring_brings_back_and_goes_above_all_numbers(url: str, file: Path) -> None:
    """Everybody sees it at once, also who has a snapshot; no number that was ever told comes again, from either side."""
    copy = file.with_name("copy.db")

    async def story(desk: SqlStore) -> None:
        other = SqlStore(url)
        await in_use(desk)
        saved = await desk.current()
        await desk.operations.backup(copy)
        for number in range(5):
            await put(desk, f"later-{number}")
        before = await other.current()
        await desk.operations.restore(copy, RESTORED, keep_tokens=True)
        after = await other.current()
        assert {slug: evolve(kept, version=saved.providers[slug].version) for slug, kept in after.providers.items()} == saved.providers
        state = after.choices[CHAT]
        assert after.choices == {CHAT: evolve(saved.choices[CHAT], version=state.version)}
        assert after.access == saved.access
        assert state.version > RESTORED_ABOVE
        assert min(kept.version for kept in after.providers.values()) > RESTORED_ABOVE
        for numbers in (saved.generation, before.generation):
            assert after.generation.catalogue > numbers.catalogue
            assert after.generation.choices > numbers.choices
            assert after.generation.access > numbers.access
        await put(other, "afterwards")
        assert "afterwards" in (await desk.current()).providers
        assert await desk.operations.check() == []
        await other.close()

    at(url, story)


def test_a_copy_of_higher_numbers_counts_on_from_there(url: str, file: Path) -> None:
    """A database that is younger than the copy: its numbers are above the copy's too."""
    copy = file.with_name("copy.db")
    at(url, in_use)
    at(url, lambda desk: desk.operations.backup(copy))
    by_hand(copy, "UPDATE generations SET catalogue = 50000")
    at(url, lambda desk: desk.operations.restore(copy, RESTORED))
    assert at(url, lambda desk: desk.current()).generation.catalogue > 50_000


def test_restoring_is_told_in_the_trail_that_comes_back(url: str, file: Path) -> None:
    """With an id above every one that was given, in the database or in the copy, also to lines that are gone."""
    copy = file.with_name("copy.db")

    async def story(desk: SqlStore) -> None:
        await desk.operations.backup(copy)
        async with desk.unit_of_work() as work:
            await work.audit.add([RESTORED] * 3)
            await work.commit()
        by_hand(file, "DELETE FROM audit_trail WHERE id > 1")
        await desk.operations.restore(copy, RESTORED)
        (first,) = await desk.audit_entries(AuditQuery())
        assert (first.at, first.by, first.action, first.subject) == (NOON, "cli", Action.DATABASE_RESTORED, "")
        assert (first.before, first.after) == ({"entries": 1}, {"file": "copy.db", "entries": 0})
        assert first.id is not None
        assert first.id > 3 + RESTORED_ABOVE  # others may write until the copy stands
        by_hand(copy, "INSERT INTO audit_trail VALUES (9000, '2026-11-24 12:00:00', 'x', '', NULL, 'signed-in', '', NULL, NULL)")
        await desk.operations.restore(copy, RESTORED)
        assert [(entry.id or 0) > 9_000 for entry in await desk.audit_entries(AuditQuery())] == [True, False]

    at(url, story)


def test_restoring_where_there_is_none(url: str, file: Path, tmp_path: Path) -> None:
    """A new machine needs nothing but the copy."""
    copy, fresh = file.with_name("copy.db"), tmp_path / "new" / "desk.db"
    at(url, in_use)
    at(url, lambda desk: desk.operations.backup(copy))
    at(f"sqlite:///{fresh}", lambda desk: desk.operations.restore(copy, RESTORED))
    assert at(f"sqlite:///{fresh}", lambda desk: desk.current()).slot(CHAT).active == "gpt-5"


def test_a_copy_of_an_older_version_is_restored_as_one_of_this(url: str, file: Path) -> None:
    """Its rows are there, in the schema of now; it need not be upgraded by the program that wrote it."""
    copy = file.with_name("old.db")
    of_version(copy, "0001")
    by_hand(copy, OF_THE_FIRST_VERSION)
    at(url, lambda desk: put(desk, "later"))
    at(url, lambda desk: desk.operations.restore(copy, RESTORED))
    assert "later" not in at(url, lambda desk: desk.current()).providers
    assert at(url, lambda desk: desk.operations.check()) == []
    assert at(url, lambda desk: desk.operations.status()).rows["providers"] == 1


def test_a_database_of_an_older_version_can_be_backed_up(url: str, file: Path) -> None:
    """Before it is brought up to date is when one wants to."""
    old, copy = file.with_name("old.db"), file.with_name("before.db")
    of_version(old, "0001")
    at(f"sqlite:///{old}", lambda desk: desk.operations.backup(copy))
    assert copy.is_file()


def truncated(copy: Path) -> None:
    content = copy.read_bytes()
    copy.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("harm", "refusal"),
    [
        (Path.unlink, InvalidBackup),
        (lambda copy: copy.write_bytes(b"garbage, but long enough to be looked at" * 60), InvalidBackup),
        (truncated, InvalidBackup),
        (lambda copy: copy.write_bytes(b""), InvalidBackup),
        (lambda copy: by_hand(copy, "UPDATE alembic_version SET version_num = '9999'"), InvalidBackup),
        (lambda copy: by_hand(copy, "DELETE FROM alembic_version"), InvalidBackup),
        (lambda copy: by_hand(copy, "UPDATE sessions SET admin = 'nobody'"), InvalidBackup),
    ],
)
def test_a_copy_that_is_no_good_changes_nothing(
    url: str, file: Path, harm: Callable[[Path], object], refusal: type[ModeldeskError]
) -> None:
    """Missing, something else, cut off, empty, newer, or with references that lead nowhere."""
    copy = file.with_name("copy.db")
    at(url, in_use)
    at(url, lambda desk: desk.operations.backup(copy))
    at(url, lambda desk: put(desk, "later"))
    before = at(url, lambda desk: desk.current())
    harm(copy)
    with pytest.raises(refusal):
        at(url, lambda desk: desk.operations.restore(copy, RESTORED))
    assert at(url, lambda desk: desk.current()) == before


def test_a_restore_waits_for_a_writer_and_then_says_busy(url: str, file: Path) -> None:
    """It does not wait for ever, and changes nothing."""
    copy = file.with_name("copy.db")
    at(url, in_use)
    at(url, lambda desk: desk.operations.backup(copy))
    before = at(url, lambda desk: desk.current())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy):
        at(url, lambda desk: desk.operations.restore(copy, RESTORED), busy_timeout=0.05)
    other.close()
    assert at(url, lambda desk: desk.current()) == before


def test_postgresql_is_made_and_looked_at_here_but_copied_by_its_own_tools(postgres_database: str, tmp_path: Path) -> None:
    """`upgrade`, `status` and `check` do the same; the refusal names the tool to use."""

    async def story(desk: SqlStore) -> None:
        for _ in range(2):
            with pytest.raises(SchemaMismatch, match="schema-"):
                await desk.current()
        assert await desk.operations.upgrade() == (None, tables.SCHEMA_VERSION)
        await in_use(desk)
        assert await desk.operations.check() == []
        status = await desk.operations.status()
        assert (status.engine, status.wal_guard, status.generation, status.rows["slot_history"]) == (
            "PostgreSQL",
            None,
            Generation(1, 1, 1),
            2,
        )
        with pytest.raises(InvalidValue, match="postgresql-backup"):
            await desk.operations.backup(tmp_path / "copy")
        with pytest.raises(InvalidValue, match="postgresql-restore"):
            await desk.operations.restore(tmp_path / "copy", RESTORED)

    at(postgres_database, story)


def test_status_counts_what_there_is(url: str) -> None:
    """A slot whose model was deselected is no active model, and a list that could never be read is no list."""
    at(url, in_use)

    async def empty_slot_and_failure(desk: SqlStore) -> dict[str, int]:
        async with desk.unit_of_work() as work:
            await work.choices.record(choice(None, 3))
            await work.lists.put(list_state(revision=0, count=0))
            await work.commit()
        return (await desk.operations.status()).rows

    rows = at(url, empty_slot_and_failure)
    assert (rows["active_models"], rows["vendor_lists"], rows["slot_history"]) == (0, 0, 3)
