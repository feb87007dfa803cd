"""What is said of a driver's error."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.failures import storage_error
from modeldesk.domain.errors import StorageUnavailable

NO_ROOM = Path("/proc")
"""A file system that has no free byte, ever."""


def said(code: int, location: Path) -> str:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    refused = storage_error(error, str(location))
    assert isinstance(refused, StorageUnavailable)
    return str(refused.reason.facts["said"])


@pytest.mark.skipif(not NO_ROOM.is_dir(), reason="only Linux has a file system without room at a known place")
def test_a_full_disk_is_named() -> None:
    """SQLite calls it a disk I/O error, as it calls a broken disk. An error of reading has another cause on a full disk, too."""
    assert said(sqlite3.SQLITE_IOERR_SHMSIZE, NO_ROOM / "desk.db") == os.strerror(errno.ENOSPC)
    assert said(sqlite3.SQLITE_IOERR_READ, NO_ROOM / "desk.db") == "disk I/O error"


def test_a_disk_with_room_is_not_called_full(tmp_path: Path) -> None:
    """And neither is a folder that is gone, of which nothing is known."""
    assert said(sqlite3.SQLITE_IOERR_SHMSIZE, tmp_path / "desk.db") == "disk I/O error"
    assert said(sqlite3.SQLITE_IOERR_SHMSIZE, tmp_path / "gone" / "desk.db") == "disk I/O error"
