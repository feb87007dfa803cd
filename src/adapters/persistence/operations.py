"""Operations on a database: upgrade, status, check, backup and restore."""

import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, func, select

from modeldesk.adapters.persistence import statements, tables
from modeldesk.adapters.persistence.backup import copy_in, copy_out, require_sound
from modeldesk.adapters.persistence.checks import check_ours, check_sqlite
from modeldesk.adapters.persistence.columns import metadata
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.list_tables import vendor_lists
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.sqlite.store import SqliteDatabase
from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.access.revived import Revived
from modeldesk.domain.model.audit import AuditEntry
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.records import frozen

T = TypeVar("T")
COUNTED = (
    "providers",
    "stored_models",
    "active_models",
    "slot_history",
    "vendor_lists",
    "provider_keys",
    "admins",
    "sessions",
    "audit_trail",
    "api_tokens",
)

HOLDS = {"active_models": tables.active_models.c.model_id.is_not(None), "vendor_lists": vendor_lists.c.revision > 0}
"""Rows that count: a slot without an active model, and a list that was never read, have a row too."""


@frozen
class DatabaseStatus:
    """The status of a database. `location` contains no password; `wal_guard` is None for PostgreSQL."""

    engine: str
    location: str
    library: str
    schema: str
    schema_wanted: str
    wal_guard: bool | None
    generation: Generation
    rows: dict[str, int]


class Operations(Protocol):
    """The operations of either database."""

    def exists(self) -> bool:
        """Whether the database exists; a server is always assumed to."""
        ...

    async def upgrade(self) -> tuple[str | None, str]:
        """Migrates to the current schema, and creates the embedded database where there is none. Returns the old and the new version."""
        ...

    async def schema_version(self) -> str | None: ...

    async def status(self) -> DatabaseStatus: ...

    async def check(self) -> list[Reason]:
        """One reason for each problem; empty where there is none."""
        ...

    async def backup(self, target: Path) -> None:
        """Writes a consistent copy while others go on working. Raises CopyNotWritten, StorageUnavailable, InvalidValue."""
        ...

    async def require_restorable(self, source: Path) -> None:
        """Raises what `restore` would raise, before anybody is asked to confirm: InvalidBackup, StorageBusy, InvalidValue."""
        ...

    async def restore(self, source: Path, entry: AuditEntry, *, keep_tokens: bool = False) -> Revived:
        """Replaces the database by a backup, its audit log included, and appends `entry` with the number of entries before and after.

        Sessions and API tokens of the backup end, unless `keep_tokens`. Returns what it brings back.

        Raises InvalidBackup, StorageUnavailable, StorageBusy, InvalidValue.
        """
        ...


class _Database(Protocol):
    """What the operations need of either database, whatever schema it has."""

    @property
    def location(self) -> str: ...

    async def read(self, work: Callable[[Connection], T]) -> T: ...

    async def read_any(self, work: Callable[[Connection], T]) -> T: ...

    async def change_schema(self, work: Callable[[Connection], None]) -> None: ...


async def _upgraded(database: _Database) -> tuple[str | None, str]:
    before = await database.read_any(statements.schema_version)
    if before != tables.SCHEMA_VERSION:
        await database.change_schema(migrate)
    return before, tables.SCHEMA_VERSION


async def _status(database: _Database, engine: str, library: str, *, wal_guard: bool | None) -> DatabaseStatus:
    generation, counts = await database.read(_counted)
    return DatabaseStatus(
        engine=engine,
        location=database.location,
        library=library,
        schema=tables.SCHEMA_VERSION,
        schema_wanted=tables.SCHEMA_VERSION,
        wal_guard=wal_guard,
        generation=generation,
        rows=counts,
    )


class SqliteOperations(Struct, frozen=True):
    database: SqliteDatabase

    def exists(self) -> bool:
        return self.database.path.exists()

    async def upgrade(self) -> tuple[str | None, str]:
        with translated(self.database.location):
            _make_file(self.database.path)
        return await _upgraded(self.database)

    async def schema_version(self) -> str | None:
        return await self.database.read_any(statements.schema_version)

    async def status(self) -> DatabaseStatus:
        return await _status(self.database, "SQLite", sqlite3.sqlite_version, wal_guard=self.database.guard.needed)

    async def check(self) -> list[Reason]:
        return await self.database.read(check_sqlite)

    async def backup(self, target: Path) -> None:
        await self.database.read_any(copy_out, target)

    async def require_restorable(self, source: Path) -> None:
        require_sound(source)

    async def restore(self, source: Path, entry: AuditEntry, *, keep_tokens: bool = False) -> Revived:
        require_sound(source)
        if not self.exists():
            await self.upgrade()
        return await self.database.write_alone(copy_in, source, entry, keep_tokens)


class PostgresOperations(Struct, frozen=True):
    database: _Database

    def exists(self) -> bool:
        return True

    async def upgrade(self) -> tuple[str | None, str]:
        return await _upgraded(self.database)

    async def schema_version(self) -> str | None:
        return await self.database.read_any(statements.schema_version)

    async def status(self) -> DatabaseStatus:
        library = await self.database.read(lambda connection: str(connection.exec_driver_sql("SHOW server_version").scalar_one()))
        return await _status(self.database, "PostgreSQL", library, wal_guard=None)

    async def check(self) -> list[Reason]:
        return await self.database.read(check_ours)

    async def backup(self, target: Path) -> None:
        raise InvalidValue("postgresql-backup")

    async def require_restorable(self, source: Path) -> None:
        raise InvalidValue("postgresql-restore")

    async def restore(self, source: Path, entry: AuditEntry, *, keep_tokens: bool = False) -> Revived:
        raise InvalidValue("postgresql-restore")


def _make_file(file: Path) -> None:
    if file.exists():
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        # FileExistsError would read as if the database existed.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(file.parent)) from None
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _counted(connection: Connection) -> tuple[Generation, dict[str, int]]:
    counts = {}
    for name in COUNTED:
        counted = select(func.count()).select_from(metadata.tables[name])
        counts[name] = connection.execute(counted.where(HOLDS[name]) if name in HOLDS else counted).scalar_one()
    return statements.generation(connection), counts
