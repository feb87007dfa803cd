"""The schema changes under a running server: it says so at once, and writes nothing into what it does not know."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Connection

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import SchemaMismatch
from tests.support.app import App
from tests.support.stores import CHAT, choice, database, provider

__all__ = ["database"]


def other_version(version: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")

    return change


def renamed(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE alembic_version RENAME TO somebody_elses")


def named_back(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE somebody_elses RENAME TO alembic_version")


OURS = other_version(tables.SCHEMA_VERSION)


@pytest.mark.parametrize(
    ("change", "repair"),
    [(other_version("9999"), OURS), (other_version("0001"), OURS), (renamed, named_back)],
    ids=["newer", "older", "foreign"],
)
def test_another_schema_under_a_running_server(
    database: str, change: Callable[[Connection], None], repair: Callable[[Connection], None]
) -> None:
    """Not ready, and each write refused with its code; afterwards as before."""
    with App(SqlStore(database)) as app:
        app.fill()
        sara = app.signed_in()
        assert sara.select("large").status == 200
        other = SqlStore(database)
        app.run(other.database.change_schema(change))  # type: ignore[attr-defined] # both have it
        for answer in (sara.ask("GET", "/health/ready"), sara.select("small"), app.client().sign_in(), sara.get("/ai-models/")):
            assert (answer.status, answer.json["type"]) == (503, "urn:modeldesk:problem:schema-mismatch")
            assert answer.one("retry-after")
        app.run(other.database.change_schema(repair))  # type: ignore[attr-defined] # both have it
        assert sara.ask("GET", "/health/ready").status == 200
        assert sara.select("small").json["previous"]["model_id"] == "large"
        app.run(other.close())


async def _put(store: SqlStore, slug: str) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug)])
        await work.commit()


async def _choose(store: SqlStore, slug: str) -> None:
    """Short work, which may run on the event loop."""
    async with store.unit_of_work() as work:
        version = (await work.choices.head(CHAT)).version
        await work.choices.record(choice(slug, version + 1))
        await work.commit()


@pytest.mark.parametrize("write", [_put, _choose])
async def test_a_unit_of_work_asks_for_the_schema(database: str, write: Callable[[SqlStore, str], Awaitable[None]]) -> None:
    """Also one that writes without having read."""
    store, other = SqlStore(database), SqlStore(database)
    await _put(store, CHAT.provider)
    await write(store, "before")
    await other.database.change_schema(other_version("9999"))  # type: ignore[attr-defined] # both have it
    for _ in range(2):
        with pytest.raises(SchemaMismatch):
            await write(store, "meanwhile")
    await other.database.change_schema(OURS)  # type: ignore[attr-defined] # both have it
    await write(store, "after")
    found = await store.current()
    assert {*found.providers, *found.slot(CHAT).models} == {CHAT.provider, "before", "after"}
    await store.close()
    await other.close()
