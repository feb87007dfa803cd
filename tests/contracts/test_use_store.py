"""What the store of uses promises, whoever keeps the desk."""

from datetime import timedelta

from attrs import evolve

from modeldesk.domain.model.use import Use, UseChange, UseName
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, Slug
from tests.support.stores import NOON, AnyStore, StoreFactory, provider

SUPPORT = UseName("support-chat")


def use(name: str = "support-chat", at: str = "openai", version: int = 1, fallbacks: tuple[str, ...] = ()) -> Use:
    text = MultilineText("گفتگو با مشتری\nand more")
    return Use(UseName(name), CapabilityName("chat"), Slug(at), text, tuple(Slug(entry) for entry in fallbacks), version)


def change(then: Use | None, version: int, restores: int | None = None) -> UseChange:
    return UseChange(SUPPORT, version, then, NOON + timedelta(seconds=version), "سارا", restores)


async def with_providers(store: AnyStore, *changes: UseChange) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai"), provider("cohere")])
        for entry in changes:
            await work.uses.record(entry)
        await work.commit()


async def test_a_use_is_kept_whole(stores: StoreFactory) -> None:
    """Every field of it, for the unit of work that wrote it and, after the commit, in everybody's snapshot."""

    store = stores.open()
    other, kept = stores.open(), use(fallbacks=("cohere",))
    await with_providers(store)
    before = (await other.current()).generation
    async with store.unit_of_work() as work:
        await work.uses.record(change(kept, 1))
        assert (await work.uses.state(SUPPORT)).use == kept
        assert (await store.current()).uses == {}, "not committed yet"
        await work.commit()
    for reader in (store, other):
        snapshot = await reader.current()
        assert snapshot.uses == {SUPPORT: kept}
        assert (snapshot.generation.catalogue, snapshot.generation.choices) == (before.catalogue, before.choices + 1)
    if other is not store:
        await other.close()

    await store.close()


async def test_the_history_outlives_a_deletion(stores: StoreFactory) -> None:
    """The name has no use any more, its version goes on counting, and every change stays readable."""

    store = stores.open()
    changes = [change(use(), 1), change(use(at="cohere", version=2), 2), change(None, 3), change(use(at="cohere", version=4), 4, 2)]
    await with_providers(store, *changes[:3])
    async with store.unit_of_work() as work:
        state = await work.uses.state(SUPPORT)
        assert (state.version, state.use) == (3, None)
        assert list(await work.uses.all()) == []
        await work.uses.record(changes[3])
        assert list(await work.uses.history(SUPPORT)) == changes
        assert (await work.uses.state(SUPPORT)).version == 4
        assert (await work.uses.state(UseName("never"))).version == 0
        await work.commit()

    await store.close()


async def test_deletions_are_read_beside_the_unit_of_work(stores: StoreFactory) -> None:
    """Of these names, those whose last change is a deletion, sorted by name."""
    lone, again = UseName("a-b"), UseName("a1")
    asked = [SUPPORT, again, lone, UseName("never")]
    async with stores.opened() as store:
        assert list(await store.use_deletions(asked)) == []
        deletion = UseChange(lone, 2, None, NOON, "sara")
        await with_providers(
            store,
            *(change(use(), 1), change(None, 2)),
            *(
                UseChange(again, 1, use("a1"), NOON, "cli"),
                UseChange(again, 2, None, NOON, "cli"),
                UseChange(again, 3, use("a1"), NOON, "cli"),
            ),
            *(UseChange(lone, 1, use("a-b"), NOON, "cli"), deletion),
        )
    async with stores.opened() as store:
        assert list(await store.use_deletions(asked)) == [deletion, change(None, 2)]
        assert list(await store.use_deletions([again])) == []


async def test_uses_are_sorted_and_each_has_one_row(stores: StoreFactory) -> None:
    """Setting a use again replaces it: no name stands twice."""

    store = stores.open()
    later = use("zebra")
    await with_providers(
        store,
        UseChange(later.name, 1, later, NOON, "cli"),
        change(use(), 1),
        change(use(at="cohere", version=2), 2),
    )
    snapshot = await store.current()
    assert [(name, entry.provider, entry.version) for name, entry in snapshot.uses.items()] == [
        ("support-chat", "cohere", 2),
        ("zebra", "openai", 1),
    ]

    await store.close()


async def test_what_an_import_wrote_into_a_use_is_kept(stores: StoreFactory) -> None:
    """With the use itself, until the next change of it; the fields of one that no import has written are None."""
    imported = {"provider": "cohere", "fallbacks": ("openai",), "description": None}
    async with stores.opened() as store:
        await with_providers(store, change(evolve(use(), imported_values=imported), 1))
    async with stores.opened() as store, store.unit_of_work() as work:
        (kept,) = await work.uses.all()
        assert kept.imported_values == imported
        await work.uses.record(change(use(version=2), 2))
        await work.commit()
    async with stores.opened() as store:
        assert (await store.current()).uses[SUPPORT].imported_values == {}


async def test_what_a_use_remembers_is_replaced_beside_its_history(stores: StoreFactory) -> None:
    """Every reader sees it after the commit; the version and the history stay as they are."""
    store = stores.open()
    other = stores.open()
    first = change(evolve(use(), imported_values={"provider": "cohere"}), 1)
    await with_providers(store, first)
    before = (await other.current()).generation
    async with store.unit_of_work() as work:
        await work.uses.remember(evolve(use(), imported_values={"provider": "acme"}))
        assert list(await work.uses.history(SUPPORT)) == [change(use(), 1)]
        await work.commit()
    for reader in (store, other):
        snapshot = await reader.current()
        assert (snapshot.uses[SUPPORT], snapshot.uses[SUPPORT].imported_values) == (use(), {"provider": "acme"})
        assert snapshot.generation.choices == before.choices + 1
    if other is not store:
        await other.close()
    await store.close()
