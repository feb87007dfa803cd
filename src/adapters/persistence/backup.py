"""Backup and restore of the embedded database: written while others go on working, and restored in one step."""

import errno
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from attrs import evolve
from sqlalchemy import Connection, StaticPool, create_engine, event

from modeldesk.adapters.persistence import audit_statements, statements, tables
from modeldesk.adapters.persistence.failures import BUSY_CODES, SQLITE_ERRORS, in_a_line, is_busy, translated
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.adapters.persistence.revived import revived
from modeldesk.adapters.persistence.snapshot import rebuilt
from modeldesk.domain.errors import CopyNotWritten, InvalidBackup, ModeldeskError, Reason, StorageBusy, StorageUnavailable
from modeldesk.domain.model.access.revived import Revived
from modeldesk.domain.model.audit import AuditEntry

RESTORED_ABOVE = 1_000
"""By how much a restore raises the generations that it finds: others may raise them until the restore is done."""

LONGEST_REASON = 200
LONGEST_START = 50
"""In characters of at most four bytes, so that a temporary name is no longer than file systems allow."""

ENDED = ("sessions", "api_tokens", "set_up_token", "sign_in_links")
"""What a backup would bring back although it was ended since."""

VERSIONED = (
    ("providers", "version"),
    ("active_models", "slot_version"),
    ("slot_history", "version"),
    ("uses", "version"),
    ("use_history", "version"),
    ("restores", "versions_above"),
)
RAISING_VERSIONS = (
    "UPDATE providers SET version = :version",
    "UPDATE completed_requests SET version = :version WHERE (provider, capability, version) IN (SELECT provider, capability, slot_version FROM active_models)",
    "UPDATE slot_history SET version = :version WHERE (provider, capability, version) IN (SELECT provider, capability, slot_version FROM active_models)",
    "UPDATE active_models SET slot_version = :version",
    "UPDATE use_history SET version = :version WHERE (name, version) IN (SELECT name, version FROM uses)",
    "UPDATE uses SET version = :version",
)
"""The latest change in a history has the version of what it made. No rollback restored that one: only a request with a key names it, too."""

NO_COPY = Reason("backup-not-ours")


def copy_out(connection: Connection, target: Path) -> None:
    """Writes a consistent copy, or none. Raises CopyNotWritten, and StorageBusy where the database is locked.

    A link in the place of the target is replaced, not followed.
    """
    part = target.with_name(f".{target.name[:LONGEST_START]}.{secrets.token_hex(8)}")
    with _refused_by(partial(CopyNotWritten, str(target)), target):
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            copy = sqlite3.connect(part)
            try:
                bare_connection(connection).backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
            # SQLite opens by name: what it wrote must be the file that was made here.
            if not os.path.samestat(os.fstat(descriptor), os.lstat(part)):
                raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(part))
            part.replace(target)
        finally:
            os.close(descriptor)
            part.unlink(missing_ok=True)


def require_sound(source: Path) -> None:
    """Raises InvalidBackup for a file that is no backup, is damaged, or is of a newer version; StorageBusy for one that is being written to."""
    if not source.is_file():
        raise InvalidBackup(str(source), Reason("file-is-folder") if source.is_dir() else Reason("file-not-found"))
    if not os.access(source, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise InvalidBackup(str(source), Reason("file-not-permitted"))
    with _refused_by(partial(InvalidBackup, str(source))):
        copy = _opened(source)
        try:
            integrity = copy.execute("PRAGMA integrity_check").fetchone()[0]
            dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
            version = copy.execute("SELECT version_num FROM alembic_version").fetchone() if _has_table(copy, "alembic_version") else None
            if (reason := _unfit(integrity, dangling, version[0] if version else None)) is not None:
                raise InvalidBackup(str(source), reason)
            _require_readable(copy, source)
        finally:
            copy.close()


def _require_readable(copy: sqlite3.Connection, source: Path) -> None:
    """Raises InvalidBackup for rows that SQLite can read, and this version cannot: with them no server would start. Tries it in memory."""
    trial = sqlite3.connect(":memory:")
    try:
        copy.backup(trial)
        with translated(str(source)), _migrated(trial) as connection:
            rebuilt(connection, None)
    except StorageUnavailable as error:
        said = error.reason.facts.get("said")
        raise InvalidBackup(str(source), error.reason if said is None else Reason("backup-damaged", said=said)) from error
    finally:
        trial.close()


@contextmanager
def _migrated(copy: sqlite3.Connection) -> Iterator[Connection]:
    """The backup in a transaction, once it has the current schema."""
    copy.isolation_level = None
    engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: bare_connection(connection).execute("BEGIN"))
    with engine.connect() as connection, connection.begin():
        if statements.schema_version(connection) != tables.SCHEMA_VERSION:
            migrate(connection)
        yield connection


