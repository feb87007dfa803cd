"""A database that cannot be used is said to be so, clearly, and nothing is made or changed in its place."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import ModeldeskError, Reason, SchemaMismatch, StorageBusy, StorageUnavailable
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.writing_programs import declared, registration_in


async def reading(store: SqlStore) -> object:
    return await store.current()


async def writing(store: SqlStore) -> object:
    return await registration_in(store).register(declared(1_500, 9), ImportOptions(force=True), CLI_ACTOR)


DANGLING = (
    "INSERT INTO stored_models (provider, capability, model_id, model_name, selected_at, selected_by)"
    " VALUES ('nobody', 'chat', 'a', 'A', '2026-01-01', 'sara')"
)
BOTH = pytest.mark.parametrize("story", [reading, writing])
Story = Callable[[SqlStore], Awaitable[object]]


async def refusal(url: str, story: Story) -> ModeldeskError:
    store = SqlStore(url)
    try:
        with pytest.raises(ModeldeskError) as caught:
            await story(store)
    finally:
        await store.close()
    return caught.value


@BOTH
async def test_a_missing_database_is_not_made(tmp_path: Path, story: Story) -> None:
    """Neither the file nor its folder."""
    error = await refusal(f"sqlite:///{tmp_path / 'home' / 'desk.db'}", story)
    assert isinstance(error, StorageUnavailable)
    assert "desk.db" in str(error)
    assert list(tmp_path.iterdir()) == []


@BOTH
@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be read as one" * 40, b"SQLite format 3\0" + b"\xff" * 4000]
)
async def test_a_file_of_something_else(tmp_path: Path, story: Story, content: bytes) -> None:
    """It stays what it was."""
    file = tmp_path / "desk.db"
    file.write_bytes(content)
    assert isinstance(await refusal(f"sqlite:///{file}", story), StorageUnavailable)
    assert file.read_bytes() == content


@BOTH
async def test_a_directory_in_its_place(tmp_path: Path, story: Story) -> None:
    """A clear line, no traceback of a driver's."""
    (tmp_path / "desk.db").mkdir()
    assert isinstance(await refusal(f"sqlite:///{tmp_path / 'desk.db'}", story), StorageUnavailable)


@BOTH
async def test_an_empty_file_has_no_schema(tmp_path: Path, story: Story) -> None:
    """It could be anybody's: the reason is one of its own."""
    (tmp_path / "desk.db").touch()
    error = await refusal(f"sqlite:///{tmp_path / 'desk.db'}", story)
    assert isinstance(error, SchemaMismatch)
    assert error.facts["reason"] == Reason("schema-none", wanted=tables.SCHEMA_VERSION)


@BOTH
@pytest.mark.parametrize(("version", "newer"), [("0000", False), ("9999", True)])
async def test_another_schema(database: str, story: Story, version: str, newer: bool) -> None:
    """Older or newer than the code: refused, and by name."""
    file = database.removeprefix("sqlite:///")
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.commit()
    connection.close()
    error = await refusal(database, story)
    assert isinstance(error, SchemaMismatch)
    assert (error.found, error.newer) == (version, newer)


async def test_a_newer_schema_is_not_migrated(database: str) -> None:
    """`db upgrade` of an older program leaves a newer database alone."""
    connection = sqlite3.connect(database.removeprefix("sqlite:///"))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert isinstance(await refusal(database, lambda desk: desk.operations.upgrade()), SchemaMismatch)


