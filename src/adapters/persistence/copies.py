"""Copies of the embedded database: written out while others go on working, and put back in one step."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, StaticPool, create_engine, event

from modeldesk.adapters.persistence import statements, tables
from modeldesk.adapters.persistence.failures import BUSY_CODES, translated
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.prepared import bare_connection
from modeldesk.domain.errors import StorageBusy, StorageUnavailable

RESTORED_ABOVE = 1_000
"""How far a restore goes above the numbers that it finds: others may raise them by one each until the copy stands."""


def copy_out(connection: Connection, target: Path) -> None:
    """A consistent copy, whole or not at all. Raises StorageUnavailable."""
    part = target.with_name(f"{target.name}.part")
    with translated(str(target)):
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        try:
            copy = sqlite3.connect(part)
            try:
                bare_connection(connection).backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def must_be_sound(source: Path) -> None:
    """Raises StorageUnavailable for what is no copy, a damaged one, or one of a newer version."""
    if not source.is_file():
        raise StorageUnavailable(f"{source}: there is no such file")
    with translated(str(source)):
        copy = _opened(source)
        try:
            integrity = copy.execute("PRAGMA integrity_check").fetchone()[0]
            dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
            version = copy.execute("SELECT version_num FROM alembic_version").fetchone() if _has_table(copy, "alembic_version") else None
        finally:
            copy.close()
    if integrity != "ok" or dangling:
        raise StorageUnavailable(f"{source}: the copy is damaged: {integrity if integrity != 'ok' else f'a dangling row of {dangling[0]}'}")
    found = version[0] if version else None
    if found is None:
        raise StorageUnavailable(f"{source}: this is no copy of a Modeldesk database")
    if found not in (*tables.EARLIER_VERSIONS, tables.SCHEMA_VERSION):
        raise StorageUnavailable(f"{source}: the copy has schema {found}, which this version does not know; restore it with a newer one")


def copy_in(driver: sqlite3.Connection, source: Path) -> None:
    """In one step, so that nobody ever sees the copy with its own numbers, however this ends."""
    copy, raised = _opened(source), sqlite3.connect(":memory:")
    try:
        copy.backup(raised)
        _brought_up_to_date(raised)
        _raise_above(raised, _numbers(driver))
        raised.backup(driver, progress=_give_up_if_busy)
    finally:
        raised.close()
        copy.close()


def _brought_up_to_date(copy: sqlite3.Connection) -> None:
    """A copy of an older version becomes one of this version, before it takes anything's place."""
    copy.isolation_level = None
    engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: bare_connection(connection).execute("BEGIN"))
    with engine.connect() as connection, connection.begin():
        if statements.schema_version(connection) != tables.SCHEMA_VERSION:
            migrate(connection)


def _numbers(driver: sqlite3.Connection) -> dict[str, int]:
    columns = [column.name for column in tables.generations.columns if not column.primary_key]
    found = driver.execute("SELECT * FROM generations").fetchone() if _has_table(driver, "generations") else None
    return dict.fromkeys(columns, 0) if found is None else dict(zip(columns, found[1:], strict=True))


def _raise_above(copy: sqlite3.Connection, before: dict[str, int]) -> None:
    # Above both the numbers that were here and those of the copy: no answer that somebody kept may pass for a present one.
    for part, number in before.items():
        copy.execute(f"UPDATE generations SET {part} = max({part}, ?) + ?", (number, RESTORED_ABOVE))  # noqa: S608 - a column of ours
    copy.commit()


def _give_up_if_busy(status: int, _remaining: int, _total: int) -> None:
    # The driver would try for ever; SQLite itself has waited by now for as long as we are patient.
    if status in BUSY_CODES:
        raise StorageBusy


def _has_table(driver: sqlite3.Connection, name: str) -> bool:
    return driver.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone() is not None


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
