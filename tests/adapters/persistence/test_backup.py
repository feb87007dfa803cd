"""Copies of an embedded database: made while others work, put back above every number, or refused."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from modeldesk.adapters.persistence.backup import RESTORED_ABOVE
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import (
    CopyNotWritten,
    InvalidBackup,
    ModeldeskError,
    StorageBusy,
)
from modeldesk.domain.model.audit import Action, AuditQuery
from tests.support.database_file import RESTORED, at, by_hand, in_use, put
from tests.support.stores import CHAT, NOON, of_version, provider

OF_THE_FIRST_VERSION = """
INSERT INTO providers VALUES ('acme', 'Acme', 'Acme', '', 'OpenAICompatibleProvider', '', '', '', '', '{}', '{}', '{}', 0, 1, 0, 1, 0)
"""


def test_a_backup_is_whole_though_others_work(url: str, tmp_path: Path) -> None:
    """What is not committed yet is not in it; it is one file, for its owner alone, and a database by itself."""
    copy = tmp_path / "copies" / "copy.db"
    copy.parent.mkdir()

    async def story(store: SqlStore) -> object:
        await in_use(store)
        async with store.unit_of_work() as work:
            await work.providers.put([provider("not-yet")])
            await work.providers.all()
            await store.operations.backup(copy)
            await work.commit()
        return await store.current()

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

    async def story(store: SqlStore) -> None:
        other = SqlStore(url)
        await in_use(store)
        saved = await store.current()
        await store.operations.backup(copy)
        for number in range(5):
            await put(store, f"later-{number}")
        before = await other.current()
        await store.operations.restore(copy, RESTORED, keep_tokens=True)
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
        assert "afterwards" in (await store.current()).providers
        assert await store.operations.check() == []
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

    async def story(store: SqlStore) -> None:
        await store.operations.backup(copy)
        async with store.unit_of_work() as work:
            await work.audit.add([RESTORED] * 3)
            await work.commit()
        by_hand(file, "DELETE FROM audit_trail WHERE id > 1")
        await store.operations.restore(copy, RESTORED)
        (first,) = await store.audit_entries(AuditQuery())
        assert (first.at, first.by, first.action, first.subject) == (NOON, "cli", Action.DATABASE_RESTORED, "")
        assert (first.before, first.after) == ({"entries": 1}, {"file": "copy.db", "entries": 0})
        assert first.id is not None
        assert first.id > 3 + RESTORED_ABOVE  # others may write until the copy stands
        by_hand(copy, "INSERT INTO audit_trail VALUES (9000, '2026-11-24 12:00:00', 'x', '', NULL, 'signed-in', '', NULL, NULL)")
        await store.operations.restore(copy, RESTORED)
        assert [(entry.id or 0) > 9_000 for entry in await store.audit_entries(AuditQuery())] == [True, False]

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


ONE_PAGE_FOR_TWO_INDEXES = (
    "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'ix_providers_imported')"
    " WHERE name = 'ix_active_models_changed_in'"
)
"""All rows can be read still."""


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
        (lambda copy: by_hand(copy, "PRAGMA writable_schema = ON", ONE_PAGE_FOR_TWO_INDEXES), InvalidBackup),
    ],
)
def test_a_copy_that_is_no_good_changes_nothing(
    url: str, file: Path, harm: Callable[[Path], object], refusal: type[ModeldeskError]
) -> None:
    """Missing, something else, cut off, empty, newer, with references that lead nowhere, or with an index that is another one."""
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
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ending = threading.Timer(30, other.close)  # whoever waits for ever goes on then, and fails
    ending.start()
    with pytest.raises(StorageBusy):
        at(url, lambda desk: desk.operations.restore(copy, RESTORED), busy_timeout=0.05)
    ending.cancel()
    other.close()
    assert at(url, lambda desk: desk.current()) == before
