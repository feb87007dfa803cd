"""Translation of drivers' errors into ours."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from modeldesk.adapters.persistence.unreadable_rows import is_of_row
from modeldesk.domain.errors import Reason, StorageBusy, StorageUnavailable

BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
WRITE_CODES = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE)
PRIMARY_CODE = 0xFF
"""SQLite's extended codes carry the primary one in their low byte."""

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite's driver raises: messages about a damaged schema quote it, and may not be UTF-8 any more."""

RETRIABLE_STATES = ("40001", "40P01", "55P03")
"""PostgreSQL: serialization failure, deadlock, lock not available (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


class translated:  # noqa: N801 - used as a function; a generator would take three times as long, several times in each selection
    """Raises StorageBusy or StorageUnavailable with `location` for a driver's error, and for a row that cannot be read.

    A violated constraint is a bug of ours, and passes; so does whatever else is raised where no row is read.
    """

    __slots__ = ("_location",)

    def __init__(self, location: str) -> None:
        self._location = location

    def __enter__(self) -> None:
        """Nothing is prepared."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None or isinstance(error, IntegrityError | ProgrammingError | sqlite3.IntegrityError):
            return
        if isinstance(error, DBAPIError):
            raise storage_error(error.orig or error, self._location) from error
        if isinstance(error, (*SQLITE_ERRORS, OSError, PoolTimeout)):
            raise storage_error(error, self._location) from error
        if is_of_row(error):
            raise StorageUnavailable(Reason("stored-row-unreadable", place=self._location, said=in_a_line(error))) from error


def is_busy(error: BaseException) -> bool:
    """Whether SQLite reports that another connection holds the lock."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & PRIMARY_CODE in BUSY_CODES


def storage_error(error: BaseException, location: str) -> Exception:
    """StorageBusy or StorageUnavailable for a driver's error."""
    if is_busy(error) or getattr(error, "sqlstate", None) in RETRIABLE_STATES or isinstance(error, PoolTimeout):
        return StorageBusy()
    if isinstance(error, UnicodeDecodeError) or (getattr(error, "sqlite_errorcode", None) or 0) & PRIMARY_CODE in DAMAGE_CODES:
        return StorageUnavailable(Reason("database-damaged", place=location, said=in_a_line(error)))
    return StorageUnavailable(Reason("database-said", place=location, said=in_a_line(error, Path(location))))


def in_a_line(error: BaseException, written: Path | None = None) -> str:
    """The message of the system or the driver in one line, without the file that it may name.

    SQLite calls a full disk a disk I/O error: where `written` stands on one, the message names the cause.
    """
    if isinstance(error, OSError) and error.strerror and not isinstance(error, TimeoutError):
        return error.strerror
    if written is not None and getattr(error, "sqlite_errorcode", None) in WRITE_CODES and _is_full(written.parent):
        return os.strerror(errno.ENOSPC)
    # The driver of SQLite quotes a text that is damaged, which may be anything.
    return str(error).partition("\n")[0].partition(" with text ")[0] or type(error).__name__


def _is_full(folder: Path) -> bool:
    """Whether no byte is free there; False where that is not known."""
    try:
        return shutil.disk_usage(folder).free == 0
    except OSError:
        return False
