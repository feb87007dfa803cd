"""Statements of short work that PostgreSQL refuses: nobody fails but the unit of work whose statement it is."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from modeldesk.adapters.persistence.postgresql.driver_connection import PostgresDriverConnection
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from tests.support.postgresql_store import choose, generation, kept, store_at
from tests.support.servers import connection_to
from tests.support.stores import CHAT, choice

ERRORS = {True: "StorageUnavailable", False: "UniqueViolationError"}


async def be_refused(store: SqlStore, *, by_a_read: bool = False) -> None:
    """Short work with a statement that the server refuses, after one that it accepts."""

    def read(driver: PostgresDriverConnection) -> None:
        driver.fetch("SELECT 1 / 0", [])

    def write(driver: PostgresDriverConnection) -> None:
        driver.execute("INSERT INTO leases VALUES ($1, $1, now())", ["refused"])
        driver.send()
        driver.execute("INSERT INTO leases VALUES ($1, $1, now())", ["refused"])

    async with store.database.transaction() as transaction:
        if by_a_read:
            await transaction.run(read, runs_inline=True)
        await transaction.commit(write, parts=("catalogue",), runs_inline=True)


@pytest.mark.parametrize("by_a_read", [False, True])
async def test_who_is_refused_by_the_server_is_rolled_back_alone(postgres_emptied_url: str, by_a_read: bool) -> None:
    """Those who were done before and those who come later are kept, after short and after long work, and all share one commit."""
    async with store_at(postgres_emptied_url) as store:
        before = (await generation(store)).choices
        outcomes = await asyncio.gather(
            choose(store, "a"),
            choose(store, "b"),
            be_refused(store, by_a_read=by_a_read),
            choose(store, "c", long=True),
            choose(store, "d"),
            choose(store, "e", leaves=True, long=True),
            be_refused(store, by_a_read=by_a_read),
            be_refused(store, by_a_read=by_a_read),
            choose(store, "f"),
            return_exceptions=True,
        )
        error = ERRORS[by_a_read]
        kinds = ["int", "int", error, "int", "int", "ChangedMind", error, error, "int"]
        assert [type(outcome).__name__ for outcome in outcomes] == kinds
        assert await kept(postgres_emptied_url) == ["a", "b", "c", "d", "f"]
        assert (await generation(store)).choices == before + 1
        leases = await store.database.read_any(lambda connection: connection.exec_driver_sql("SELECT name FROM leases").all())  # type: ignore[attr-defined]
        assert leases == []
        assert await store.operations.check() == []


async def test_a_first_one_that_is_refused_keeps_nobody_back(postgres_emptied_url: str) -> None:
    """Nobody shares its transaction yet."""
    async with store_at(postgres_emptied_url) as store:
        outcomes = await asyncio.gather(be_refused(store), choose(store, "a"), choose(store, "b"), return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["UniqueViolationError", "int", "int"]
        assert await kept(postgres_emptied_url) == ["a", "b"]


async def test_who_is_cancelled_after_long_work_stays_in_the_group(postgres_emptied_url: str) -> None:
    """At the very moment when the group takes over what they did: whoever is refused next rolls nobody else back."""
    tasks = list[asyncio.Task[object]]()

    def watch(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.add_query_logger(
            lambda record: tasks[1].cancel() if "SAVEPOINT base" in record.query and "RELEASE" in record.query else None
        )

    async with store_at(postgres_emptied_url) as store:
        async with store.database.transaction() as transaction:
            await transaction.run(watch)
        works = (choose(store, "a"), choose(store, "b", long=True), be_refused(store), choose(store, "c"))
        tasks += [asyncio.create_task(work) for work in works]
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "CancelledError", "UniqueViolationError", "int"]
        assert await kept(postgres_emptied_url) == ["a", "b", "c"]
        assert await store.operations.check() == []


async def test_who_is_cancelled_before_the_group_takes_over_is_not_sent_again(postgres_emptied_url: str) -> None:
    """Short work after long work of the same unit of work is rolled back with it, and stays so when somebody is refused next."""
    tasks = list[asyncio.Task[object]]()

    def watch(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.add_query_logger(lambda record: tasks[1].cancel() if "b" in record.args and "INSERT" in record.query else None)

    async def choose_after_long_work(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            version = (await work.choices.slot(CHAT)).version + 1
            assert len(await work.choices.history(CHAT)) == version - 1
            await work.choices.record(choice("b", version))
            await work.commit()

    async with store_at(postgres_emptied_url) as store:
        async with store.database.transaction() as transaction:
            await transaction.run(watch)
        works = (choose(store, "a"), choose_after_long_work(store), be_refused(store), choose(store, "c"))
        tasks += [asyncio.create_task(work) for work in works]
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "CancelledError", "UniqueViolationError", "int"]
        assert await kept(postgres_emptied_url) == ["a", "c"]
        assert await store.operations.check() == []


async def test_who_is_refused_undoes_no_long_work(postgres_emptied_url: str) -> None:
    """Of the first in a group: all that it wrote was sent before its commit, which sends nothing more."""
    async with store_at(postgres_emptied_url) as store:
        outcomes = await asyncio.gather(choose(store, "a", long=True), be_refused(store), choose(store, "b"), return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["int", ERRORS[False], "int"]
        assert await kept(postgres_emptied_url) == ["a", "b"]


async def test_where_it_cannot_be_sent_again_all_fail(postgres_desk_url: str) -> None:
    """A server that refuses what it accepted before: nobody is answered with what is not there, and the next one is as good as ever."""

    async def make_unrepeatable(store: SqlStore) -> None:
        """Written once in a transaction, it is refused ever after: sequences are not rolled back."""

        def write(driver: PostgresDriverConnection) -> None:
            driver.execute("INSERT INTO leases SELECT 'once', 'once', now() WHERE 1 / (nextval('numbers') < 2)::int > 0", [])

        async with store.database.transaction() as transaction:
            await transaction.commit(write, parts=("catalogue",), runs_inline=True)

    def make_numbers(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE SEQUENCE numbers")

    async with store_at(postgres_desk_url) as store:
        async with store.database.transaction() as transaction:
            await transaction.commit(make_numbers, parts=())
        outcomes = await asyncio.gather(
            choose(store, "a"),
            make_unrepeatable(store),
            choose(store, "read", leaves=True),  # with its read, what waits is sent for the first time
            be_refused(store),
            choose(store, "b"),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 5
        assert await choose(store, "c") == 1
        assert await kept(postgres_desk_url) == ["c"]


REFUSE_LATE = (
    "CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock(1); RAISE 'not this one'; END$$",
    "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON leases DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_late()",
)
"""The server refuses a lease when it is committed, and waits before that until nobody holds a lock of ours."""

COMMITTING = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%%COMMIT' AND datname = current_database()"


async def test_a_commit_that_is_refused_after_its_waiter_has_left_ends_before_the_next_begins(postgres_desk_url: str) -> None:
    """Its rollback would otherwise end the transaction of the next unit of work, whose statements would then be committed one by one."""

    def write(driver: PostgresDriverConnection) -> None:
        driver.execute("INSERT INTO leases VALUES ('late', 'late', now())", [])

    def refuse_late(connection: Connection) -> None:
        for statement in REFUSE_LATE:
            connection.exec_driver_sql(statement)

    async def take_lease(store: SqlStore) -> None:
        async with store.database.transaction() as transaction:
            await asyncio.sleep(0)  # others come, and wait for the commit
            await transaction.commit(write, parts=(), runs_inline=True)

    async def commit_for_others(store: SqlStore) -> None:
        async with store.database.transaction() as transaction:
            await transaction.run(lambda connection: connection.exec_driver_sql("SELECT 1").all())

    async with store_at(postgres_desk_url) as store, connection_to(postgres_desk_url) as holding:
        await store.database.change_schema(refuse_late)
        await holding.execute("SELECT pg_advisory_lock(1)")
        tasks = [asyncio.create_task(work) for work in (take_lease(store), commit_for_others(store))]
        while not await store.database.read_any(lambda connection: connection.exec_driver_sql(COMMITTING).all()):
            await asyncio.sleep(0.01)
        tasks[1].cancel()
        choosing = asyncio.create_task(choose(store, "next", long=True))
        for _ in range(20):
            await asyncio.sleep(0)
        await holding.execute("SELECT pg_advisory_unlock(1)")
        version = await choosing
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome).__name__ for outcome in outcomes] == ["StorageUnavailable", "CancelledError"]
        assert (version, await kept(postgres_desk_url)) == (1, ["next"])
        assert await store.operations.check() == []
