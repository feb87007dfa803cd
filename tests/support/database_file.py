"""Stores over a database file, from a test that is not asynchronous."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, audit_entry
from tests.support.stores import NOON, admin, api_token, choice, provider, session

T = TypeVar("T")


RESTORED = audit_entry(CLI_ACTOR, NOON, Action.DATABASE_RESTORED, "", after={"file": "copy.db"})


def at(url: str, story: Callable[[SqlStore], Awaitable[T]], **fields: object) -> T:
    async def reported() -> T:
        store = SqlStore(url, **fields)  # type: ignore[arg-type] # of a test's choice
        try:
            return await story(store)
        finally:
            await store.close()

    return asyncio.run(reported())


async def put(store: SqlStore, *slugs: str) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in slugs])
        await work.commit()


async def in_use(store: SqlStore) -> None:
    """A little of everything."""
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai"), provider("cohere")])
        await work.choices.record(choice("gpt-4o", 1))
        await work.choices.record(choice("gpt-5", 2))
        await work.accounts.put(admin())
        await work.sessions.begin(session("a digest"))
        await work.tokens.add(api_token("another digest"))
        await work.commit()


def by_hand(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
