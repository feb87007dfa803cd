"""No checkpoint beside a write, on the libraries that need it (ADR 4)."""

import asyncio
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from test_selecting_at_once import choose_at_once
from writers import declared, desk_at, now

from modeldesk.adapters.persistence.sqlite_guard import WriteGuard, is_affected
from modeldesk.domain.errors import StorageBusy
from modeldesk.domain.registration import ImportOptions, ProviderRegistration


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
def test_which_libraries_are_affected(version: tuple[int, int, int], affected: bool) -> None:  # noqa: FBT001 - a column of the table
    """Fixed in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines."""
    assert is_affected(version) is affected


@pytest.mark.parametrize("guarded", ["yes", "no"])
def test_several_writers_with_the_guard_forced_on_and_off(database: str, start: Callable[..., "subprocess.Popen[str]"], guarded: str) -> None:
    """Whatever the library: all choices are kept and the database is sound."""
    choose_at_once(database, start, processes=2, times=25, guarded=guarded)


def test_a_guarded_writer_waits_and_then_says_busy(tmp_path: Path) -> None:
    """The lock belongs to one at a time; a second one gives up when its patience ends, and gets it when it is free."""
    first, second = (WriteGuard(tmp_path / "desk.db", patience=0.05, needed=True) for _ in range(2))
    with first.held(), pytest.raises(StorageBusy):
        second.acquire()
    with second.held():
        pass


def test_a_guarded_log_is_cut_by_the_writer(database: str) -> None:
    """Without automatic checkpoints the log would grow for ever; the writer that finds it long moves it into the database."""
    log = Path(database.removeprefix("sqlite:///") + "-wal")

    async def grow() -> list[int]:
        desk = desk_at(database, guarded=True)
        registration, sizes = ProviderRegistration(desk.unit_of_work, desk, now), []
        for revision in range(1, 9):
            await registration.register(declared(4_000, revision), ImportOptions(force=True), "cli")
            sizes.append(log.stat().st_size)
        await desk.close()
        return sizes

    sizes = asyncio.run(grow())
    assert 0 in sizes
    assert max(sizes) < 3 * 4 * 1024 * 1024


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
