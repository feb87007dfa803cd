"""What a process remembers of slots is what is stored, whatever its units of work meet: refusals, cancellations, deadlines and lost connections."""

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial

import pytest

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence import slot_heads, unit_of_work
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageBusy, StorageUnavailable
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName
from tests.support.postgresql_store import ChangedMind
from tests.support.sqlite_store import database_of
from tests.support.stores import CHAT, choice, provider

from tests.support.stores import database  # isort: skip

__all__ = ["database"]

SLOTS = [Slot(CHAT.provider, CapabilityName(name)) for name in ("chat", "image", "audio")]
REFUSALS = {"IntegrityError", "UniqueViolationError"}
LOSSES = (StorageUnavailable, StorageBusy)

Answer = tuple[Slot, int, str | None]
"""A version of a slot and its model, as somebody was told."""

Work = Callable[[], Coroutine[object, object, list[Answer]]]
"""What one caller does."""


async def select(store: SqlStore, slots: list[Slot], model: str | None, pause: float | None, *, long: bool, leaves: bool) -> list[Answer]:
    """In one unit of work, one after the other. `long` work reads what it wrote."""
    answers = list[Answer]()
    async with store.unit_of_work() as work:
        for slot in slots:
            version = (await work.choices.head(slot)).next_version
            if pause is not None:
                await asyncio.sleep(pause)
            await work.choices.record(choice(model, version, slot))
            if long:
                assert (await work.choices.head(slot)).version == version
                assert (await work.choices.history(slot))[-1].version == version
            answers.append((slot, version, model))
        if leaves:
            raise ChangedMind
        await work.commit()
    return answers


async def look(store: SqlStore, slot: Slot, *, commits: bool) -> list[Answer]:
    async with store.unit_of_work() as work:
        state = await work.choices.head(slot)
        if commits:
            await work.commit()
    return [(slot, state.version, state.active)] if state.version else []


async def be_refused(store: SqlStore, slot: Slot, *, long: bool) -> list[Answer]:
    """Takes a version that is taken."""
    try:
        async with store.unit_of_work() as work:
            version = (await work.choices.head(slot)).version
            if version == 0:
                raise ChangedMind
            if long:
                await work.choices.history(slot)
            await work.choices.record(choice("refused", version, slot))
            await work.commit()
    except Exception as error:
        if type(error).__name__ not in REFUSALS:
            raise
        return []
    raise AssertionError("a version was taken twice")


async def lose_connection(store: SqlStore) -> list[Answer]:
    """Reads all, and has the server end the connection that it shares with others."""
    async with store.unit_of_work() as work:
        for slot in SLOTS:
            await work.choices.head(slot)
        await work.read(lambda connection: connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())"))
    raise AssertionError("the connection has survived its end")


async def within(seconds: float, work: Work) -> list[Answer]:
    with deadline(seconds):
        return await work()


@asynccontextmanager
async def commits_refused(store: SqlStore) -> AsyncIterator[None]:
    """No commit of the embedded database succeeds."""

    def refuse(action: int, operation: str | None, *_: object) -> int:
        is_commit = action == sqlite3.SQLITE_TRANSACTION and operation == "COMMIT"
        return sqlite3.SQLITE_DENY if is_commit else sqlite3.SQLITE_OK

    await database_of(store).write_alone(lambda driver: driver.set_authorizer(refuse))
    yield
    await database_of(store).write_alone(lambda driver: driver.set_authorizer(None))


