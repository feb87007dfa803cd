"""A database that cannot be used is said to be so, clearly, and nothing is made or changed in its place."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from writers import declared, now

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.desk import SqlDesk
from modeldesk.domain.errors import ModeldeskError, SchemaMismatch, StorageBusy, StorageUnavailable
from modeldesk.domain.registration import ImportOptions, ProviderRegistration


async def reading(desk: SqlDesk) -> object:
    return await desk.current()


async def writing(desk: SqlDesk) -> object:
    return await ProviderRegistration(desk.unit_of_work, desk, now).register(declared(1_500, 9), ImportOptions(force=True), "cli")


BOTH = pytest.mark.parametrize("story", [reading, writing])
Story = Callable[[SqlDesk], Awaitable[object]]


def refusal(url: str, story: Story) -> ModeldeskError:
    async def told() -> None:
        desk = SqlDesk(url)
        try:
            await story(desk)
        finally:
            await desk.close()

    with pytest.raises(ModeldeskError) as caught:
        asyncio.run(told())
    return caught.value


@BOTH
def test_a_missing_database_is_not_made(tmp_path: Path, story: Story) -> None:
    """Neither the file nor its folder."""
    error = refusal(f"sqlite:///{tmp_path / 'home' / 'desk.db'}", story)
    assert isinstance(error, StorageUnavailable)
    assert "desk.db" in str(error)
    assert list(tmp_path.iterdir()) == []


@BOTH
@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be read as one" * 40, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_of_something_else(tmp_path: Path, story: Story, content: bytes) -> None:
    """It stays what it was."""
    file = tmp_path / "desk.db"
    file.write_bytes(content)
    assert isinstance(refusal(f"sqlite:///{file}", story), StorageUnavailable)
    assert file.read_bytes() == content


@BOTH
def test_a_directory_in_its_place(tmp_path: Path, story: Story) -> None:
    """A clear line, no traceback of a driver's."""
    (tmp_path / "desk.db").mkdir()
    assert isinstance(refusal(f"sqlite:///{tmp_path / 'desk.db'}", story), StorageUnavailable)


@BOTH
def test_an_empty_file_has_no_schema(tmp_path: Path, story: Story) -> None:
    """It could be anybody's: the line says what to run."""
    (tmp_path / "desk.db").touch()
    error = refusal(f"sqlite:///{tmp_path / 'desk.db'}", story)
    assert isinstance(error, SchemaMismatch)
    assert "modeldesk db upgrade" in str(error)


@BOTH
@pytest.mark.parametrize(("version", "newer"), [("0000", False), ("9999", True)])
def test_another_schema(database: str, story: Story, version: str, newer: bool) -> None:  # noqa: FBT001 - a column of the table
    """Older or newer than the code: refused, and by name."""
    file = database.removeprefix("sqlite:///")
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.commit()
    connection.close()
    error = refusal(database, story)
    assert isinstance(error, SchemaMismatch)
    assert (error.found, error.newer) == (version, newer)


def test_a_newer_schema_is_not_migrated(database: str) -> None:
    """`db upgrade` of an older program leaves a newer database alone."""
    connection = sqlite3.connect(database.removeprefix("sqlite:///"))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert isinstance(refusal(database, lambda desk: desk.operations.upgrade()), SchemaMismatch)


def test_a_full_disk_changes_nothing(database: str) -> None:
    """The import that did not fit is not there, and the next one that fits is."""

    async def story() -> None:
        desk = SqlDesk(database)
        before = await desk.current()
        async with desk.unit_of_work() as work:
            await work.transaction.run(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 60"))
        with pytest.raises(StorageUnavailable, match="full"):
            await writing(desk)
        assert await desk.current() == before
        await ProviderRegistration(desk.unit_of_work, desk, now).register(declared(2, 1), ImportOptions(), "cli")
        assert len((await desk.current()).providers) == 2
        assert await desk.operations.check() == []
        await desk.close()

    asyncio.run(story())


def test_a_database_that_was_taken_away_under_us(database: str) -> None:
    """A process that has a snapshot does not go on answering from it, nor makes a new database."""
    file = Path(database.removeprefix("sqlite:///"))

    async def story() -> None:
        desk = SqlDesk(database)
        await desk.current()
        for path in file.parent.iterdir():
            path.unlink()
        with pytest.raises(StorageUnavailable):
            await desk.current()
        await desk.close()

    asyncio.run(story())
    assert not file.exists()


def test_a_busy_database_is_waited_for_and_then_said_to_be_busy(database: str) -> None:
    """Another program that keeps the database for itself gets its time, and not more."""
    file = database.removeprefix("sqlite:///")

    async def story() -> None:
        from modeldesk.adapters.persistence.sqlite import SqliteDatabase

        desk = SqlDesk(database)
        desk.database = SqliteDatabase(Path(file), patience=0.05)
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            await writing(desk)
        assert len((await desk.current()).providers) == 1
        other.execute("ROLLBACK")
        other.close()
        await writing(desk)
        await desk.close()

    asyncio.run(story())


@pytest.mark.parametrize("secret", ["swordfish"])
def test_a_server_that_is_not_there_keeps_the_password_to_itself(secret: str) -> None:
    """The line names the place, and no password."""
    error = refusal(f"postgresql://desk:{secret}@127.0.0.1:1/desk", reading)
    assert isinstance(error, StorageUnavailable)
    assert secret not in str(error)
    assert "127.0.0.1" in str(error)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO active_models VALUES ('vendor-0', 'chat', 'a', 2)",
        "INSERT INTO active_models VALUES ('vendor-0', 'image', 'not stored', 1)",
        "UPDATE active_models SET model_id = 'not stored'",
        "DELETE FROM stored_models",
        "DELETE FROM providers",
        "INSERT INTO generations VALUES (2, 0, 0, 0)",
    ],
)
def test_what_the_keys_forbid(database: str, statement: str) -> None:
    """A second active model, a dangling one, a model or provider taken from under one: not even by hand."""
    connection = sqlite3.connect(database.removeprefix("sqlite:///"))
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("INSERT INTO stored_models VALUES ('vendor-0', 'chat', 'a', 'A', NULL, '2026-01-01', 'sara')")
    connection.execute("INSERT INTO active_models VALUES ('vendor-0', 'chat', 'a', 1)")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_the_schema_version_is_the_last_migration() -> None:
    """The number that the code compares with is the head of the migrations."""
    from alembic.script import ScriptDirectory

    folder = Path(tables.__file__).with_name("migrations")
    assert ScriptDirectory(str(folder)).get_current_head() == tables.SCHEMA_VERSION


def test_the_migrations_make_the_tables_of_the_code(database: str) -> None:
    """Column by column and key by key: alembic finds nothing to add."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    async def differences() -> object:
        desk = SqlDesk(database)
        async with desk.unit_of_work() as work:
            found = await work.transaction.run(lambda connection: compare_metadata(MigrationContext.configure(connection), tables.metadata))
        await desk.close()
        return found

    assert asyncio.run(differences()) == []
