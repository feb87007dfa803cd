"""Answers that several ask for at once: one is made, its failure is shared, and a caller that leaves stops nobody."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from litestar import Request

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import ProviderNotFound, StorageBusy
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.session import Identity, Session
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from modeldesk.entrypoints.api.conditional import ConditionalAnswers, Prepared
from tests.support.app import App
from tests.support.stores import upgraded


@pytest.fixture
def app() -> Iterator[App]:
    with App() as made:
        yield made.fill()


@define
class Asked:
    """An answer that takes until `may_end`, or as long as `reading`; and how many times somebody began to make it."""

    app: App
    failure: Exception | None = None
    reading: Callable[[], Awaitable[object]] | None = None
    begun: int = 0
    may_end: asyncio.Event = field(factory=asyncio.Event)
    answers: ConditionalAnswers = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.answers = ConditionalAnswers(self.app.container.store)

    async def build(self) -> Mapping[str, object]:
        self.begun += 1
        await (self.reading or self.may_end.wait)()
        if self.failure is not None:
            raise self.failure
        return {"made": self.begun}

    async def answer(self, name: str = "sara", query: bytes = b"") -> Prepared:
        now = self.app.clock.now
        session = Session("digest", SingleLineText(name), "", now, now)
        caller = Identity(Admin(SingleLineText(name), Role.SUPER, "", True, now), session)
        scope: Any = {"type": "http", "path": "/x", "query_string": query, "headers": [], "user": caller}
        return await self.answers.answer(Request(scope), self.build)


async def begun(asked: Asked, count: int, *others: tuple[str, bytes]) -> list[asyncio.Task[Prepared]]:
    """So many callers of one answer, and others, all of which wait by now."""
    tasks = [asyncio.create_task(asked.answer(*given)) for given in [("sara", b"")] * count + list(others)]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks


def test_equal_answers_are_made_once(app: App) -> None:
    """Those of another admin and of another query are their own."""

    async def story() -> None:
        asked = Asked(app)
        tasks = await begun(asked, 5, ("nima", b""), ("sara", b"limit=5"))
        assert asked.begun == 3
        asked.may_end.set()
        bodies = [answer.body for answer in await asyncio.gather(*tasks)]
        assert len(set(bodies[:5])) == 1
        await asked.answer()
        assert asked.begun == 3, "and the answer is kept"

    app.run(story())


def test_a_failure_is_shared_and_not_kept(app: App) -> None:
    """Whoever comes later tries again."""

    async def story() -> None:
        asked = Asked(app, failure=ProviderNotFound(Slug("acme")))
        tasks = await begun(asked, 3)
        asked.may_end.set()
        assert [type(answer) for answer in await asyncio.gather(*tasks, return_exceptions=True)] == [ProviderNotFound] * 3
        assert asked.begun == 1
        asked.failure = None
        assert (await asked.answer()).status == 200

    app.run(story())


def test_whoever_leaves_takes_nobody_along(app: App) -> None:
    """Neither the one that makes the answer, whose place the next one takes, nor one that waits."""

    async def story() -> None:
        asked = Asked(app)
        maker, waiter, *others = await begun(asked, 4)
        maker.cancel()
        waiter.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        assert asked.begun == 2
        asked.may_end.set()
        assert [answer.status for answer in await asyncio.gather(*others)] == [200, 200]
        assert maker.cancelled()
        assert waiter.cancelled()

    app.run(story())


def test_whoever_runs_out_of_its_deadline_is_refused_alone(tmp_path: Path) -> None:
    """Another program holds the lock of the database for longer than the first one may wait. The next one makes the answer for the others."""

    async def story(asked: Asked, lock: sqlite3.Connection) -> None:
        hurried, *patient = await within(asked, 0.2, 30, 30, 30)
        with pytest.raises(StorageBusy):
            await hurried
        lock.rollback()
        assert [answer.status for answer in await asyncio.gather(*patient)] == [200] * 3
        assert asked.begun == 2

    behind_a_lock(tmp_path / "desk.db", story)


def test_a_lock_that_is_not_released_refuses_all_after_two_deadlines(tmp_path: Path) -> None:
    """Nobody waits for the deadlines of all others, one after the other."""

    async def story(asked: Asked, _: sqlite3.Connection) -> None:
        outcomes = await asyncio.gather(*await within(asked, *[0.2] * 6), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StorageBusy] * 6
        assert asked.begun == 2

    behind_a_lock(tmp_path / "desk.db", story)


def behind_a_lock(file: Path, story: Callable[[Asked, sqlite3.Connection], Coroutine[Any, Any, None]]) -> None:
    """Tells the story of an answer that needs the lock of a database, which a connection of another program holds."""
    with App(SqlStore(upgraded(file))) as app, closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:

        async def reading() -> None:
            async with app.store.unit_of_work() as work:
                await work.setup.get()

        async def locked() -> None:
            await app.store.current()
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            await story(Asked(app, reading=reading), other)
            other.rollback()

        app.run(locked())


async def within(asked: Asked, *seconds: float) -> list[asyncio.Task[Prepared]]:
    """Callers of one answer with these deadlines, the first of which makes it."""

    async def answered(own: float) -> Prepared:
        with deadline(own):
            return await asked.answer()

    first = asyncio.create_task(answered(seconds[0]))
    while not asked.begun:
        await asyncio.sleep(0)
    return [first, *(asyncio.create_task(answered(own)) for own in seconds[1:])]