def _unfit(integrity: str, dangling: tuple[str, ...] | None, version: str | None) -> Reason | None:
    """Why a file that SQLite can read is not restored; None where it can be."""
    if integrity != "ok":
        return Reason("backup-damaged", said=" ".join(integrity.split())[:LONGEST_REASON])
    if version is None:
        return NO_COPY
    if dangling is not None:
        return Reason("backup-row-dangling", table=dangling[0])
    if version not in (*tables.EARLIER_VERSIONS, tables.SCHEMA_VERSION):
        return Reason("backup-schema-unknown", stored=version)
    return None


@contextmanager
def _refused_by(error: Callable[[Reason], ModeldeskError], written: Path | None = None) -> Iterator[None]:
    """Turns what a driver or the system raises about the backup into `error`, and a locked file into StorageBusy."""
    try:
        yield
    except (*SQLITE_ERRORS, OSError) as cause:
        if is_busy(cause):
            raise StorageBusy from cause
        is_none = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
        raise error(NO_COPY if is_none else Reason("system-said", said=in_a_line(cause, written))) from cause


def copy_in(driver: sqlite3.Connection, source: Path, entry: AuditEntry, keep_tokens: bool) -> Revived:
    """Restores in one step: nobody sees the backup with its own generations, or without the audit entry of the restore.

    All sessions, API tokens and set-up links end, unless `keep_tokens`.
    """
    copy, raised = _opened(source), sqlite3.connect(":memory:")
    try:
        copy.backup(raised)
        _brought_up_to_date(raised, entry, _trail(driver))
        _raise_above(raised, _generation(driver))
        _raise_versions(raised, driver, entry.at)
        if not keep_tokens:
            for table in ENDED:
                raised.execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours
        raised.commit()
        brought_back = revived(driver, raised)
        raised.backup(driver, progress=_give_up_if_busy)
    finally:
        raised.close()
        copy.close()
    return brought_back


def _brought_up_to_date(copy: sqlite3.Connection, entry: AuditEntry, replaced: tuple[int, int]) -> None:
    """Migrates an older backup, and adds the audit entry of the restore, before anything is replaced.

    `replaced` describes the audit log that is replaced: its number of entries, and the highest id in use.
    """
    count, last = replaced
    with _migrated(copy) as connection:
        counted = evolve(entry, before={"entries": count}, after={**(entry.after or {}), "entries": audit_statements.count(connection)})
        # Others may write until the restore is done, and no id may be used twice.
        audit_statements.add_entry_above(connection, counted, last + RESTORED_ABOVE)


def _trail(driver: sqlite3.Connection) -> tuple[int, int]:
    if not _has_table(driver, "audit_trail"):
        return 0, 0
    (count,) = driver.execute("SELECT count(*) FROM audit_trail").fetchone()
    last = driver.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit_trail'").fetchone()
    return count, last[0] if last else 0


def _generation(driver: sqlite3.Connection) -> dict[str, int]:
    columns = [column.name for column in tables.generations.columns if not column.primary_key]
    found = driver.execute("SELECT * FROM generations").fetchone() if _has_table(driver, "generations") else None
    return dict.fromkeys(columns, 0) if found is None else dict(zip(columns, found[1:], strict=True))


def _raise_above(copy: sqlite3.Connection, before: dict[str, int]) -> None:
    # Above both the replaced generations and those of the backup, so that no cached answer passes for a current one.
    for part, number in before.items():
        copy.execute(f"UPDATE generations SET {part} = max({part}, ?) + ?", (number, RESTORED_ABOVE))  # noqa: S608 - a column of ours
    copy.commit()


def _raise_versions(copy: sqlite3.Connection, driver: sqlite3.Connection, at: datetime) -> None:
    # No version may occur twice: an If-Match from before the restore would pass for a state that it does not mean. What existed has a
    # higher version from now on, and what is created later starts above it.
    floor = max(_highest_version(driver), _highest_version(copy)) + RESTORED_ABOVE
    for statement in RAISING_VERSIONS:
        copy.execute(statement, {"version": floor + 1})
    copy.execute("INSERT INTO restores VALUES (?, ?)", (floor, at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")))


def _highest_version(driver: sqlite3.Connection) -> int:
    found = [
        driver.execute(f"SELECT max({column}) FROM {table}").fetchone()[0]  # noqa: S608 - a table of ours
        for table, column in VERSIONED
        if _has_column(driver, table, column)
    ]
    return max((version for version in found if version is not None), default=0)


def _has_column(driver: sqlite3.Connection, table: str, column: str) -> bool:
    return any(name == column for _, name, *_ in driver.execute(f"PRAGMA table_info({table})"))


def _give_up_if_busy(status: int, _remaining: int, _total: int) -> None:
    # The driver would retry for ever; SQLite has waited for the busy timeout by now.
    if status in BUSY_CODES:
        raise StorageBusy


def _has_table(driver: sqlite3.Connection, name: str) -> bool:
    return driver.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone() is not None


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
