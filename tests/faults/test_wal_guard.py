"""No checkpoint beside a write, on the libraries that need it (ADR 4)."""

import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import Connection

from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.adapters.persistence.sqlite.store import SqliteDatabase
from modeldesk.adapters.persistence.sqlite.wal_guard import LogLimits, WriteGuard, is_affected
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageBusy
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.values.texts import MultilineText, Slug
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportOptions
from tests.support.concurrent_selection import choose_at_once
from tests.support.writing_programs import declared, registration_in


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 44, 9), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_which_libraries_are_affected(version: tuple[int, int, int], affected: bool) -> None:
    """Fixed in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines."""
    assert is_affected(version) is affected


@pytest.mark.parametrize("guarded", ["yes", "no"])
def test_several_writers_with_the_guard_forced_on_and_off(
    database: str, start: Callable[..., "subprocess.Popen[str]"], guarded: str
) -> None:
    """Whatever the library: all choices are kept and the database is sound."""
    choose_at_once(database, start, processes=2, times=25, guarded=guarded)


def test_a_guarded_writer_waits_and_then_says_busy(tmp_path: Path) -> None:
    """The lock belongs to one at a time; a second one gives up when its patience ends, and gets it when it is free."""
    first, second = (WriteGuard(tmp_path / "desk.db", busy_timeout=0.05, needed=True) for _ in range(2))
    with first.held(), pytest.raises(StorageBusy):
        second.acquire()
    with second.held():
        pass


def held_by_others(file: Path) -> Callable[..., bool]:
    """Asks, whatever it is given, whether anybody holds the lock."""
    other = WriteGuard(file, busy_timeout=0, needed=True)

    def is_held(*_: object) -> bool:
        if is_free := other.try_acquire():
            other.release()
        return not is_free

    return is_held


LONG = "UPDATE providers SET description = hex(zeroblob(2500000))"
"""Fills the log beyond the length at which it is moved."""


async def test_the_log_is_moved_under_the_guard(database: str) -> None:
    """Behind a unit of work, and behind what is written alone: a moment later another process may write."""
    file, moved = Path(database.removeprefix("sqlite:///")), list[bool]()
    is_held, desk = held_by_others(file), SqliteDatabase(file, busy_timeout=5, guarded=True)

    def watch(statement: str) -> None:
        if "wal_checkpoint" in statement:
            moved.append(is_held())

    await desk.write_alone(lambda driver: driver.set_trace_callback(watch))
    async with desk.transaction() as transaction:
        await transaction.run(lambda connection: connection.exec_driver_sql(LONG).rowcount)
        await transaction.commit(lambda _: None, parts=["catalogue"])
    await desk.write_alone(lambda driver: driver.execute(LONG))
    assert moved == [True, True]
    await desk.close()


async def test_the_guard_is_held_whatever_is_written(database: str) -> None:
    """In short and in long work, a change of the schema, a restore; and only as long as that takes. No connection checkpoints by itself."""
    file = Path(database.removeprefix("sqlite:///"))
    is_held = held_by_others(file)
    desk = SqliteDatabase(file, busy_timeout=5, guarded=True)
    for runs_inline in (False, True):  # the connection is opened by the first one
        async with desk.transaction() as transaction:
            assert await transaction.run(is_held, runs_inline=runs_inline)
            await transaction.commit(lambda _: None, parts=["choices"], runs_inline=runs_inline)
        assert not is_held()
    async with desk.transaction() as transaction:
        assert await transaction.run(is_held)
    assert not is_held()
    held = list[bool]()
    await desk.change_schema(lambda connection: held.append(is_held(connection)))
    assert not is_held()
    held.append(await desk.write_alone(is_held))
    assert not is_held()
    checkpoints = await desk.write_alone(lambda driver: driver.execute("PRAGMA wal_autocheckpoint").fetchone()[0])
    assert (held, checkpoints) == ([True, True], 0)
    await desk.close()


async def test_a_writing_connection_is_opened_under_the_guard(database: str) -> None:
    """The first one to open a log that a crash has left recovers it: not beside a write."""
    file = Path(database.removeprefix("sqlite:///"))
    desk = SqliteDatabase(file, busy_timeout=0.05, guarded=True)
    with WriteGuard(file, busy_timeout=0, needed=True).held(), pytest.raises(StorageBusy):
        await desk.writer.thread.run(file_of)
    assert await desk.writer.thread.run(file_of) == str(file)
    await desk.close()


def file_of(connection: Connection) -> str:
    return str(bare_connection(connection).execute("PRAGMA database_list").fetchone()[2])


def described(revision: int) -> list[DeclaredProvider]:
    """Few providers with long descriptions fill the log as much as many."""
    text = MultilineText(f"r{revision} " * 1_000)
    return [evolve(one, provider=evolve(one.provider, description=text)) for one in declared(200, revision)]


