"""What operators do with a database: bring its schema up to date, look at it, check it, copy it and put a copy back."""

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import frozen
from sqlalchemy import Connection, func, select

from modeldesk.adapters.persistence import statements, tables
from modeldesk.adapters.persistence.failures import translated
from modeldesk.adapters.persistence.schema import must_fit
from modeldesk.adapters.persistence.sqlite import SqliteDatabase, bare_connection
from modeldesk.domain.errors import RuleBroken, StorageUnavailable
from modeldesk.domain.snapshot import Generation

if TYPE_CHECKING:  # its driver is not wanted for SQLite
    from modeldesk.adapters.persistence.postgresql import PostgresDatabase

COUNTED = ("providers", "stored_models", "active_models", "slot_history", "admins", "sessions")


@frozen
class DatabaseStatus:
    """How a database stands. `place` holds no password; `wal_guard` is None for PostgreSQL."""

    engine: str
    place: str
    library: str
    schema: str
    schema_wanted: str
    wal_guard: bool | None
    generation: Generation
    rows: dict[str, int]


class Operations(Protocol):
    """The same for both databases, as far as both can."""

    def exists(self) -> bool:
        """Whether there is something to open; a server is always taken to be there."""
        ...

    async def upgrade(self) -> tuple[str | None, str]:
        """Brings the schema up to date, making the embedded database where there is none; tells from which version to which."""
        ...

    async def schema_version(self) -> str | None: ...

    async def status(self) -> DatabaseStatus: ...

    async def check(self) -> list[str]:
        """What is wrong, a sentence each; nothing, where all is well."""
        ...

    async def backup(self, target: Path) -> None:
        """Writes a consistent copy while others go on working. Raises StorageUnavailable, RuleBroken."""
        ...

    async def restore(self, source: Path) -> None:
        """Puts a copy back, whole. Raises StorageUnavailable, SchemaMismatch, RuleBroken."""
        ...


@frozen
class SqliteOperations:
    database: SqliteDatabase

    def exists(self) -> bool:
        return self.database.file.exists()

    async def upgrade(self) -> tuple[str | None, str]:
        with translated(self.database.place):
            _make_file(self.database.file)
        before = await self.schema_version()
        if before != tables.SCHEMA_VERSION:
            await self.database.change_schema(_migrate)
        return before, tables.SCHEMA_VERSION

    async def schema_version(self) -> str | None:
        return await self.database.read_any(statements.schema_version)

    async def status(self) -> DatabaseStatus:
        generation, rows = await self.database.read(_counted)
        return DatabaseStatus(
            engine="SQLite",
            place=self.database.place,
            library=sqlite3.sqlite_version,
            schema=tables.SCHEMA_VERSION,
            schema_wanted=tables.SCHEMA_VERSION,
            wal_guard=self.database.guard.needed,
            generation=generation,
            rows=rows,
        )

    async def check(self) -> list[str]:
        return await self.database.read(_check_sqlite)

    async def backup(self, target: Path) -> None:
        await self.database.read(_copy_out, target)

    async def restore(self, source: Path) -> None:
        _must_be_sound(source)
        if not self.exists():
            await self.upgrade()
        await self.database.write_alone(_copy_in, source)


@frozen
class PostgresOperations:
    database: "PostgresDatabase"

    def exists(self) -> bool:
        return True

    async def upgrade(self) -> tuple[str | None, str]:
        before = await self.schema_version()
        if before != tables.SCHEMA_VERSION:
            await self.database.change_schema(_migrate)
        return before, tables.SCHEMA_VERSION

    async def schema_version(self) -> str | None:
        return await self.database.read_any(statements.schema_version)

    async def status(self) -> DatabaseStatus:
        generation, rows = await self.database.read(_counted)
        return DatabaseStatus(
            engine="PostgreSQL",
            place=self.database.place,
            library=await self.database.read(lambda connection: str(connection.exec_driver_sql("SHOW server_version").scalar_one())),
            schema=tables.SCHEMA_VERSION,
            schema_wanted=tables.SCHEMA_VERSION,
            wal_guard=None,
            generation=generation,
            rows=rows,
        )

    async def check(self) -> list[str]:
        return await self.database.read(_check_ours)

    async def backup(self, target: Path) -> None:
        raise RuleBroken("a PostgreSQL database is backed up by its own tools: pg_dump")

    async def restore(self, source: Path) -> None:
        raise RuleBroken("a PostgreSQL database is restored by its own tools: pg_restore")


def _make_file(file: Path) -> None:
    if file.exists():
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _migrate(connection: Connection) -> None:
    must_not_be_newer(statements.schema_version(connection))
    from alembic import command  # noqa: PLC0415 - takes a while to import, and a database is seldom migrated
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def must_not_be_newer(found: str | None) -> None:
    """Raises SchemaMismatch for a database of a later version; older ones can be migrated."""
    if found is not None and found > tables.SCHEMA_VERSION:
        must_fit(found)


def _counted(connection: Connection) -> tuple[Generation, dict[str, int]]:
    rows = {name: connection.execute(select(func.count()).select_from(tables.metadata.tables[name])).scalar_one() for name in COUNTED}
    return statements.generation(connection), rows


def _check_sqlite(connection: Connection) -> list[str]:
    integrity = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    found = [] if integrity == ["ok"] else [f"integrity: {line}" for line in integrity]
    found += [f"a row of {row[0]} points at a row of {row[2]} that is not there" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    return found + _check_ours(connection)


def _check_ours(connection: Connection) -> list[str]:
    """What the keys cannot say: versions and history agree, and every row can be read back as a value."""
    found = []
    for state in statements.slot_states(connection):
        steps = statements.history(connection, state.slot)
        name = f"{state.slot.provider} {state.slot.capability}"
        if [step.version for step in steps] != list(range(1, state.version + 1)):
            found.append(f"{name}: the history does not count up to the slot's version {state.version}")
        elif steps and (steps[-1].model.model_id if steps[-1].model else None) != state.active:
            found.append(f"{name}: the last step of the history is not what is active")
    statements.providers(connection)
    return found


def _copy_out(connection: Connection, target: Path) -> None:
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


def _must_be_sound(source: Path) -> None:
    if not source.is_file():
        raise StorageUnavailable(f"{source}: there is no such file")
    with translated(str(source)):
        copy = _opened(source)
        try:
            integrity = [row[0] for row in copy.execute("PRAGMA integrity_check")]
            named = copy.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            version = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0] if named else None
        finally:
            copy.close()
    if integrity != ["ok"]:
        raise StorageUnavailable(f"{source}: the copy is damaged: {integrity[0]}")
    must_fit(version)


def _copy_in(driver: sqlite3.Connection, source: Path) -> None:
    before = driver.execute("SELECT catalogue, choices, access FROM generations").fetchone()
    copy = _opened(source)
    try:
        copy.backup(driver)
    finally:
        copy.close()
    # Above both the numbers that were here and those of the copy: no answer that somebody kept may pass for a present one.
    raised = ", ".join(f"{part} = max({part}, {number}) + 1" for part, number in zip(("catalogue", "choices", "access"), before, strict=True))
    driver.execute(f"UPDATE generations SET {raised}")  # noqa: S608 - numbers of our own


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
