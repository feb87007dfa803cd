"""Connections to embedded databases share compiled statements, and nothing else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.adapters.persistence.sqlite.connections import connect
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.domain.model.values.texts import Slug
from tests.support.sqlite_store import OPENAI, database_of, store_in


def file_of(connection: Connection) -> str:
    """The file that the connection has open."""
    return str(bare_connection(connection).execute("PRAGMA database_list").fetchone()[2])


def use_closed(connection: Connection) -> None:
    bare_connection(connection).close()
    connection.execute(text("SELECT 1"))


async def engine_and_file(store: SqlStore) -> tuple[Engine, str]:
    return await database_of(store).read_any(lambda connection: (connection.engine, file_of(connection)))


async def test_statements_are_compiled_once_for_all_files(tmp_path: Path) -> None:
    """Compiling takes longer than most statements: a second database of the process, and a second connection, compile nothing."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    async with store_in(first) as one, store_in(second) as other:
        (engine, file), (other_engine, other_file) = await engine_and_file(one), await engine_and_file(other)
        writer = database_of(one).writer.thread.idle
        assert engine is other_engine
        assert writer is not None
        assert engine is writer.engine
        assert (file, other_file) == (str(first / "desk.db"), str(second / "desk.db"))


async def test_a_lost_connection_is_opened_anew_in_its_own_file(tmp_path: Path) -> None:
    """Also after another database was opened."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    async with store_in(first) as one, store_in(second) as other:
        _, file = await engine_and_file(one)
        await engine_and_file(other)
        with pytest.raises(ProgrammingError):
            await database_of(one).read_any(use_closed)
        assert await engine_and_file(one) == (database_of(one).writer.thread.idle.engine, file)  # type: ignore[union-attr] # it was used


async def test_a_commit_is_on_the_disk_when_it_is_acknowledged(tmp_path: Path) -> None:
    """`synchronous` is FULL (2): with NORMAL a power cut would take acknowledged selections with it. Keys of other tables are checked."""
    async with store_in(tmp_path) as store:
        settings = [
            await database_of(store).write_alone(lambda driver, name=name: driver.execute(f"PRAGMA {name}").fetchone()[0])  # type: ignore[misc]
            for name in ("synchronous", "foreign_keys", "journal_mode")
        ]
        assert settings == [2, 1, "wal"]


async def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    """It cannot: as the last one to close, a connection that may write would checkpoint, beside whoever writes."""
    async with store_in(tmp_path) as store:
        with pytest.raises(StorageUnavailable, match="readonly"):
            await database_of(store).read_any(lambda connection: connection.exec_driver_sql("UPDATE generations SET choices = 7").rowcount)


@pytest.mark.parametrize("mode", ["ro", "rw"])
def test_no_mode_makes_a_file(tmp_path: Path, mode: str) -> None:
    """A database that went away between the look and the opening is not replaced by an empty one."""
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        connect(tmp_path / "desk.db", mode, 0.0)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_mended_is_read_though_somebody_holds_the_error(tmp_path: Path) -> None:
    """The statement that came upon the damage has not ended: its connection would go on to read what was there, and take no function of SQLAlchemy's."""
    async with store_in(tmp_path) as store:
        async with store.unit_of_work() as work:
            await work.providers.put([evolve(OPENAI, slug=Slug("second"))])
            await work.commit()
        with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
            (before,) = other.execute("SELECT capabilities FROM providers").fetchone()
            other.execute("UPDATE providers SET capabilities = '{'")
            with pytest.raises(StorageUnavailable) as held:
                await store.current()
            other.execute("UPDATE providers SET capabilities = ?", (before,))
        assert set((await store.current()).providers) == {OPENAI.slug, "second"}
        assert await store.backlog() == []
        del held
