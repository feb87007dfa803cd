"""A database of an older version is brought up to date, and everything in it stays."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from attrs import evolve
from sqlalchemy import Connection, insert, inspect, text

from modeldesk.adapters.persistence import rows, statements, tables
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import AdminExists, SchemaMismatch
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.snapshot import Generation
from tests.support.older_desk import known
from tests.support.stores import CHAT, NOON, admin, api_token, choice, list_state, provider, stored_key

T = TypeVar("T")
A_SESSION = "INSERT INTO sessions VALUES ('a digest', 'sara', 'a token', '2026-11-24 12:00:00+00:00', '2099-11-24 12:00:00+00:00')"
MIGRATIONS = Path(tables.__file__).with_name("migrations")


LATER_TABLES = (
    "list_contents",
    "vendor_lists",
    "provider_keys",
    "api_tokens",
    "sessions",
    "sign_in_attempts",
    "set_up_token",
    "audit_trail",
)
"""Those that migrations after the first one made, in an order in which they can be dropped."""


def at(url: str, story: Callable[[SqlStore], Awaitable[T]]) -> T:
    async def reported() -> T:
        store = SqlStore(url)
        try:
            return await story(store)
        finally:
            await store.close()

    return asyncio.run(reported())


def first_version_in_use(connection: Connection) -> None:
    """The first schema, with a little of everything that it holds."""
    migrate(connection, "0001")
    for entry in (provider("openai"), provider("cohere", is_active=False)):
        connection.execute(insert(tables.providers).values(known(connection, "providers", rows.provider_row(entry))))
    for step in (choice("gpt-4o", 1), choice("gpt-5", 2)):
        statements.upsert(connection, tables.stored_models, rows.stored_model_row(step.model))
        connection.execute(insert(tables.slot_history), known(connection, "slot_history", rows.choice_row(step)))
    connection.execute(insert(tables.active_models).values({**rows.slot_key(CHAT), "model_id": "gpt-5", "slot_version": 2}))
    sara = admin()
    columns = {name: getattr(sara, name) for name in ("name", "password_hash", "is_active", "created_at")} | {"role": sara.role.value}
    connection.execute(insert(tables.admins), columns)
    connection.execute(text(A_SESSION))
    connection.execute(text("UPDATE generations SET catalogue = 1, choices = 1, access = 1"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any schema."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_database")
        return url
    (tmp_path / "desk.db").touch()
    return f"sqlite:///{tmp_path / 'desk.db'}"


def test_from_the_first_version_with_everything_in_it(empty_url: str) -> None:
    """Refused until it is upgraded; then all is there as before, and lists and keys can be kept beside it."""

    async def story(store: SqlStore) -> None:
        await store.database.change_schema(first_version_in_use)  # type: ignore[attr-defined] # both databases have it
        with pytest.raises(SchemaMismatch, match="schema-older: stored='0001'"):
            await store.current()
        assert await store.operations.upgrade() == ("0001", tables.SCHEMA_VERSION)
        snapshot = await store.current()
        assert snapshot.generation == Generation(1, 1, 2)
        assert snapshot.providers == {"openai": provider("openai"), "cohere": provider("cohere", is_active=False)}
        assert (snapshot.slot(CHAT).active, snapshot.slot(CHAT).version) == ("gpt-5", 2)
        assert (set(snapshot.access.admins), snapshot.access.sessions) == ({"sara"}, {})
        assert snapshot.access.tokens == {}
        assert (snapshot.lists, snapshot.keys) == ({}, {})
        async with store.unit_of_work() as work:
            assert list(await work.choices.history(CHAT)) == [choice("gpt-4o", 1), choice("gpt-5", 2)]
            await work.lists.put(list_state(count=0), await store.serialized(VendorList(())))
            await work.keys.put(stored_key())
            await work.tokens.add(api_token("a digest"))
            await work.commit()
        assert (await store.current()).list_state(CHAT.provider) == list_state(count=0)
        assert (await store.access()).tokens == {"a digest": api_token("a digest")}
        assert await store.operations.check() == []

    at(empty_url, story)


def test_admins_that_look_alike_stay(empty_url: str) -> None:
    """Older versions allowed them: the first one has the key of the name, and no further one comes to it."""

    def with_twins(connection: Connection) -> None:
        migrate(connection, "0010")
        for minute, name in enumerate(("Sara", "sara", "nima")):
            row = {"name": name, "role": "super", "password_hash": "h", "is_active": True, "created_at": NOON + timedelta(minutes=minute)}
            connection.execute(insert(tables.admins), row)

    async def story(store: SqlStore) -> None:
        await store.database.change_schema(with_twins)  # type: ignore[attr-defined] # both databases have it
        await store.operations.upgrade()
        access = await store.access()
        assert set(access.admins) == {"Sara", "sara", "nima"}
        assert [[twin.name for twin in alike] for alike in access.admins_alike] == [["Sara", "sara"]]
        async with store.unit_of_work() as work:
            await work.accounts.put(evolve(access.admins["sara"], is_active=False))
            await work.commit()
        with pytest.raises(AdminExists):
            await putting(store, "SARA")
        assert [entry.is_active for entry in (await store.access()).admins.values()].count(False) == 1

    async def putting(store: SqlStore, name: str) -> None:
        async with store.unit_of_work() as work:
            await work.accounts.put(admin(name))
            await work.commit()

    at(empty_url, story)


def test_every_earlier_version_can_be_restored() -> None:
    """Backups of each migration before the current one are accepted."""
    numbers = sorted(file.name[1:5] for file in (MIGRATIONS / "versions").glob("v*.py"))
    assert numbers == [*tables.EARLIER_VERSIONS, tables.SCHEMA_VERSION]


def test_the_migrations_make_what_the_tables_say(empty_url: str) -> None:
    """Column by column: name, type, whether it may be null, and keys."""

    def described(connection: Connection) -> dict[str, object]:
        found = inspect(connection)
        return {
            name: (
                [
                    (column["name"], str(column["type"].compile(connection.dialect)), column["nullable"])
                    for column in found.get_columns(name)
                ],
                found.get_pk_constraint(name)["constrained_columns"],
                sorted(
                    (key["constrained_columns"], key["referred_table"], key["referred_columns"], key["options"].get("ondelete"))
                    for key in found.get_foreign_keys(name)
                ),
            )
            for name in LATER_TABLES
        }

    def made_by_tables(connection: Connection) -> None:
        tables.metadata.create_all(connection)

    def dropped(connection: Connection) -> None:
        for name in LATER_TABLES:
            tables.metadata.tables[name].drop(connection)

    async def story(store: SqlStore) -> None:
        await store.operations.upgrade()
        by_migration = await store.database.read(described)
        await store.database.change_schema(dropped)  # type: ignore[attr-defined] # both databases have it
        await store.database.change_schema(made_by_tables)  # type: ignore[attr-defined]
        assert await store.database.read(described) == by_migration

    at(empty_url, story)
