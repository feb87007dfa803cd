"""Units of work on PostgreSQL: those who wait share a commit, and a failure reaches everybody who shares it, and nobody else."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.util import greenlet_spawn

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence.postgresql.driver_connection import PostgresDriverConnection
from modeldesk.adapters.persistence.postgresql.store import PostgresDatabase
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId
from tests.support.actors import by
from tests.support.desk_services import services_over
from tests.support.fault_proxy import Fault, fault_proxy, socket_of, through
from tests.support.postgresql_store import ChangedMind, choose, generation, kept, store_at
from tests.support.stores import CHAT, choice

END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"


async def test_those_who_wait_share_a_commit(postgres_emptied_url: str) -> None:
    """Twenty at once have one or two, each of which raises the generation once; each is there when it is answered."""

    async def chosen(store: SqlStore, model: str) -> None:
        version = await choose(store, model)
        assert (await kept(postgres_emptied_url))[version - 1] == model

    async with store_at(postgres_emptied_url) as store:
        await asyncio.gather(*(chosen(store, f"m{number}") for number in range(20)))
        assert await kept(postgres_emptied_url) == [f"m{number}" for number in range(20)]
        assert (await generation(store)).choices <= 2


async def test_who_leaves_is_rolled_back_alone(postgres_emptied_url: str) -> None:
    """In the middle of short and of long work, beside others in the very same transaction."""
    async with store_at(postgres_emptied_url) as store:
        outcomes = await asyncio.gather(
            choose(store, "a"),
            choose(store, "b", leaves=True),
            choose(store, "c", leaves=True, long=True),
            choose(store, "d", long=True),
            choose(store, "e"),
            return_exceptions=True,
        )
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "ChangedMind", "ChangedMind", "int", "int"]
        assert await kept(postgres_emptied_url) == ["a", "d", "e"]


async def test_a_shared_commit_that_fails_is_nobodys_success(postgres_emptied_url: str) -> None:
    """Who wrote, and who only read what was written; then all goes on on a new connection."""

    async def end_and_choose(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            await work.choices.slot(CHAT)
            other = SqlStore(postgres_emptied_url)
            await other.database.read_any(lambda connection: connection.exec_driver_sql(END_OTHERS).all())  # type: ignore[attr-defined]
            await other.close()
            await work.choices.record(choice("ended", 2))
            await work.commit()

    async def look(store: SqlStore) -> int:
        async with store.unit_of_work() as work:
            return (await work.choices.slot(CHAT)).version

    async with store_at(postgres_emptied_url) as store:
        outcomes = await asyncio.gather(choose(store, "a"), look(store), end_and_choose(store), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 3
        assert await kept(postgres_emptied_url) == []
        assert await choose(store, "b") == 1


async def test_who_is_cancelled_keeps_nobody_from_their_commit(postgres_emptied_url: str) -> None:
    """Whatever moment it is."""
    async with store_at(postgres_emptied_url) as store:
        for pauses in range(8):
            before = len(await kept(postgres_emptied_url))
            tasks = [asyncio.create_task(choose(store, f"{name}-{pauses}")) for name in ("a", "b", "c")]
            for _ in range(pauses * 3):
                await asyncio.sleep(0)
            tasks[pauses % 3].cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert len([outcome for outcome in outcomes if isinstance(outcome, int)]) >= 2
            assert len(await kept(postgres_emptied_url)) >= before + 2
        assert await choose(store, "later") == len(await kept(postgres_emptied_url))


async def test_who_is_cancelled_before_they_commit_leaves_nothing(postgres_emptied_url: str) -> None:
    """Whatever moment it is, also the one when the savepoint of long work is set: what is behind it is not sent to the others' transaction."""
    has_read = asyncio.Event()

    def watch(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.add_query_logger(lambda record: has_read.set() if "never" in record.args else None)

    async def write_without_commit(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            await work.choices.slot(Slot(CHAT.provider, CapabilityName("never")))
            await work.choices.record(choice("never", 1_000))
            await work.choices.history(CHAT)
            await asyncio.Event().wait()

    async with store_at(postgres_emptied_url) as store:
        async with store.database.transaction() as transaction:
            await transaction.run(watch)
        for pauses in [*range(10)] * 4:
            has_read.clear()
            works = choose(store, f"a-{pauses}"), write_without_commit(store), choose(store, f"c-{pauses}")
            first, second, third = (asyncio.create_task(work) for work in works)
            await has_read.wait()
            for _ in range(pauses):
                await asyncio.sleep(0)
            second.cancel()
            await asyncio.gather(first, second, third, return_exceptions=True)
            assert "never" not in await kept(postgres_emptied_url), pauses


async def test_a_selection_takes_four_round_trips_beside_a_current_snapshot(postgres_emptied_url: str) -> None:
    """The tripwire of its speed: also where this process has changed the slot since, and one more where another one has."""
    sent = list[str]()

    def watch(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.add_query_logger(lambda record: sent.append(" ".join(record.query.split())))

    async with store_at(postgres_emptied_url) as store:
        async with store.database.transaction() as transaction:
            await transaction.run(watch)
        await store.current()
        sent.clear()
        selection = services_over(store).selection
        await selection.select(SelectModel(CHAT, ModelId("a")), by("ann"))
        assert [statement.partition(" ")[0] for statement in sent] == ["BEGIN;", "SELECT", "WITH", "RELEASE"]
        sent.clear()
        await selection.select(SelectModel(CHAT, ModelId("b")), by("ann"))
        assert [statement.partition(" ")[0] for statement in sent] == ["BEGIN;", "SELECT", "WITH", "RELEASE"]
        async with store_at(postgres_emptied_url) as elsewhere:
            await store.current()  # the provider was saved again
            for name in ("c", "d"):
                await services_over(elsewhere).selection.select(SelectModel(CHAT, ModelId(name)), by("ann"))
                sent.clear()
                await selection.select(SelectModel(CHAT, ModelId(f"{name}-later")), by("ann"))
        assert [statement.partition(" ")[0] for statement in sent] == ["BEGIN;", "SELECT", "SELECT", "WITH", "RELEASE"]


@pytest.mark.parametrize("fault", [Fault.HALF_OPEN, Fault.RESET])
async def test_a_commit_that_is_not_answered_may_have_been_made(postgres_emptied_url: str, fault: Fault) -> None:
    """Neither a silent server nor a lost connection says that it was not."""
    with fault_proxy(socket_of(postgres_emptied_url)) as proxy:
        database = PostgresDatabase(through(proxy, postgres_emptied_url), busy_timeout=5)
        async with database.transaction() as transaction:
            await transaction.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
            proxy.set(fault)
            with deadline(0.3), pytest.raises(StorageUnavailable, match="commit-unknown"):
                await transaction.commit(lambda _: None, parts=("choices",))
        proxy.set(Fault.NONE)
        await database.close()


async def test_a_shared_commit_that_is_not_answered_may_have_been_made(postgres_emptied_url: str) -> None:
    """Whoever joined it is told so at their deadline, and nobody that it was."""
    with fault_proxy(socket_of(postgres_emptied_url)) as proxy:
        database = PostgresDatabase(through(proxy, postgres_emptied_url), busy_timeout=5)

        async def write(*others: Coroutine[Any, Any, None]) -> None:
            with deadline(0.5):
                async with database.transaction() as transaction:
                    await transaction.run(lambda _: None, runs_inline=True)
                    tasks = [asyncio.create_task(other) for other in others]
                    await asyncio.sleep(0)
                    if tasks:
                        proxy.set(Fault.HALF_OPEN)
                    try:
                        await transaction.commit(lambda _: None, parts=("choices",), runs_inline=True)
                    finally:
                        outcomes.extend(await asyncio.gather(*tasks, return_exceptions=True))

        outcomes = list[BaseException | None]()
        async with database.transaction() as transaction:
            await transaction.run(lambda _: None)  # the connection is there before the deadlines begin
        with pytest.raises(StorageUnavailable, match="commit-unknown"):
            await write(write())
        (outcome,) = outcomes
        assert "commit-unknown" in str(outcome)
        proxy.set(Fault.NONE)
        await database.close()


class Driver:
    """Remembers what it was to execute."""

    def __init__(self) -> None:
        self.calls = list[tuple[str, tuple[Any, ...]]]()

    async def fetch(self, sql: str, *parameters: Any) -> list[tuple[int]]:
        self.calls.append((sql, parameters))
        return [(1,)]


async def test_what_is_written_is_sent_as_one_statement() -> None:
    """With the parameters of all; before the next read, and apart where a statement comes twice, since it may change the same row."""
    driver = Driver()

    def work(driver: PostgresDriverConnection) -> None:
        driver.execute("INSERT INTO a VALUES ($1, $2)", [1, 2])
        driver.execute("INSERT INTO b VALUES ($2, $1)", [3, 4])
        assert list(driver.fetch("SELECT $1", [5])) == [(1,)]
        driver.execute("INSERT INTO c VALUES ($1)", [6])
        driver.execute("INSERT INTO c VALUES ($1)", [7])
        driver.send()

    await greenlet_spawn(work, PostgresDriverConnection(driver, dialect()))
    assert driver.calls == [
        ("WITH written_0 AS (INSERT INTO a VALUES ($1, $2)), written_1 AS (INSERT INTO b VALUES ($4, $3)) SELECT", (1, 2, 3, 4)),
        ("SELECT $1", (5,)),
        ("INSERT INTO c VALUES ($1)", (6,)),
        ("INSERT INTO c VALUES ($1)", (7,)),
    ]


@pytest.mark.parametrize("parts", [(), ("choices",), ("access", "catalogue")])
async def test_a_commit_raises_the_parts_that_were_written(postgres_emptied_url: str, parts: tuple[Any, ...]) -> None:
    """Once each, and no other."""
    database = PostgresDatabase(postgres_emptied_url, busy_timeout=5)
    before = await database.generation()
    async with database.transaction() as transaction:
        await transaction.commit(lambda _: None, parts=parts)
    after = await database.generation()
    raised = {part: getattr(after, part) - getattr(before, part) for part in ("catalogue", "choices", "access")}
    assert raised == {part: int(part in parts) for part in raised}
    await database.close()


async def test_what_a_cancelled_member_wrote_raises_its_generation(postgres_emptied_url: str) -> None:
    """It is in the shared transaction, and another's commit makes it durable: no snapshot may miss it."""
    database = PostgresDatabase(postgres_emptied_url, busy_timeout=5)
    before = await database.generation()

    async def first() -> None:
        async with database.transaction() as transaction:
            await asyncio.sleep(0)  # the second waits by then
            await transaction.commit(lambda _: None, parts=(), runs_inline=True)

    def write(driver: PostgresDriverConnection) -> None:
        second.cancel()
        driver.execute("INSERT INTO leases VALUES ($1, $1, now())", ["second"])

    async def cancelled() -> None:
        async with database.transaction() as transaction:
            await transaction.commit(write, parts=("choices",), runs_inline=True)

    tasks = asyncio.create_task(first()), (second := asyncio.create_task(cancelled()))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), asyncio.CancelledError]
    rows = await database.read_any(lambda connection: connection.exec_driver_sql("SELECT name FROM leases").all())
    assert [tuple(row) for row in rows] == [("second",)]
    assert (await database.generation()).choices == before.choices + 1
    await database.close()


async def test_short_work_that_reads_what_it_wrote_is_rolled_back_alone(postgres_emptied_url: str) -> None:
    """It has written before its commit, in the transaction of others."""

    async def write_and_leave(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            await work.choices.record(choice("left", (await work.choices.slot(CHAT)).version + 1))
            assert (await work.choices.slot(CHAT)).active == "left"
            raise ChangedMind

    async with store_at(postgres_emptied_url) as store:
        outcomes = await asyncio.gather(choose(store, "a"), write_and_leave(store), choose(store, "b"), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [int, ChangedMind, int]
        assert await kept(postgres_emptied_url) == ["a", "b"]