class Run:
    """One to three processes over one database, and what a seed makes them do."""

    def __init__(self, database: str, seed: int) -> None:
        self.dice = random.Random(seed)
        self.is_embedded = database.startswith("sqlite")
        self.stores = [SqlStore(database) for _ in range(self.dice.choice((1, 2, 3)))]
        self.outcomes = Counter[str]()

    async def close(self) -> None:
        for store in self.stores:
            await store.close()

    async def begin(self) -> None:
        async with self.stores[0].unit_of_work() as work:
            await work.providers.put([provider()])
            await work.commit()

    def work(self, model: str, refusals: int) -> Work:
        dice = self.dice
        store, slot = dice.choice(self.stores), dice.choice(SLOTS)
        kind = dice.choices(("select", "look", "be refused", "two"), (12, 5, refusals, 2))[0]
        if kind == "look":
            return partial(look, store, slot, commits=dice.random() < 0.4)
        if kind == "be refused":
            return partial(be_refused, store, slot, long=dice.random() < 0.3)
        slots = [slot, dice.choice(SLOTS)] if kind == "two" else [slot]
        pause = dice.choice((None, None, None, 0, dice.random() / 500))
        return partial(
            select, store, slots, dice.choice((model, model, None)), pause, long=dice.random() < 0.4, leaves=dice.random() < 0.25
        )

    async def step(self, name: str) -> list[Answer]:
        """Several callers at once, some of whom are cancelled, run out of time, or meet a fault."""
        dice = self.dice
        refusals = dice.choice((0, 3, 12))
        works = [self.work(f"{name}-{number}", refusals) for number in range(dice.randint(1, 10))]
        if refusals:
            store, refused, seen = dice.choice(self.stores), dice.choice(SLOTS), dice.choice(SLOTS)
            at = dice.randint(0, len(works))
            works[at:at] = [partial(be_refused, store, refused, long=False), partial(look, store, seen, commits=False)]
        fault = dice.choices((None, "deadline", "loss"), (6, 1, 2))[0]
        if fault == "deadline":
            works[0] = partial(within, dice.random() / 300, works[0])
        if fault == "loss" and self.is_embedded:
            async with commits_refused(dice.choice(self.stores)):
                outcomes = await self._outcomes(works)
        else:
            if fault == "loss":
                store = dice.choice(self.stores)
                leave = partial(select, store, [dice.choice(SLOTS)], "left", None, long=True, leaves=True)
                works[(at := dice.randint(0, len(works))) : at] = [*dice.choice(([], [leave])), partial(lose_connection, store)]
            outcomes = await self._outcomes(works)
        self.outcomes.update(type(outcome).__name__ for outcome in outcomes)
        expected = (list, ChangedMind, asyncio.CancelledError, *(LOSSES if fault else ()))
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, expected):
                raise outcome
        return [answer for outcome in outcomes if isinstance(outcome, list) for answer in outcome]

    async def _outcomes(self, works: list[Work]) -> list[list[Answer] | BaseException]:
        tasks = [asyncio.create_task(work()) for work in works]
        for _ in range(self.dice.choice((0, 0, 1))):
            cancelled = self.dice.choice(tasks)
            for _ in range(self.dice.choice((0, 1, 2, 3, 5, 8, 14, 30))):
                await asyncio.sleep(0)
            cancelled.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def verify(self, answers: list[Answer]) -> None:
        """Every process remembers what the history ends with, which has all that anybody was told, and leaves no version out."""
        last = list[tuple[object, ...]]()
        for slot in SLOTS:
            history = await self.stores[0].history(slot)
            models = {change.version: change.model.model_id if change.model else None for change in history}
            assert list(models) == list(range(1, len(history) + 1))
            for of, version, model in answers:
                assert of != slot or models.get(version, "nothing") == model
            last.append((len(history), history[-1].model if history else None))
        for store in self.stores:
            async with store.unit_of_work() as work:
                states = [await work.choices.head(slot) for slot in SLOTS]
            assert [(state.version, state.active_model) for state in states] == last


async def run(database: str, seed: int, steps: int, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    a_run = Run(database, seed)
    monkeypatch.setattr(slot_heads, "MOST", a_run.dice.choice((1, 2, 1024, 1024)))
    most_changed = a_run.dice.choice((1, 2, 128, 128))
    monkeypatch.setattr(slot_heads, "MOST_CHANGED", most_changed)
    monkeypatch.setattr(unit_of_work, "MOST_CHANGED", most_changed)
    try:
        await a_run.begin()
        answers = list[Answer]()
        for number in range(steps):
            answers += await a_run.step(f"m{seed}-{number}")
            if a_run.dice.random() < 0.3:
                await a_run.dice.choice(a_run.stores).current()
            if a_run.dice.random() < 0.5:  # not always, since it makes all processes remember all
                await a_run.verify(answers)
        await a_run.verify(answers)
        assert await a_run.stores[0].operations.check() == []
    finally:
        await a_run.close()
    return a_run.outcomes


@pytest.mark.parametrize("seed", [6, 10])
async def test_heads_stand_whatever_happens(database: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds that have noticed faults of the past."""
    outcomes = await run(database, seed, 16, monkeypatch)
    assert outcomes["list"]


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 300))
async def test_heads_stand_at_many_seeds(database: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = await run(database, seed, 30, monkeypatch)
    print(f"\nseed {seed}: {dict(outcomes)}")
