"""What drivers raise, in our words: what another attempt may mend is busy, and everything else is said with its place."""

import sqlite3

import asyncpg
import pytest
from msgspec import DecodeError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from modeldesk.adapters.persistence.failures import storage_error, translated
from modeldesk.adapters.persistence.unreadable_rows import reads_rows
from modeldesk.domain.errors import StorageBusy, StorageUnavailable


def of_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("said by SQLite\nin two lines")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        *map(of_sqlite, (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY)),
        *map(of_sqlite, (sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_LOCKED_SHAREDCACHE)),
        asyncpg.SerializationError("40001"),
        asyncpg.DeadlockDetectedError("40P01"),
        asyncpg.LockNotAvailableError("55P03"),
        PoolTimeout(),
    ],
    ids=repr,
)
def test_what_another_attempt_may_mend_is_busy(error: Exception) -> None:
    """503 with Retry-After, and never 500; SQLite's codes also with what they say more."""
    assert isinstance(storage_error(error, "here"), StorageBusy)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (of_sqlite(sqlite3.SQLITE_CORRUPT), "database-damaged"),
        (of_sqlite(sqlite3.SQLITE_CORRUPT_INDEX), "database-damaged"),
        (of_sqlite(sqlite3.SQLITE_NOTADB), "database-damaged"),
        (UnicodeDecodeError("utf-8", b"\xa0", 0, 1, "said by SQLite"), "database-damaged"),
        (of_sqlite(sqlite3.SQLITE_FULL), "database-said"),
        (of_sqlite(sqlite3.SQLITE_IOERR_WRITE), "database-said"),
        (of_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), "database-said"),
        (sqlite3.OperationalError("said by SQLite"), "database-said"),
        (asyncpg.DiskFullError("said by the server"), "database-said"),
        (ConnectionRefusedError(111, "said by the system"), "database-said"),
    ],
    ids=repr,
)
def test_what_no_attempt_mends_is_said_with_its_place(error: Exception, code: str) -> None:
    """In one line."""
    found = storage_error(error, "here")
    assert isinstance(found, StorageUnavailable)
    assert (found.reason.code, found.reason.facts["place"]) == (code, "here")
    assert "said by " in str(found.reason.facts["said"])
    assert "\n" not in str(found)


@pytest.mark.parametrize("kind", [sqlite3.DatabaseError, sqlite3.OperationalError, sqlite3.InterfaceError, OSError, DBAPIError])
def test_whatever_kind_of_failure_a_driver_raises_is_one_of_ours(kind: type[Exception]) -> None:
    """A damaged file is no OperationalError, and would be something unexpected, with 500."""
    error = kind("statement", (), sqlite3.DatabaseError("said")) if kind is DBAPIError else kind("said")
    with pytest.raises(StorageUnavailable, match="said='said'"), translated("here"):
        raise error


UNREADABLE_ROWS = (ValueError("'odd' is not a valid Role"), DecodeError("broken"), TypeError("no text"), KeyError("member"))


@pytest.mark.parametrize("error", UNREADABLE_ROWS, ids=repr)
def test_a_row_that_cannot_be_read_is_said(error: Exception) -> None:
    """Whoever wrote it: 503 until it is put right, and never 500. One row is no reason to advise that the whole file be replaced."""

    @reads_rows
    def read() -> None:
        [raised(error) for _ in range(1)]

    with pytest.raises(StorageUnavailable, match="stored-row-unreadable"), translated("here"):
        read()


@pytest.mark.parametrize("error", UNREADABLE_ROWS, ids=repr)
def test_a_mistake_of_ours_is_not_the_database_s(error: Exception) -> None:
    """The same errors where no row is read pass: they are logged in full, with 500."""
    with pytest.raises(type(error)), translated("here"):
        raised(error)


def raised(error: Exception) -> None:
    raise error.with_traceback(None)


def test_a_damaged_text_is_not_quoted() -> None:
    """It may be a password's hash."""
    error = sqlite3.OperationalError("Could not decode to UTF-8 column 'password_hash' with text '$argon2'")
    assert "argon2" not in str(storage_error(error, "here"))


def test_a_violated_constraint_is_a_mistake_of_ours_and_passes() -> None:
    """As something unexpected it is logged in full; as a failure of the database nobody would look for it."""
    with pytest.raises(sqlite3.IntegrityError), translated("here"):
        raise sqlite3.IntegrityError
