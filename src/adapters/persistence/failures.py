"""Translation of drivers' errors into ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from modeldesk.domain.errors import Reason, StorageBusy, StorageUnavailable

BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
PRIMARY_CODE = 0xFF
"""SQLite's extended codes carry the primary one in their low byte."""

RETRIABLE_STATES = ("40001", "40P01", "55P03")
"""PostgreSQL: serialization failure, deadlock, lock not available (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


@contextmanager
def translated(location: str) -> Iterator[None]:
    """Raises StorageBusy or StorageUnavailable with `location` for a driver's error. A violated constraint is a bug of ours, and passes."""
    try:
        yield
    except (IntegrityError, ProgrammingError, sqlite3.IntegrityError):
        raise
    except DBAPIError as error:
        raise storage_error(error.orig or error, location) from error
    except (sqlite3.Error, OSError, PoolTimeout) as error:
        raise storage_error(error, location) from error


def is_busy(error: BaseException) -> bool:
    """Whether SQLite reports that another connection holds the lock."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & PRIMARY_CODE in BUSY_CODES


def storage_error(error: BaseException, location: str) -> Exception:
    """StorageBusy or StorageUnavailable for a driver's error."""
    if is_busy(error) or getattr(error, "sqlstate", None) in RETRIABLE_STATES or isinstance(error, PoolTimeout):
        return StorageBusy()
    return StorageUnavailable(Reason("database-said", place=location, said=in_a_line(error)))


def in_a_line(error: BaseException) -> str:
    """The message of the system or the driver in one line, without the file that it may name."""
    if isinstance(error, OSError) and error.strerror and not isinstance(error, TimeoutError):
        return error.strerror
    return str(error).partition("\n")[0] or type(error).__name__