async def test_a_full_disk_changes_nothing(database: str) -> None:
    """The import that did not fit is not there, and the next one that fits is."""
    store = SqlStore(database)
    before = await store.current()
    async with store.unit_of_work() as work:
        await work.transaction.run(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 60"))
    with pytest.raises(StorageUnavailable, match="full"):
        await writing(store)
    assert await store.current() == before
    await registration_in(store).register(declared(2, 1), ImportOptions(), CLI_ACTOR)
    assert len((await store.current()).providers) == 2
    assert await store.operations.check() == []
    await store.close()


async def test_a_database_that_was_taken_away_under_us(database: str) -> None:
    """A process that has it open does not go on answering from it, acknowledges no write into nothing, and makes no new database."""
    file = Path(database.removeprefix("sqlite:///"))

    async def story() -> None:
        store = SqlStore(database)
        await store.current()
        await writing(store)
        for path in file.parent.iterdir():
            path.unlink()
        for story in (reading, writing):
            with pytest.raises(StorageUnavailable):
                await story(store)
        await store.close()

    await story()
    assert not file.exists()


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
async def test_a_truncated_file(database: str, share: float) -> None:
    """Cut off at its beginning, in the middle, or near its end: said by whoever comes to the missing part, and left as it is."""
    file = Path(database.removeprefix("sqlite:///"))

    async def fill(store: SqlStore) -> None:
        await writing(store)
        await store.close()

    await fill(SqlStore(database))
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    before = file.read_bytes()
    for story in (reading, writing):
        assert isinstance(await refusal(database, story), StorageUnavailable)
    assert file.read_bytes() == before


async def test_a_file_that_was_replaced_under_us(database: str) -> None:
    """What is open belongs to the file that was: neither is it written into, nor its log mixed with the new file's."""
    file = Path(database.removeprefix("sqlite:///"))
    copy = file.with_name("copy.db")

    store = SqlStore(database)
    await writing(store)
    await store.operations.backup(copy)
    copy.replace(file)
    before = file.read_bytes()
    for call in (store.current, lambda: writing(store), store.operations.check):
        with pytest.raises(StorageUnavailable, match="replaced"):
            await call()
    assert file.read_bytes() == before
    await store.close()


async def test_a_commit_that_fails_leaves_the_database_to_others(database: str) -> None:
    """SQLite keeps such a transaction open; nobody could write any more, this process included."""
    desk, other = SqlStore(database), SqlStore(database, busy_timeout=0.05)
    async with desk.unit_of_work() as work:
        await work.transaction.run(lambda connection: connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON"))
        await work.transaction.run(lambda connection: connection.exec_driver_sql("UPDATE providers SET slug = 'elsewhere'"))
        await work.transaction.run(lambda connection: connection.exec_driver_sql(DANGLING))
        with pytest.raises(IntegrityError):
            await work.commit()
    await writing(other)
    await writing(desk)
    assert "elsewhere" not in (await desk.current()).providers
    await other.close()
    await desk.close()


async def test_a_busy_database_is_waited_for_and_then_said_to_be_busy(database: str) -> None:
    """Another program that keeps the database for itself gets its time, and not more."""
    file = database.removeprefix("sqlite:///")

    store = SqlStore(database, busy_timeout=0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy):
        await writing(store)
    assert len((await store.current()).providers) == 1
    other.execute("ROLLBACK")
    other.close()
    await writing(store)
    await store.close()


async def test_a_request_waits_for_a_busy_database_no_longer_than_it_may(database: str) -> None:
    """The minutes that a command would wait are not a request's."""
    store, other = SqlStore(database, busy_timeout=600), sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)
    await store.current()
    other.execute("BEGIN IMMEDIATE")
    with deadline(0.1):
        waiting = asyncio.create_task(writing(store))
    done, _ = await asyncio.wait([waiting], timeout=30)
    other.close()
    assert done
    with pytest.raises(StorageBusy):
        await waiting
    await store.close()


def test_the_schema_version_is_the_last_migration() -> None:
    """The number that the code compares with is the head of the migrations."""
    from alembic.script import ScriptDirectory

    folder = Path(tables.__file__).with_name("migrations")
    assert ScriptDirectory(str(folder)).get_current_head() == tables.SCHEMA_VERSION


async def test_the_migrations_make_the_tables_of_the_code(database: str) -> None:
    """Column by column and key by key: alembic finds nothing to add."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    store = SqlStore(database)
    async with store.unit_of_work() as work:
        found = await work.transaction.run(lambda connection: compare_metadata(MigrationContext.configure(connection), tables.metadata))
    await store.close()
    assert found == []
