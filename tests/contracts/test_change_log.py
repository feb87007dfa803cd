"""What every store promises of the change log of vendors' lists."""

from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import text

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.domain.model.catalogue.changes import ChangeKind, ChangeQuery, MissingModel, ModelChange
from modeldesk.domain.model.values.numbers import EntryId, PageSize
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.stores import NOON, AnyStore, StoreFactory, provider

OPENAI, COHERE = Slug("openai"), Slug("cohere")
MINUTE = timedelta(minutes=1)
FACTS = {"name": "GPT ۵", "pricing": {"currency": "USD", "prompt": "2.50"}, "context_length": None}
FIRST = ModelChange(NOON, OPENAI, ModelId("gpt-۵"), ChangeKind.ADDED, None, FACTS)
SECOND = ModelChange(NOON + MINUTE, COHERE, ModelId("embed"), ChangeKind.CONTEXT, {"context_length": 1}, {"context_length": None})
THIRD = ModelChange(NOON + 2 * MINUTE, OPENAI, ModelId("gpt-۵"), ChangeKind.REMOVED, FACTS, None)


async def write(store: AnyStore) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai"), provider("cohere")])
        await work.changes.add([FIRST, SECOND])
        await work.changes.add([])
        await work.commit()
    before = (await store.current()).generation
    async with store.unit_of_work() as work:
        await work.changes.add([THIRD])
        await work.commit()
    assert (await store.current()).generation == before, "the log raises no number"


async def logged(store: AnyStore, **wanted: object) -> list[ModelChange]:
    """Without their ids."""
    return [evolve(change, id=None) for change in await store.model_changes(ChangeQuery(**wanted))]  # type: ignore[arg-type] # a test's choice


async def test_changes_come_back_as_they_were_added(stores: StoreFactory) -> None:
    """The newest first, with ids that grow, in another process too."""
    async with stores.opened() as store:
        await write(store)
    async with stores.opened() as store:
        assert await logged(store) == [THIRD, SECOND, FIRST]
        ids = [change.id or 0 for change in await store.model_changes(ChangeQuery())]
        assert ids == sorted(set(ids), reverse=True)


async def test_changes_are_filtered_and_read_page_by_page(stores: StoreFactory) -> None:
    """By provider, by time, and below an id."""
    async with stores.opened() as store:
        await write(store)
        assert await logged(store, provider=OPENAI) == [THIRD, FIRST]
        assert await logged(store, since=NOON + MINUTE) == [THIRD, SECOND]
        assert await logged(store, limit=PageSize(1)) == [THIRD]
        first_page = await store.model_changes(ChangeQuery(limit=PageSize(2)))
        assert await logged(store, older_than=EntryId(first_page[-1].id or 0)) == [FIRST]


async def test_the_last_change_of_a_model_is_found(stores: StoreFactory) -> None:
    """However many of others came after it; the same id at another provider is another model."""
    async with stores.opened() as store:
        await write(store)
        async with store.unit_of_work() as work:
            await work.changes.add([evolve(SECOND, provider=OPENAI, model_id=ModelId(f"m{number}")) for number in range(40)])
            await work.commit()
        last = await store.last_model_change(OPENAI, THIRD.model_id)
        assert last is not None
        assert evolve(last, id=None) == THIRD
        assert await store.last_model_change(COHERE, THIRD.model_id) is None


async def test_old_changes_are_forgotten(stores: StoreFactory) -> None:
    """Those from before the moment; ids are not used again."""
    async with stores.opened() as store:
        await write(store)
        newest = (await store.model_changes(ChangeQuery()))[0].id or 0
        async with store.unit_of_work() as work:
            await work.changes.forget(NOON + 5 * MINUTE)
            await work.changes.add([FIRST])
            await work.commit()
        [left] = await store.model_changes(ChangeQuery())
        assert (left.id or 0) > newest
        async with store.unit_of_work() as work:
            await work.changes.forget(NOON)
            await work.commit()
        assert await logged(store) == [FIRST], "what is of that very moment stays"


async def test_missing_models_are_those_of_the_last_list(stores: StoreFactory) -> None:
    """By provider; putting them replaces all of that provider's, and rolling back keeps them."""
    one, two = MissingModel(ModelId("a/b"), 0, FACTS), MissingModel(ModelId("c"), 1, {})
    async with stores.opened() as store:
        await write(store)
        async with store.unit_of_work() as work:
            await work.changes.put_missing(OPENAI, [one, two])
            await work.changes.put_missing(COHERE, [two])
            await work.commit()
        async with store.unit_of_work() as work:
            await work.changes.put_missing(OPENAI, [])
            assert list(await work.changes.missing(OPENAI)) == []
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            assert sorted(await work.changes.missing(OPENAI), key=str) == sorted([one, two], key=str)
            await work.changes.put_missing(OPENAI, [two])
            await work.commit()
        async with store.unit_of_work() as work:
            assert list(await work.changes.missing(OPENAI)) == [two]
            assert list(await work.changes.missing(COHERE)) == [two]
            assert list(await work.changes.missing(Slug("nobody"))) == []


@pytest.mark.parametrize(
    "harm",
    [
        "before = '['",
        "before = '[1]'",
        "after = '7'",
        "after = 'null'",
        """before = '{"context_length": "many"}'""",
        """before = '{}'""",
        """after = '{"context_length": null, "retires_on": "soon"}', before = after""",
        """before = '{"pricing": [1]}', after = '{"pricing": null}'""",
        """before = '{"pricing": {"prompt": 1}}', after = '{"pricing": null}'""",
        "kind = 'odd'",
    ],
)
async def test_a_change_of_another_shape_is_said(database: str, harm: str) -> None:
    """To whoever reads the log, and the last change of the model; the rest of the desk works."""
    store = SqlStore(database)
    try:
        await write(store)
        async with store.unit_of_work() as work:
            await work.transaction.run(
                lambda connection: connection.execute(text(f"UPDATE model_changes SET {harm} WHERE model_id = 'embed'"))
            )
            await work.commit()
        await store.current()
        assert await logged(store, provider=OPENAI) == [THIRD, FIRST]
        for read in (store.model_changes(ChangeQuery()), store.last_model_change(COHERE, SECOND.model_id)):
            with pytest.raises(StorageUnavailable, match="stored-row-unreadable"):
                await read
    finally:
        await store.close()


@pytest.mark.parametrize("facts", ["[1]", '{"name": 1}'])
async def test_a_missing_model_of_another_shape_is_said(database: str, facts: str) -> None:
    """What is known of it would be recorded as a change."""
    store = SqlStore(database)
    try:
        await write(store)
        async with store.unit_of_work() as work:
            await work.changes.put_missing(OPENAI, [MissingModel(ModelId("c"), 1, {})])
            await work.commit()
        async with store.unit_of_work() as work:
            await work.transaction.run(
                lambda connection: connection.execute(text("UPDATE missing_models SET facts = :facts"), {"facts": facts})
            )
            await work.commit()
        async with store.unit_of_work() as work:
            with pytest.raises(StorageUnavailable, match="stored-row-unreadable"):
                await work.changes.missing(OPENAI)
    finally:
        await store.close()
