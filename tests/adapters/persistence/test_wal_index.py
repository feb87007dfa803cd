"""What is read from the WAL index is what a query would say: no commit of anybody is missed, and where nothing was committed nothing is asked."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.persistence.sqlite.store import SqliteDatabase
from modeldesk.adapters.persistence.sqlite.wal_index import WalIndex
from tests.support.sqlite_store import OPENAI, database_of, store_in

WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    connection.execute("INSERT INTO noted VALUES (1)")
    if line == "checkpoint\\n":
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print("done", flush=True)
"""
"""Another process: it commits for each line, and says when it has."""

STEPS = (
    *("commit", "commit of another", "large commit", "roll back", "begin", "vacuum", "reopen", "read"),
    *("checkpoint PASSIVE", "checkpoint RESTART", "checkpoint TRUNCATE"),
)


@define
class Observed:
    """A database, one connection that writes, and one that tells by a query whether anybody has committed."""

    path: Path
    database: SqliteDatabase
    writer: sqlite3.Connection
    asked: sqlite3.Connection
    queries: list[str] = field(factory=list)

    async def token(self) -> object:
        token = await self.database.change_token()
        assert self.database._watch is not None
        self.database._watch.set_trace_callback(self.queries.append)
        return token

    def data_version(self) -> int:
        return int(self.asked.execute("PRAGMA data_version").fetchone()[0])

    def do(self, step: str) -> None:
        match step.split():
            case ["commit", "of", "another"]:
                with other(self.path) as connection:
                    connection.execute("INSERT INTO noted VALUES (2)")
            case ["checkpoint", how]:
                self._outside().execute(f"PRAGMA wal_checkpoint({how})")
            case ["large", "commit"]:
                self.writer.executemany("INSERT INTO noted VALUES (?)", [["x" * 3000]] * 5)
            case ["begin"]:
                self._outside().execute("BEGIN IMMEDIATE")
                self.writer.execute("INSERT INTO noted VALUES (3)")
            case ["roll", "back"]:
                self.writer.rollback()
            case ["vacuum"]:
                self._outside().execute("VACUUM")
            case ["reopen"]:
                self.writer.close()
                self.writer = opened(self.path)
            case ["commit"]:
                self._outside().execute("INSERT INTO noted VALUES (1)")

    def _outside(self) -> sqlite3.Connection:
        if self.writer.in_transaction:
            self.writer.commit()
        return self.writer


def opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=0)


@contextmanager
def other(path: Path) -> Iterator[sqlite3.Connection]:
    connection = opened(path)
    try:
        yield connection
    except sqlite3.OperationalError:
        """The writer is in a transaction."""
    finally:
        connection.close()


@contextmanager
def observed(folder: str | Path, mode: str = "WAL") -> Iterator[Observed]:
    path = Path(folder) / "desk.sqlite3"
    writer = opened(path)
    writer.execute(f"PRAGMA journal_mode = {mode}")
    writer.execute("CREATE TABLE noted (what)")
    found = Observed(path, SqliteDatabase(path, busy_timeout=0.1), writer, opened(path))
    try:
        yield found
    finally:
        asyncio.run(found.database.close())
        found.writer.close()
        found.asked.close()


@given(st.lists(st.sampled_from(STEPS), max_size=25))
def test_the_token_changes_whenever_a_query_would_say_so(steps: list[str]) -> None:
    """Whatever is committed, by whom, and however the log is written back or begun anew."""

    async def story(desk: Observed) -> None:
        await desk.token()
        token, version = await desk.token(), desk.data_version()
        for step in steps:
            desk.do(step)
            before, token = token, await desk.token()
            earlier, version = version, desk.data_version()
            assert token != before or version == earlier, step

    with TemporaryDirectory() as folder, observed(folder) as desk:
        asyncio.run(story(desk))


def test_without_a_commit_nothing_is_asked(tmp_path: Path) -> None:
    """The third time at the latest: the first one opens the index, the second one reads it."""

    async def story(desk: Observed) -> None:
        token = [await desk.token() for _ in range(2)][-1]
        desk.queries.clear()
        assert [await desk.token() for _ in range(5)] == [token] * 5
        assert desk.queries == []
        desk.do("commit")
        assert await desk.token() != token
        assert len(desk.queries) == 1

    with observed(tmp_path) as desk:
        asyncio.run(story(desk))


