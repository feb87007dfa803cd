"""kill -9 before the n-th statement, n = 1, 2, …: a change is there as a whole or not at all, on both databases."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.services.import_plan import ImportOptions
from tests.adapters.persistence.test_migrations import first_version_in_use
from tests.faults import test_killed_rotation as rotation
from tests.support.preloaded import module
from tests.support.servers import fresh_database
from tests.support.statement_kills import PROVIDERS
from tests.support.stores import database, upgraded
from tests.support.writing_programs import CHAT, declared, registration_in

__all__ = ["database"]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
FEW = 5
"""Statements that are tried in the short form; nightly goes on to the end of the story."""

MOST = 2_000


@contextmanager
def killer(*words: str) -> Iterator[Callable[..., str]]:
    """`kill(n)` runs the story and kills it before its n-th statement; with a URL, at that database."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = module("tests.support.statement_kills", *words, text=True, **pipes)
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def kill(number: int, url: str = "") -> str:
        stdin.write(f"{url} {number}\n")
        stdin.flush()
        return stdout.readline().strip()

    try:
        yield kill
    finally:
        _, said = process.communicate()
    assert said == ""


def at(url: str, story: Callable[[SqlStore], Awaitable[T]]) -> T:
    async def told() -> T:
        store = SqlStore(url)
        try:
            return await story(store)
        finally:
            await store.close()

    return asyncio.run(told())


def numbers(few: int | None) -> Iterator[int]:
    return iter(range(1, (few or MOST) + 1))


def reported(what: str, database: str, killed: int, after: int) -> None:
    kind = database.partition(":")[0]
    print(json.dumps({"name": f"kill -9 before the n-th statement: {what}, {kind}", "statements": killed, "after": after, "between": 0}))


async def audited(store: SqlStore) -> int:
    return (await store.operations.status()).rows["audit_trail"]


async def looked(store: SqlStore) -> tuple[set[str], str | None, int]:
    """The revisions of the providers, the active model, and the version of its slot; a database that is not sound fails."""
    assert await store.operations.check() == []
    snapshot = await store.current()
    slot = snapshot.slot(CHAT)
    return {provider.display_name.rpartition(" ")[2] for provider in snapshot.providers.values()}, slot.active, slot.version


def killed_imports(url: str, few: int | None) -> None:
    after = killed = 0
    standing = (*at(url, looked), at(url, audited))
    with killer("import", url) as kill:
        for number in numbers(few):
            outcome = kill(number)
            found = (*at(url, looked), at(url, audited))
            changed = ({f"r{number}"}, *standing[1:3], standing[3] + PROVIDERS)
            assert found == changed if outcome == "done" else found in (standing, changed), f"statement {number}: {outcome}"
            standing, killed, after = found, killed + (outcome == "killed"), after + (found == changed)
            if outcome == "done":
                break
            assert outcome == "killed"
    assert killed > 0
    reported("import", url, killed, after)


def killed_selections(url: str, few: int | None) -> None:
    at(url, lambda store: registration_in(store).register(declared(1, 0), ImportOptions(), CLI_ACTOR))
    after = killed = 0
    standing = (*at(url, looked), at(url, audited))
    with killer("select", url) as kill:
        for number in numbers(few):
            outcome = kill(number)
            found = (*at(url, looked), at(url, audited))
            changed = (standing[0], f"m{number}", standing[2] + 1, standing[3] + 1)
            assert found == changed if outcome == "done" else found in (standing, changed), f"statement {number}: {outcome}"
            standing, killed, after = found, killed + (outcome == "killed"), after + (found == changed)
            if outcome == "done":
                break
            assert outcome == "killed"
    assert killed > 0
    reported("select", url, killed, after)


def killed_rotations(url: str, home: Path, few: int | None) -> None:
    """A rotation goes key by key: between is allowed, a key that cannot be opened is not; and the next one comes to its end."""
    asyncio.run(rotation.fill(url, home))
    killed = between = 0
    with killer("rotate", url, str(home)) as kill:
        for number in numbers(few):
            outcome = kill(number)
            wrong, older = asyncio.run(rotation.look(url, home))
            assert wrong == 0, f"statement {number}"
            between += 0 < older < 2 * rotation.PROVIDERS
            if outcome == "done":
                break
            assert outcome == "killed"
            killed += 1
        assert kill(MOST) == "done"
    assert asyncio.run(rotation.look(url, home)) == (0, 0)
    assert killed > 0
    reported("rotation, key by key", url, killed, between)


