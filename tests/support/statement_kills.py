"""Programs that are killed before their n-th statement: `python -m tests.support.statement_kills WHAT URL …`, then a line `n` for each.

Everything is imported once. Each line forks a child, which runs the story and dies by SIGKILL before its n-th statement; a commit counts as one.
It is answered `killed`, or `done` where the story has fewer statements.
"""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Engine, event

from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.adapters.secrets.master_key import master_key
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.audit import Action, AuditEntry
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.master_key_rotation import MasterKeyRotation
from modeldesk.domain.services.selection import ModelSelection
from tests.support.writing_programs import CHAT, NoMetadata, declared, now, registration_in

PROVIDERS = 3


class Countdown:
    """Kills this process at the n-th call."""

    def __init__(self, number: int) -> None:
        self._left = number

    def __call__(self, *_: Any, **__: Any) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def armed(url: str, number: int) -> None:
    """Counts what the drivers are given: SQLite's tells every statement by itself, before it runs. PostgreSQL's is also called without SQLAlchemy."""
    countdown = Countdown(number)
    if not url.startswith("sqlite"):
        event.listen(Engine, "before_cursor_execute", countdown)
        event.listen(Engine, "commit", countdown)
        for name in ("execute", "executemany", "fetch", "fetchrow"):
            _count_calls(name, countdown)
        return
    connect = sqlite3.connect

    def connected(*given: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*given, **named)
        connection.set_trace_callback(countdown)
        return connection

    sqlite3.connect = connected  # type: ignore[assignment] # in a child that lives for one story


def _count_calls(name: str, countdown: Countdown) -> None:
    called = getattr(asyncpg.Connection, name)

    def counted(*given: Any, **named: Any) -> Any:
        countdown()
        return called(*given, **named)

    setattr(asyncpg.Connection, name, counted)


async def imports(store: SqlStore, number: int) -> None:
    await registration_in(store).register(declared(PROVIDERS, number), ImportOptions(force=True), CLI_ACTOR)


async def selects(store: SqlStore, number: int) -> None:
    metadata: Any = NoMetadata()
    catalogues = CatalogueCache(metadata, None, AsyncioCoalescing())  # type: ignore[arg-type] # there are no live lists here
    selection = ModelSelection(store.unit_of_work, store, catalogues, metadata, now)
    await selection.select(SelectModel(CHAT, ModelId(f"m{number}")), Actor("ann", Role.NORMAL))


async def rotates(store: SqlStore, number: int) -> None:
    vault = KeyVault(master_key("", None, Path(sys.argv[3])))
    await MasterKeyRotation(unit_of_work=store.unit_of_work, vault=vault, classes=shipped_classes(), clock=now).rotate()


async def restores(store: SqlStore, number: int) -> None:
    await store.operations.restore(Path(sys.argv[3]), AuditEntry(now(), "cli", "", None, Action.DATABASE_RESTORED, f"restore {number}"))


async def upgrades(store: SqlStore, number: int) -> None:
    await store.operations.upgrade()


STORIES: dict[str, Callable[[SqlStore, int], Awaitable[None]]] = {
    "import": imports,
    "select": selects,
    "rotate": rotates,
    "restore": restores,
    "upgrade": upgrades,
}


def outcome_of(story: Callable[[SqlStore, int], Awaitable[None]], url: str, number: int) -> str:
    if (child := os.fork()) == 0:
        code = 1
        try:
            armed(url, number)
            asyncio.run(told(story, url, number))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "done" if os.WEXITSTATUS(status) == 0 else "failed"


async def told(story: Callable[[SqlStore, int], Awaitable[None]], url: str, number: int) -> None:
    store = SqlStore(url)
    await story(store, number)
    await store.close()


def main() -> None:
    story = STORIES[sys.argv[1]]
    for line in sys.stdin:
        url, _, number = line.strip().rpartition(" ")
        print(outcome_of(story, url or sys.argv[2], int(number)), flush=True)


if __name__ == "__main__":
    main()
