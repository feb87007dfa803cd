"""Foreign errors into ours, once, at the edge."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from modeldesk.domain.errors import StorageBusy, StorageUnavailable

BUSY_CODES = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
PRIMARY_CODE = 0xFF
"""SQLite's extended codes carry the primary one in their low byte."""

RETRIABLE_STATES = ("40001", "40P01", "55P03")
"""PostgreSQL: serialization failure, deadlock, lock not available (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


@contextmanager
def translated(location: str) -> Iterator[None]:
    """Turns what a driver raises into StorageBusy or StorageUnavailable that names `location`; a broken key is our own bug and passes."""
    try:
        yield
    except (IntegrityError, ProgrammingError, sqlite3.IntegrityError):
        raise
    except DBAPIError as error:
        raise _ours(error.orig or error, location) from error
    except (sqlite3.Error, OSError, PoolTimeout) as error:
        raise _ours(error, location) from error


def is_busy(error: BaseException) -> bool:
    """Whether SQLite says that somebody else holds the lock."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & PRIMARY_CODE in BUSY_CODES


def _ours(error: BaseException, location: str) -> Exception:
    if is_busy(error) or getattr(error, "sqlstate", None) in RETRIABLE_STATES or isinstance(error, PoolTimeout):
        return StorageBusy()
    return StorageUnavailable(f"{location}: {in_a_line(error)}")


def in_a_line(error: BaseException) -> str:
    """What the system or the driver says, without the location, which is told in our own words."""
    if isinstance(error, OSError) and error.strerror and not isinstance(error, TimeoutError):
        return error.strerror
    return str(error).partition("\n")[0] or type(error).__name__