@define
class CommitsBetween:
    """An index that is read while somebody commits: just before its header is read for the last time of a call."""

    index: WalIndex
    desk: Observed
    reads: int = 0

    def header(self) -> bytes | None:
        self.reads += 1
        if self.reads == 2:
            self.desk.do("commit")
        return self.index.header()

    def find(self) -> None:
        self.index.find()

    def forget(self) -> None:
        self.index.forget()


def test_a_commit_beside_a_look_is_seen_by_the_next_one(tmp_path: Path) -> None:
    """The header that it left belongs to no token that was read before it."""

    async def story(desk: Observed) -> None:
        await desk.token()
        desk.database._index = CommitsBetween(desk.database._index, desk)  # type: ignore[assignment] # it takes its place
        token = await desk.token()
        assert await desk.token() != token

    with observed(tmp_path) as desk:
        asyncio.run(story(desk))


def test_a_commit_of_another_process_is_seen_as_soon_as_it_is_acknowledged(tmp_path: Path) -> None:
    """Each of them, also where the log begins anew meanwhile."""

    async def story(desk: Observed) -> None:
        token = await desk.token()
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(desk.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdin is not None
            assert writer.stdout is not None
            for number in range(200):
                writer.stdin.write("checkpoint\n" if number % 7 == 0 else "commit\n")
                writer.stdin.flush()
                assert writer.stdout.readline() == "done\n"
                before, token = token, await desk.token()
                assert token != before
            writer.stdin.close()

    with observed(tmp_path) as desk:
        asyncio.run(story(desk))


async def test_a_file_that_somebody_else_wrote_to_is_asked(tmp_path: Path) -> None:
    """No commit does that without the index; what it holds then, SQLite alone can tell."""
    queries = list[str]()
    async with store_in(tmp_path) as store:
        database = database_of(store)
        for _ in range(3):
            await database.change_token()
            await database.generation()
        assert database._watch is not None
        database._watch.set_trace_callback(queries.append)
        os.utime(database.path, (0, 0))
        await database.change_token()
        await database.generation()
        assert len(queries) == 2


async def test_the_generation_is_read_once_for_each_commit(tmp_path: Path) -> None:
    """And again after each commit of another process."""
    queries = list[str]()
    async with store_in(tmp_path) as store, store_in(tmp_path) as another:
        await store.current()
        await store.current()
        database = database_of(store)
        assert database._watch is not None
        database._watch.set_trace_callback(queries.append)
        for number in range(1, 4):
            before = [await database.generation() for _ in range(3)][-1]
            assert before == (await another.current()).generation
            async with another.unit_of_work() as work:
                await work.providers.put([OPENAI])
                await work.commit()
            assert len(queries) == number
        assert await database.generation() != before


def test_a_database_without_a_log_is_asked(tmp_path: Path) -> None:
    """It has no index: each look is a query."""

    async def story(desk: Observed) -> None:
        tokens = [await desk.token() for _ in range(3)]
        assert tokens == tokens[:1] * 3
        assert len(desk.queries) == 2
        desk.do("commit")
        assert await desk.token() != tokens[-1]

    with observed(tmp_path, "DELETE") as desk:
        asyncio.run(story(desk))


def test_a_closed_database_is_read_anew(tmp_path: Path) -> None:
    """The descriptor may belong to another file by then."""

    async def story(desk: Observed) -> None:
        await desk.token()
        await desk.token()
        await desk.database.close()
        assert desk.database._index.header() is None
        assert isinstance(await desk.token(), int)

    with observed(tmp_path) as desk:
        asyncio.run(story(desk))


@pytest.mark.parametrize("is_there", [False, True])
def test_a_header_that_cannot_be_read_is_none(tmp_path: Path, is_there: bool) -> None:
    """Without the file, and without a connection that has opened it."""
    if is_there:
        (tmp_path / "x-shm").write_bytes(b"")
    index = WalIndex(str(tmp_path / "x"))
    index.find()
    assert index.header() is None
