"""A file that is damaged anywhere is said to be so, or is still of use: no bytes of it make anything unexpected."""

import json
import random
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import InvalidBackup, ModeldeskError, StorageUnavailable
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import AuditQuery
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.counts import count
from tests.support.database_file import RESTORED, at, by_hand, in_use
from tests.support.stores import CHAT, choice, list_state, stored_key, upgraded
from tests.support.writing_programs import declared, registration_in

Story = Callable[[SqlStore], Awaitable[object]]
FILES = count(40, 1_000)


async def selects(store: SqlStore) -> None:
    """Short work, which begins on the event loop."""
    async with store.unit_of_work() as work:
        version = (await work.choices.head(CHAT)).version
        await work.choices.record(choice("later", version + 1))
        await work.commit()


async def imports(store: SqlStore) -> None:
    await registration_in(store).register(declared(20, 1), ImportOptions(force=True), CLI_ACTOR)


STORIES: tuple[Story, ...] = (lambda store: store.current(), selects, imports, lambda store: store.operations.check())


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database in use, as a file."""
    file = tmp_path_factory.mktemp("sound") / "desk.db"
    url = upgraded(file)
    at(url, in_use)
    at(url, lambda store: registration_in(store).register(declared(20, 0), ImportOptions(), CLI_ACTOR))
    return file.read_bytes()


def damaged(sound: bytes) -> Iterator[bytes]:
    """A few bytes, or many, at places that are drawn."""
    draw = random.Random(17)
    for _ in range(FILES):
        content = bytearray(sound)
        for _ in range(draw.choice((1, 3, 20, 200))):
            place = draw.randrange(len(content) - 64)
            length = draw.choice((1, 8, 64))
            content[place : place + length] = draw.randbytes(length)
        yield bytes(content)


def tried(file: Path, stories: tuple[Story, ...]) -> list[str]:
    """What came of each: the code of a refusal, or nothing. Whatever else is raised fails the test."""

    async def told(store: SqlStore) -> list[str]:
        found = list[str]()
        for story in stories:
            try:
                await story(store)
                found.append("")
            except ModeldeskError as error:
                found.append(error.code)
        return found

    return at(f"sqlite:///{file}", told)


def test_whatever_bytes_are_damaged(tmp_path: Path, sound: bytes) -> None:
    """Reading, writing in both ways, and checking: each works or is refused with a code."""
    outcomes = list[str]()
    for number, content in enumerate(damaged(sound)):
        file = tmp_path / f"{number}.db"
        file.write_bytes(content)
        outcomes += tried(file, STORIES)
        file.unlink()
    refused = [outcome for outcome in outcomes if outcome]
    assert 0 < len(refused) < len(outcomes)
    assert set(refused) <= {"storage-unavailable", "schema-mismatch"}
    print(json.dumps({"name": "damaged files", "cases": len(outcomes), "refused": len(refused), "violations": 0}))


def test_a_damaged_schema_is_named_though_it_is_no_text(tmp_path: Path, sound: bytes) -> None:
    """SQLite quotes it in its message, which the driver cannot decode; a server that has the file open says so, too."""
    file = tmp_path / "desk.db"
    file.write_bytes(sound)
    broken = sound.replace(b"CREATE TABLE providers", b"CREATE \xa0\xa0\xa0\xa0\xa0 \xa0roviders")
    assert broken != sound

    async def damaged_meanwhile(store: SqlStore) -> None:
        await selects(store)
        await store.current()
        with suppress(sqlite3.Error), sqlite3.connect(file) as other:
            other.execute("PRAGMA writable_schema = ON")
            other.execute("UPDATE sqlite_master SET sql = CAST(X'435245415445A0A0' AS TEXT) WHERE name = 'providers'")
            other.execute("PRAGMA schema_version = 1000")
        other.close()
        for story in (*STORIES, selects):
            with pytest.raises(StorageUnavailable, match="database-damaged"):
                await story(store)
        assert await store.database.generation() is None  # the thread says what is wrong

    at(f"sqlite:///{file}", damaged_meanwhile)
    file.write_bytes(broken)
    assert tried(file, STORIES) == ["storage-unavailable"] * len(STORIES)


CELLS = (
    "UPDATE admins SET role = 'odd'",
    "UPDATE admins SET created_at = 'noon'",
    "UPDATE sessions SET expires_at = 'soon'",
    "UPDATE api_tokens SET scopes = 'all'",
    "UPDATE stored_models SET selected_at = CAST(X'FF' AS TEXT)",
    "UPDATE providers SET config = '{'",
    "UPDATE providers SET capabilities = CAST(X'22FF22' AS TEXT)",
    "UPDATE admins SET name = CAST(name AS BLOB)",
    "UPDATE admins SET created_at = X'FF00'",
    "UPDATE api_tokens SET hint = CAST(hint AS BLOB)",
    "UPDATE sessions SET admin = CAST(admin AS BLOB)",
    "UPDATE stored_models SET selected_at = CAST(selected_at AS BLOB)",
    "UPDATE stored_models SET model_name = CAST(model_name AS BLOB)",
    "UPDATE providers SET slug = CAST(slug AS BLOB) WHERE slug = 'openai'",
    "UPDATE providers SET display_name = CAST(display_name AS BLOB)",
    "UPDATE generations SET choices = 'x'",
)


@pytest.mark.parametrize("harm", CELLS)
def test_a_row_that_cannot_be_read_is_said_and_not_restored(tmp_path: Path, sound: bytes, harm: str) -> None:
    """SQLite finds nothing wrong with it. What it holds is not quoted: it may be anything."""
    harmed, url = tmp_path / "harmed.db", upgraded(tmp_path / "desk.db")
    harmed.write_bytes(sound)
    by_hand(harmed, "PRAGMA ignore_check_constraints = ON", harm)
    with pytest.raises(StorageUnavailable) as caught:
        at(f"sqlite:///{harmed}", lambda store: store.current())
    assert "with text" not in str(caught.value)
    at(url, in_use)
    before = at(url, lambda store: store.current())
    with pytest.raises(InvalidBackup):
        at(url, lambda store: store.operations.require_restorable(harmed))
    with pytest.raises(InvalidBackup):
        at(url, lambda store: store.operations.restore(harmed, RESTORED))
    assert at(url, lambda store: store.current()) == before


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE vendor_lists SET count = 'x'",
        "UPDATE vendor_lists SET shrunk_digest = 'x', shrunk_count = NULL",
        "UPDATE provider_keys SET sealed = 1",
        "UPDATE provider_keys SET hint = CAST(hint AS BLOB)",
        "UPDATE generations SET catalogue = '{}'",
    ],
)
def test_a_value_of_another_kind_than_its_column_is_said(tmp_path: Path, harm: str) -> None:
    """By a start, and by a server that has read the row before."""
    file = tmp_path / "desk.db"
    url = upgraded(file)

    async def reads_before_and_after(store: SqlStore) -> None:
        await in_use(store)
        async with store.unit_of_work() as work:
            await work.lists.put(list_state(revision=0, count=0))
            await work.keys.put(stored_key())
            await work.commit()
        await store.current()
        by_hand(file, harm, "UPDATE generations SET catalogue = catalogue + 1 WHERE typeof(catalogue) = 'integer'")
        with pytest.raises(StorageUnavailable, match="stored-row-unreadable"):
            await store.current()

    at(url, reads_before_and_after)
    with pytest.raises(StorageUnavailable, match="stored-row-unreadable"):
        at(url, lambda store: store.current())


def test_a_line_of_the_audit_log_that_cannot_be_read_is_said(tmp_path: Path, sound: bytes) -> None:
    """The rest of the desk works."""
    file = tmp_path / "desk.db"
    file.write_bytes(sound)
    for harm in ("{", "[1]"):
        by_hand(file, f"UPDATE audit_trail SET after = '{harm}'")
        at(f"sqlite:///{file}", lambda store: store.current())
        with pytest.raises(StorageUnavailable, match="stored-row-unreadable"):
            at(f"sqlite:///{file}", lambda store: store.audit_entries(AuditQuery()))


def test_a_damaged_backup_changes_nothing(tmp_path: Path, sound: bytes) -> None:
    """It is refused, or it is sound enough to be restored as a whole."""
    url = upgraded(tmp_path / "desk.db")
    at(url, in_use)
    before, refused, source = at(url, lambda store: store.current()), 0, tmp_path / "backup.db"
    for content in damaged(sound):
        source.write_bytes(content)
        try:
            at(url, lambda store: store.operations.restore(source, RESTORED))
        except ModeldeskError:
            refused += 1
        else:
            before = at(url, lambda store: store.current())
        assert at(url, lambda store: store.current()) == before
        assert at(url, lambda store: store.operations.check()) == []
    assert refused > 0
