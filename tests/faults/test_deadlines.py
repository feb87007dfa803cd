"""One deadline a request, whoever waits for what: everybody is answered at their own deadline, not one after the other."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence.postgresql.store import PostgresDatabase
from modeldesk.adapters.persistence.sqlite.wal_guard import WriteGuard
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.entrypoints.api.request_deadline import REQUEST_SECONDS
from tests.support.app import API, PASSWORD, App, Client
from tests.support.asgi import Answer
from tests.support.fault_proxy import Fault, fault_proxy, socket_of, through
from tests.support.fire_server import children_of, parent_of
from tests.support.servers import fresh_database, postgres
from tests.support.stores import provider, upgraded

QUICKER = 10
"""Deadlines are a tenth of those that ship."""

ENDS_WITHIN = 30
"""Seconds; ten writers that wait one after the other for the store's own five take longer, and a wait without an end does."""

WRITERS = 10


def app_at(url: str) -> App:
    return App(SqlStore(url))


@contextmanager
def quick_deadlines(app: App) -> Iterator[None]:
    """While nobody can be served. What works before and afterwards has the time that ships: a busy machine takes some of it."""
    with app.container.deadline.override(injection.Object(lambda seconds: deadline(seconds / QUICKER))):
        yield


def run_in_time(app: App, story: Coroutine[Any, Any, None]) -> None:
    async def ended() -> None:
        async with asyncio.timeout(ENDS_WITHIN):
            await story

    app.run(ended())


def select(client: Client, model: str) -> Coroutine[Any, Any, Answer]:
    return client.asking("POST", f"{API}/ai-models/select-model/", {"provider": "acme", "capability": "chat", "model_id": model})


def sign_in(client: Client) -> Coroutine[Any, Any, Answer]:
    return client.asking("POST", f"{API}/auth/login/", {"username": "sara", "password": PASSWORD})


def refused(answer: Answer) -> bool:
    return answer.status == 503 and answer.one("retry-after") is not None


@contextmanager
def lock_of_sqlite(file: Path) -> Iterator[None]:
    """As another program that writes, and does not know of our guard."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def lock_of_the_guard(file: Path) -> Iterator[None]:
    """As another worker that was frozen in the middle of a write."""
    with WriteGuard(file, busy_timeout=1, needed=True).held():
        yield


@pytest.mark.parametrize("held", [lock_of_sqlite, lock_of_the_guard])
def test_ten_writers_behind_a_lock_are_told_at_their_deadline(tmp_path: Path, held: Callable[[Path], Any]) -> None:
    """Sign-ins too; reads are answered meanwhile, and afterwards everything works."""
    file = tmp_path / "desk.db"
    url = upgraded(file)
    with app_at(url) as app:
        app.fill()
        sara = app.signed_in()

        async def story() -> None:
            began = time.monotonic()
            with quick_deadlines(app):
                writing = [asyncio.create_task(select(sara, f"m{number}")) for number in range(WRITERS)]
                writing += [asyncio.create_task(sign_in(app.client())) for _ in range(3)]
                await asyncio.sleep(0)  # each has its deadline
            assert (await sara.asking("GET", f"{API}/ai/dashboard/overview/")).status == 200
            are_told = any(task.done() for task in writing)
            assert not are_told or time.monotonic() - began >= REQUEST_SECONDS / QUICKER
            assert all(refused(answer) for answer in await asyncio.gather(*writing))

        with held(file):
            run_in_time(app, story())
        assert sara.select("large").status == 200
        assert app.client().sign_in().status == 200


def nobody_is_left_unanswered(app: App, silence: Callable[[], None], end: Callable[[], None]) -> None:
    """Between the two, everything that needs the database is refused; afterwards it works again."""
    app.fill()
    sara = app.signed_in()

    async def story() -> None:
        calls = [
            *(select(sara, f"m{number}") for number in range(WRITERS)),
            *(sign_in(app.client()) for _ in range(3)),
            *(sara.asking("GET", f"{API}/ai/dashboard/overview/") for _ in range(5)),
            sara.asking("GET", "/health/ready"),
        ]
        assert all(refused(answer) for answer in await asyncio.gather(*calls))

    with quick_deadlines(app):
        silence()
        try:
            run_in_time(app, story())
        finally:
            end()
        for _ in range(100):  # connections that were lost are found to be so, one after the other
            if sara.select("large").status == 200:
                break
    assert sara.select("large").status == 200
    assert app.client().sign_in().status == 200
    assert app.client().ask("GET", "/health/ready").status == 200


def test_a_silent_postgresql_leaves_nobody_unanswered(postgres_desk_url: str) -> None:
    """It takes what is sent and says nothing: reads, writes, sign-ins and readiness are refused at their deadlines."""
    with fault_proxy(socket_of(postgres_desk_url)) as proxy, app_at(through(proxy, postgres_desk_url)) as app:
        nobody_is_left_unanswered(app, lambda: proxy.set(Fault.HALF_OPEN), lambda: proxy.set(Fault.NONE))


@pytest.mark.nightly
def test_a_frozen_postgresql_leaves_nobody_unanswered() -> None:
    """The same with every process of a server of its own stopped."""
    with postgres() as server, fresh_database(server) as url:
        store = SqlStore(url)
        asyncio.run(upgraded_at(store))
        with app_at(url) as app:
            backend = app.run(
                app.store.database.read(lambda connection: connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
            )
            first = parent_of(backend)

            def send(number: signal.Signals) -> None:
                for pid in (first, *children_of(first)):
                    os.kill(pid, number)

            nobody_is_left_unanswered(app, lambda: send(signal.SIGSTOP), lambda: send(signal.SIGCONT))


async def upgraded_at(store: SqlStore) -> None:
    await store.operations.upgrade()
    await store.close()


async def test_a_worker_that_is_frozen_in_the_middle_of_a_write_does_not_stop_the_others(postgres_desk_url: str) -> None:
    """The server ends its transaction, and nothing of it stays."""
    frozen, other = PostgresDatabase(postgres_desk_url, busy_timeout=5, idle_timeout=0.5), SqlStore(postgres_desk_url)
    with deadline(ENDS_WITHIN):
        async with frozen.transaction() as transaction:
            await transaction.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
            async with other.unit_of_work() as work:
                await work.providers.put([provider("in-time")])
                await work.commit()
            with pytest.raises(StorageUnavailable):
                await transaction.run(lambda connection: connection.exec_driver_sql("DELETE FROM providers"))
    assert set((await other.current()).providers) == {"in-time"}
    await frozen.close()
    await other.close()


async def test_work_without_a_request_may_think_longer_in_a_transaction(postgres_desk_url: str) -> None:
    """The command line plans an import there, however long the declaration is."""
    database = PostgresDatabase(postgres_desk_url, busy_timeout=5, idle_timeout=0.1)
    async with database.transaction() as transaction:
        await transaction.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
        await asyncio.sleep(0.5)
        await transaction.run(lambda connection: connection.exec_driver_sql("DELETE FROM providers"))
    await database.close()
