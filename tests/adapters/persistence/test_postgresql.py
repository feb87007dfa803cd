"""What is PostgreSQL's own: connections that die in the pool, readers beside waiting writers, and refusals that keep the password."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.persistence.postgresql.store import POOL_SIZE, PostgresDatabase
from modeldesk.adapters.persistence.store import SqlStore, listen_for_commits, pool_connections
from modeldesk.domain.errors import StorageBusy, StorageUnavailable
from modeldesk.domain.model.snapshot import Generation
from tests.support.fault_proxy import Fault, fault_proxy, socket_of, through
from tests.support.stores import CHAT, provider

END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"


COUNTED = "counted"
BACKENDS = f"SELECT pid FROM pg_stat_activity WHERE application_name = '{COUNTED}'"


async def put(store: SqlStore, slug: str) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug)])
        await work.commit()


async def end_connections_of_others(url: str) -> None:
    store = SqlStore(url)
    await store.database.read(lambda connection: connection.exec_driver_sql(END_OTHERS).all())
    await store.close()


async def backends(store: SqlStore) -> set[int]:
    """The server's processes that serve the store by its name: others of this database may still be about to end, or tidy it up."""
    found = await store.database.read(lambda connection: connection.exec_driver_sql(BACKENDS).scalars().all())
    return set(found)


async def test_the_pool_is_counted(postgres_emptied_url: str, tmp_path: Path) -> None:
    """By what its connections do; the embedded database has none."""
    store = SqlStore(postgres_emptied_url)
    assert pool_connections(store) == {"in_use": 0, "idle": 0}
    async with store.unit_of_work() as work:
        await work.providers.all()
        assert pool_connections(store)["in_use"] == 1
    assert pool_connections(store) == {"in_use": 0, "idle": 1}
    await store.close()
    assert pool_connections(SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")) == pool_connections(InMemoryStore()) == {}


async def test_connections_that_died_in_the_pool_are_not_noticed(postgres_emptied_url: str) -> None:
    """After a restart of the server the next read answers, and so does the next unit of work."""
    store = SqlStore(postgres_emptied_url)
    await put(store, "first")
    await asyncio.gather(*(store.current() for _ in range(4)))
    await end_connections_of_others(postgres_emptied_url)
    assert set((await store.current()).providers) == {"first"}
    await end_connections_of_others(postgres_emptied_url)
    await put(store, "second")
    assert set((await store.current()).providers) == {"first", "second"}
    await store.close()


async def test_a_connection_that_dies_in_a_unit_of_work_ends_it(postgres_emptied_url: str) -> None:
    """What was done in it is gone, so it is not gone on with; the next one finds the desk as it was."""
    store = SqlStore(postgres_emptied_url)
    async with store.unit_of_work() as work:
        await work.providers.put([provider("lost")])
        await work.providers.all()
        await end_connections_of_others(postgres_emptied_url)
        with pytest.raises(StorageUnavailable):
            await work.commit()
    await put(store, "kept")
    assert set((await store.current()).providers) == {"kept"}
    await store.close()


async def test_a_commit_of_another_process_is_announced(postgres_emptied_url: str) -> None:
    """Also over a connection that took the place of one that was lost; what came meanwhile is found by the next look."""
    desk, other = SqlStore(postgres_emptied_url), SqlStore(postgres_emptied_url)
    heard = asyncio.Event()
    listen_for_commits(desk, heard.set)
    await desk.current()
    for slug in ("first", "second"):
        await put(other, slug)
        await heard.wait()
        assert slug in (await desk.current()).providers
        await end_connections_of_others(postgres_emptied_url)
        await put(other, f"{slug}-unheard")
        assert f"{slug}-unheard" in (await desk.current()).providers
        heard.clear()
    await desk.close()
    await other.close()


async def test_many_reads_at_once_open_no_connection_beyond_the_pool(postgres_emptied_url: str) -> None:
    """Those of the pool stay open afterwards, and one more asks for the generation."""
    store = SqlStore(make_url(postgres_emptied_url).update_query_dict({"application_name": COUNTED}).render_as_string(hide_password=False))
    await asyncio.gather(*(store.history(CHAT) for _ in range(30)), *(store.current() for _ in range(30)))
    first = await backends(store)
    await asyncio.gather(*(store.history(CHAT) for _ in range(30)), *(store.current() for _ in range(30)))
    assert await backends(store) == first
    assert len(first) == POOL_SIZE + 1
    await store.close()


async def test_readers_of_a_silent_server_are_refused_without_a_deadline_of_their_own(postgres_emptied_url: str) -> None:
    """The query that they share ends, and the next one takes another connection."""
    with fault_proxy(socket_of(postgres_emptied_url)) as proxy:
        database = PostgresDatabase(through(proxy, postgres_emptied_url), busy_timeout=5, longest_silence=0.5)
        found = await answered(database)
        proxy.set(Fault.HALF_OPEN)
        with pytest.raises(StorageUnavailable, match="database-silent"):
            await database.generation()
        proxy.set(Fault.NONE)
        assert await answered(database) == found
        await database.close()


async def answered(database: PostgresDatabase) -> Generation:
    """The generation, sooner or later: a busy machine may be silent for longer than this database bears."""
    while True:
        with suppress(StorageUnavailable):
            return await database.generation()


async def test_readers_do_not_queue_behind_writers(postgres_emptied_url: str) -> None:
    """However many writers of a process wait for their turn, they leave connections to its readers."""
    desk, other = SqlStore(postgres_emptied_url), SqlStore(postgres_emptied_url)
    async with other.unit_of_work() as work:
        await work.providers.put([provider("holding")])
        await work.providers.all()
        waiting = [asyncio.create_task(put(desk, f"vendor-{number}")) for number in range(15)]
        await asyncio.sleep(0)
        assert (await desk.current()).providers == {}
        await work.commit()
    await asyncio.gather(*waiting)
    assert len((await desk.current()).providers) == 16
    await desk.close()
    await other.close()


async def test_a_turn_that_does_not_come_is_said_to_be_busy(postgres_emptied_url: str) -> None:
    """After the patience that was given, and the next one finds a clean connection."""
    desk, other = SqlStore(postgres_emptied_url, busy_timeout=0.5), SqlStore(postgres_emptied_url)
    async with other.unit_of_work() as work:
        await work.providers.put([provider("holding")])
        await work.providers.all()
        with pytest.raises(StorageBusy):
            await put(desk, "late")
    await put(desk, "in-time")
    assert set((await desk.current()).providers) == {"in-time"}
    await desk.close()
    await other.close()


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"username": "nobody", "password": "swordfish"}, "nobody"), ({"database": "nowhere", "password": "swordfish"}, "nowhere")],
)
async def test_what_the_server_refuses_is_said_without_the_password(postgres_emptied_url: str, changed: dict[str, str], said: str) -> None:
    """An unknown user, an unknown database."""
    await refuses(make_url(postgres_emptied_url).set(**changed).render_as_string(hide_password=False), said)


@pytest.mark.parametrize("url", ["postgresql://desk:swordfish@127.0.0.1:1/desk", "postgresql://desk@127.0.0.1:1/desk?password=swordfish"])
async def test_a_server_that_is_not_there_keeps_the_password_to_itself(url: str) -> None:
    """The line names the place, and no password, wherever in the address it stood."""
    await refuses(url, "127.0.0.1")


async def refuses(url: str, said: str) -> None:
    store = SqlStore(url)
    for call in (store.current, lambda: put(store, "vendor")):
        with pytest.raises(StorageUnavailable) as caught:
            await call()
        assert said in str(caught.value)
        assert "swordfish" not in str(caught.value)
    await store.close()