async def test_a_guarded_log_is_moved_by_the_writer(database: str) -> None:
    """Without automatic checkpoints the log would grow for ever; the writer that finds it long moves it, and it is written anew in place."""
    log = Path(database.removeprefix("sqlite:///") + "-wal")

    store = SqlStore(database, guarded=True)
    registration, sizes = registration_in(store), []
    for revision in range(1, 9):
        await registration.register(described(revision), ImportOptions(force=True), CLI_ACTOR)
        sizes.append(log.stat().st_size)
    await store.close()
    assert LogLimits().restart <= max(sizes) < 3 * LogLimits().restart
    assert sizes[-1] == sizes[-2]


class GuardedLog:
    """A connection that writes under a guard with small limits, and the log that it writes."""

    def __init__(self, database: str, limits: LogLimits) -> None:
        self.file = Path(database.removeprefix("sqlite:///"))
        self.guard = WriteGuard(self.file, busy_timeout=600, needed=True, limits=limits)
        self.connection = sqlite3.connect(self.file, isolation_level=None)
        self.connection.execute("PRAGMA wal_autocheckpoint = 0")

    @property
    def size(self) -> int:
        return self.file.with_name(self.file.name + "-wal").stat().st_size

    def write(self, times: int = 1) -> None:
        """Commits that often, and lets the guard look after each commit."""
        for _ in range(times):
            self.connection.execute("UPDATE generations SET catalogue = catalogue + 1")
            self.guard.checkpoint_if_due(self.connection)

    def reader(self) -> sqlite3.Connection:
        """Another connection, in the middle of reading."""
        reader = sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM generations").fetchall()
        return reader


def test_a_commit_does_not_wait_for_a_reader(database: str) -> None:
    """Somebody who reads for long keeps the log from being written anew; the next try is a whole limit later, and succeeds once they are gone."""
    limits = LogLimits(restart=20_000)
    log = GuardedLog(database, limits)
    log.write()
    reader = log.reader()
    begun = time.monotonic()
    log.write(10)
    assert time.monotonic() - begun < 60  # far more than commits take, and far less than the guard would wait for a lock
    grown = log.size
    assert grown > limits.restart
    reader.close()
    log.write()
    once = log.size
    log.write()
    assert log.size > once > grown  # not tried at each commit
    log.write(10)
    assert log.guard.is_written_up_to(1)
    settled = log.size
    log.write(30)
    assert log.size == settled
    log.connection.close()


def test_a_log_that_grew_far_too_long_is_cut(database: str) -> None:
    """A long reader, or one large import, does not leave a large file for good."""
    log = GuardedLog(database, LogLimits(restart=10_000, truncate=20_000))
    sizes = []
    for _ in range(10):
        log.write()
        sizes.append(log.size)
    assert 0 not in sizes  # written anew in place, again and again
    reader = log.reader()
    log.write(10)
    assert log.size > 20_000
    reader.close()
    log.write(10)
    assert log.size < 20_000
    log.connection.close()


def test_how_far_a_log_is_written_is_told_by_its_frames(database: str) -> None:
    """Its length tells nothing once it was written from the beginning again."""
    log = GuardedLog(database, LogLimits())
    log.write(20)
    size = log.size
    assert log.guard.is_written_up_to(size)
    log.connection.execute("PRAGMA wal_checkpoint(RESTART)")
    log.write()
    assert log.size == size
    assert not log.guard.is_written_up_to(size)
    assert log.guard.is_written_up_to(1)
    log.connection.close()


async def test_closing_needs_no_lock_that_another_one_keeps(database: str) -> None:
    """A command whose work is done does not fail because a long import holds the lock: that one has the database open, so nothing is moved."""
    file = Path(database.removeprefix("sqlite:///"))

    desk, other = SqlStore(database, guarded=True, busy_timeout=0.05), SqlStore(database, guarded=True)
    await registration_in(desk).register(declared(2, 1), ImportOptions(), CLI_ACTOR)
    async with other.unit_of_work() as work:
        await work.providers.all()
        before = file.read_bytes()
        await desk.close()
        assert file.read_bytes() == before
        await work.lists.put(ListState(Slug("vendor-0")).cleared())
        await work.commit()
    assert len((await other.current()).providers) == 2
    await other.close()


def test_a_read_only_connection_leaves_the_log_alone(database: str) -> None:
    """Even as the last one to close, which is when a writing connection would checkpoint."""
    file = Path(database.removeprefix("sqlite:///"))
    log = file.with_name(file.name + "-wal")

    def opened(mode: str) -> sqlite3.Connection:
        return sqlite3.connect(f"{file.as_uri()}?mode={mode}", uri=True, isolation_level=None)

    writer = opened("rw")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("UPDATE generations SET catalogue = catalogue + 1")
    copies = {path: path.read_bytes() for path in (file, log)}
    writer.close()
    # As after a crash: the log is there, and nobody has the database open.
    for path, content in copies.items():
        path.write_bytes(content)
    reader = opened("ro")
    assert reader.execute("SELECT catalogue FROM generations").fetchone() == (2,)
    reader.close()
    assert log.read_bytes() == copies[log]
    assert file.read_bytes() == copies[file]
