"""What operators do with a database: bring its schema up to date, look at it, check it, copy it and put a copy back."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import frozen
from sqlalchemy import Connection, func, select

from modeldesk.adapters.persistence import rows, statements, tables
from modeldesk.adapters.persistence.failures import BUSY_CODES, translated
from modeldesk.adapters.persistence.schema import must_fit
from modeldesk.adapters.persistence.sqlite import SqliteDatabase, bare_connection
from modeldesk.domain.catalogue import Slot
from modeldesk.domain.errors import RuleBroken, StorageBusy, StorageUnavailable
from modeldesk.domain.snapshot import Generation

if TYPE_CHECKING:  # its driver is not wanted for SQLite
    from modeldesk.adapters.persistence.postgresql import PostgresDatabase

RESTORED_ABOVE = 1_000
"""How far a restore goes above the numbers that it finds: others may raise them by one each until the copy stands."""

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
        generation, counts = await self.database.read(_counted)
        return DatabaseStatus(
            engine="SQLite",
            place=self.database.place,
            library=sqlite3.sqlite_version,
            schema=tables.SCHEMA_VERSION,
            schema_wanted=tables.SCHEMA_VERSION,
            wal_guard=self.database.guard.needed,
            generation=generation,
            rows=counts,
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
        generation, counts = await self.database.read(_counted)
        return DatabaseStatus(
            engine="PostgreSQL",
            place=self.database.place,
            library=await self.database.read(lambda connection: str(connection.exec_driver_sql("SHOW server_version").scalar_one())),
            schema=tables.SCHEMA_VERSION,
            schema_wanted=tables.SCHEMA_VERSION,
            wal_guard=None,
            generation=generation,
            rows=counts,
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
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        # "File exists" would be said of the database, which does not.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(file.parent)) from None
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
    counts = {name: connection.execute(select(func.count()).select_from(tables.metadata.tables[name])).scalar_one() for name in COUNTED}
    return statements.generation(connection), counts


def _check_sqlite(connection: Connection) -> list[str]:
    integrity = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    found = [] if integrity == ["ok"] else [f"integrity: {line}" for line in integrity]
    found += [
        f"a row of {row[0]} points at a row of {row[2]} that is not there" for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return found + _check_ours(connection)


def _check_ours(connection: Connection) -> list[str]:
    """What the keys cannot say: every provider can be read back as a value, and each slot is where its history ends."""
    return [*_unreadable(connection), *_astray(connection)]


def _unreadable(connection: Connection) -> Iterator[str]:
    for row in connection.execute(select(tables.providers)):
        try:
            rows.provider(row)
        except StorageUnavailable as error:
            yield error.reason


def _astray(connection: Connection) -> Iterator[str]:
    steps: dict[Slot, list[tuple[int, str | None]]] = {}
    for row in connection.execute(select(tables.slot_history).order_by(tables.slot_history.c.version)):
        steps.setdefault(Slot(row.provider, row.capability), []).append((row.version, row.model_id))
    for state in statements.slot_states(connection):
        name, history = f"{state.slot.provider} {state.slot.capability}", steps.pop(state.slot, [])
        if [version for version, _ in history] != list(range(1, state.version + 1)):
            yield f"{name}: the history does not count up to the slot's version {state.version}"
        elif history and history[-1][1] != state.active:
            yield f"{name}: the last step of the history is not what is active"
    for slot in steps:
        yield f"{slot.provider} {slot.capability}: there is a history, but no slot"


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
            integrity = copy.execute("PRAGMA integrity_check").fetchone()[0]
            dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
            version = copy.execute("SELECT version_num FROM alembic_version").fetchone() if _has_table(copy, "alembic_version") else None
        finally:
            copy.close()
    if integrity != "ok" or dangling:
        raise StorageUnavailable(f"{source}: the copy is damaged: {integrity if integrity != 'ok' else f'a dangling row of {dangling[0]}'}")
    must_fit(version[0] if version else None)


def _copy_in(driver: sqlite3.Connection, source: Path) -> None:
    """In one step, so that nobody ever sees the copy with its own numbers, however this ends."""
    copy, raised = _opened(source), sqlite3.connect(":memory:")
    try:
        copy.backup(raised)
        _raise_above(raised, _numbers(driver))
        raised.backup(driver, progress=_give_up_if_busy)
    finally:
        raised.close()
        copy.close()


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