def killed_restores(url: str, copy: Path, few: int | None) -> None:
    at(url, lambda store: registration_in(store).register(declared(1, 0), ImportOptions(), CLI_ACTOR))
    at(url, lambda store: store.operations.backup(copy))
    kept = at(url, looked)
    killed = after = 0
    with killer("restore", url, str(copy)) as kill, killer("select", url) as select:
        for number in numbers(few):
            assert select(MOST) == "done"
            standing = at(url, looked)
            assert standing != kept
            outcome = kill(number)
            found = at(url, looked)
            assert found == kept if outcome == "done" else found in (standing, kept), f"statement {number}: {outcome}"
            killed, after = killed + (outcome == "killed"), after + (found == kept)
            if outcome == "done":
                break
            assert outcome == "killed"
    assert killed > 0
    reported("restore", url, killed, after)


def killed_upgrades(old: Callable[[], Iterator[str]], few: int | None) -> None:
    killed = after = 0
    name = ""
    with killer("upgrade", "none") as kill:
        # In the short form every tenth statement: they are those of all migrations.
        for number in numbers(few and 10 * few):
            if few and number % 10:
                continue
            with contextmanager(old)() as url:
                outcome, name = kill(number, url), url
                found = at(url, lambda store: store.operations.schema_version())
                assert found in ("0001", tables.SCHEMA_VERSION), f"statement {number}"
                after += found == tables.SCHEMA_VERSION
                at(url, lambda store: store.operations.upgrade())
                assert at(url, lambda store: store.operations.check()) == []
                assert set(at(url, lambda store: store.current()).providers) == {"openai", "cohere"}
            if outcome == "done":
                break
            assert outcome == "killed"
            killed += 1
    assert killed > 0
    reported("migrations from the first schema", name, killed, after)


def old_sqlite(folder: Path) -> Callable[[], Iterator[str]]:
    template, number = folder / "old.db", iter(range(MOST))
    template.touch()
    at(f"sqlite:///{template}", lambda store: store.database.change_schema(first_version_in_use))  # type: ignore[attr-defined] # both have it

    def made() -> Iterator[str]:
        file = folder / f"old-{next(number)}.db"
        shutil.copy(template, file)
        yield f"sqlite:///{file}"
        for path in folder.glob(f"{file.name}*"):
            path.unlink()

    return made


def old_postgresql(server: str, template: str) -> Callable[[], Iterator[str]]:
    at(template, lambda store: store.database.change_schema(first_version_in_use))  # type: ignore[attr-defined] # both have it

    def made() -> Iterator[str]:
        with fresh_database(server, template=template) as url:
            yield url

    return made


@pytest.fixture(params=[pytest.param(FEW, id="few"), pytest.param(None, id="all", marks=pytest.mark.nightly)])
def few(request: pytest.FixtureRequest) -> int | None:
    return int(request.param) if request.param else None


def test_an_import(database: str, few: int | None) -> None:
    """Providers, audit entries and the generation, or nothing of them."""
    killed_imports(database, few)


def test_a_selection(database: str, few: int | None) -> None:
    """The active model with its history and its audit entry."""
    killed_selections(database, few)


def test_a_rotation(database: str, tmp_path: Path, few: int | None) -> None:
    """No key is lost."""
    killed_rotations(database, tmp_path / "home", few)


def test_a_restore(tmp_path: Path, few: int | None) -> None:
    """The whole backup, or the whole of what was there."""
    killed_restores(upgraded(tmp_path / "desk.db"), tmp_path / "copy.db", few)


def test_the_migrations_of_sqlite(tmp_path: Path, few: int | None) -> None:
    """The first schema or the current one."""
    killed_upgrades(old_sqlite(tmp_path), few)


def test_the_migrations_of_postgresql(postgres_server: str, postgres_database: str, few: int | None) -> None:
    """The first schema or the current one."""
    killed_upgrades(old_postgresql(postgres_server, postgres_database), few)
