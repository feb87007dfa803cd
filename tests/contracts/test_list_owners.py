"""What every store promises of lists that have owners; and that the migration that gave them owners loses nothing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.list_rows import serialized
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.stores import AnyStore, StoreFactory, list_state, provider, stored_key

OPENAI = Slug("openai")
MIGRATIONS = Path(tables.__file__).with_name("migrations")


def a_list(model: str) -> VendorList:
    return VendorList((VendorModel(ModelId(model)),))


async def put(store: AnyStore, *owners: str | None) -> None:
    """A state and a list of each of these owners, all of one revision and digest."""
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai"), provider("cohere")])
        for owner in owners:
            await work.lists.put(list_state(owner=owner, asked_at=list_state().fetched_at), await store.serialized(a_list(f"of-{owner}")))
        await work.commit()


async def test_lists_of_one_provider_stand_beside_each_other(stores: StoreFactory) -> None:
    """By owner: in the unit of work, in the snapshot, where those of all are apart, and as lists, in another process too."""
    async with stores.opened() as store:
        await put(store, None, "nima", "omid")
    async with stores.opened() as store:
        snapshot = await store.current()
        assert set(snapshot.lists) == {OPENAI}
        assert set(snapshot.own_lists) == {(OPENAI, "nima"), (OPENAI, "omid")}
        async with store.unit_of_work() as work:
            assert {state.owner for state in await work.lists.own(OPENAI)} == {"nima", "omid"}
            assert await work.lists.own(Slug("cohere")) == []
            for owner in (None, "nima", "omid"):
                state = await work.lists.state(OPENAI, owner)
                assert state == snapshot.list_state(OPENAI, owner) == list_state(owner=owner, asked_at=list_state().fetched_at)
                assert await store.models(state) == a_list(f"of-{owner}")
            assert await work.lists.state(OPENAI, "sara") == ListState(OPENAI, owner="sara")


async def test_an_own_list_is_forgotten_alone(stores: StoreFactory) -> None:
    """With its state and its contents; nobody else's; and one that is not there is fine."""
    async with stores.opened() as store:
        await put(store, None, "nima", "omid")
        async with store.unit_of_work() as work:
            await work.lists.forget(OPENAI, "nima")
            await work.lists.forget(OPENAI, "nobody")
            await work.commit()
        snapshot = await store.current()
        assert (set(snapshot.lists), set(snapshot.own_lists)) == ({OPENAI}, {(OPENAI, "omid")})
        assert await store.models(list_state(owner="nima")) is None
        assert await store.models(list_state(owner="omid")) == a_list("of-omid")
        assert await store.models(list_state()) == a_list("of-None")


async def test_every_key_is_told(stores: StoreFactory) -> None:
    """Whoever owns it."""
    keys = [stored_key(), stored_key(owner="nima"), stored_key("cohere")]
    async with stores.opened() as store:
        await put(store)
        async with store.unit_of_work() as work:
            for key in keys:
                await work.keys.put(key)
            assert sorted(await work.keys.all(), key=repr) == sorted(keys, key=repr)
            await work.commit()


def upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


BEFORE = (
    "INSERT INTO providers VALUES ('openai', 'O', 'O', '', 'X', '', '', '', '', '{}', '{}', '{}', 0, true, false, true, false)",
    "INSERT INTO vendor_lists (provider, digest, stamp, count, fetched_at, clearings, is_cleared, shrunk_digest, shrunk_count)"
    " VALUES ('openai', 'd1', 1700000000000000, 2, '2026-11-24 12:00:00+00:00', 4, false, 'ids', 1)",
    "INSERT INTO list_contents (provider, stamp, models) VALUES ('openai', 1700000000000000, 'zz')",
)
LIST_BEFORE = serialized(VendorList((VendorModel(ModelId("a")), VendorModel(ModelId("b")))))


async def test_a_database_from_before_owners_keeps_its_lists(tmp_path: Path, postgres_database: str) -> None:
    """As everybody's, state and contents; and a list still goes with its state, in both databases."""

    def before(connection: Connection) -> None:
        upgrade(connection, "0002")
        written = LIST_BEFORE.hex()
        literal = f"X'{written}'" if connection.dialect.name == "sqlite" else f"'\\x{written}'"
        for statement in BEFORE:
            connection.execute(text(statement.replace("'zz'", literal)))

    def rows(connection: Connection) -> list[object]:
        found = connection.execute(text("SELECT owner, digest, revision, count, invalidations, shrunk_count FROM vendor_lists")).all()
        contents = connection.execute(text("SELECT owner, revision, models FROM list_contents")).all()
        connection.execute(text("DELETE FROM vendor_lists"))
        left = connection.execute(text("SELECT count(*) FROM list_contents")).scalar_one()
        return [tuple(found[0]), (*contents[0][:2], bytes(contents[0][2])), left]

    async def story(url: str) -> None:
        store = SqlStore(url)
        if url.startswith("sqlite"):
            (tmp_path / "desk.db").touch()
        await store.database.change_schema(before)  # type: ignore[attr-defined] # both databases have it
        assert await store.operations.upgrade() == ("0002", tables.SCHEMA_VERSION)
        assert await store.operations.check() == []
        state = (await store.current()).list_state(OPENAI)
        assert (state.owner, state.digest, state.count, state.asked_at) == (None, "d1", 2, None)
        async with store.unit_of_work() as work:
            found = await work.transaction.run(rows)
        assert found == [("", "d1", 1_700_000_000_000_000, 2, 4, 1), ("", 1_700_000_000_000_000, LIST_BEFORE), 0]
        await store.close()

    for url in (f"sqlite:///{tmp_path / 'desk.db'}", postgres_database):
        await story(url)
