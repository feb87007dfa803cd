"""What every store of keys and of live lists promises, and where the lists themselves are kept."""

from datetime import date, timedelta
from decimal import Decimal

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.keys.provider_key import KeyRejection
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.stores import NOON, AnyStore, StoreFactory, list_state, provider, stored_key

OPENAI, COHERE = Slug("openai"), Slug("cohere")
EVERYTHING_SAID = VendorModel(
    ModelId("gpt-۵"),
    "GPT ۵",
    Pricing(PriceUnit.MILLION_TOKENS, {"prompt": Decimal("0.0750"), "completion": Decimal("1E+2")}),
    400_000,
    (Modality.TEXT, Modality.IMAGE),
    (Modality.TEXT,),
    "chat",
    date(2025, 8, 7),
    date(2026, 12, 1),
    date(2027, 1, 1),
    "not active",
)
MODELS = VendorList((EVERYTHING_SAID, VendorModel(ModelId("o5"))), repeated=2, unreadable=1)


async def with_providers(store: AnyStore, *slugs: str) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug) for slug in slugs])
        await work.commit()


async def put_list(store: AnyStore, state: ListState, models: VendorList | None = None) -> None:
    packed = await store.serialized(models) if models is not None else None
    async with store.unit_of_work() as work:
        await work.lists.put(state, packed)
        await work.commit()


async def test_a_head_comes_back_as_it_was_put(stores: StoreFactory) -> None:
    """Every part of it, in the unit of work, in the snapshot, and in another process; a provider whose list nobody read has a new one."""
    async with stores.opened() as store:
        await with_providers(store, "openai", "cohere")
        await put_list(store, list_state())
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            assert await work.lists.state(OPENAI) == list_state()
            assert await work.lists.state(COHERE) == ListState(COHERE)
        snapshot = await store.current()
        assert snapshot.lists == {OPENAI: list_state()}
        assert (snapshot.list_state(OPENAI), snapshot.list_state(COHERE)) == (list_state(), ListState(COHERE))


async def test_a_head_is_replaced_whole(stores: StoreFactory) -> None:
    """What the new one does not say is gone; what was put and read back in one unit of work is the new one."""
    bare = ListState(OPENAI, invalidations=5)
    async with stores.opened() as store:
        await with_providers(store, "openai")
        await put_list(store, list_state())
        async with store.unit_of_work() as work:
            await work.lists.put(bare)
            assert await work.lists.state(OPENAI) == bare
            await work.commit()
        assert (await store.current()).list_state(OPENAI) == bare


async def test_a_list_is_found_by_the_stamp_that_it_was_put_with(stores: StoreFactory) -> None:
    """Exactly as it was, in another process too; a state of another revision finds nothing, and a state put alone keeps the list."""
    async with stores.opened() as store:
        await with_providers(store, "openai", "cohere")
        await put_list(store, list_state(), MODELS)
        await put_list(store, list_state(failure=None))
    async with stores.opened() as store:
        assert await store.models(list_state()) == MODELS
        found = await store.models(list_state(digest="another", count=9))
        assert found is not None
        assert found.models[0].pricing is not None
        assert {name: str(amount) for name, amount in found.models[0].pricing.amounts.items()} == {"prompt": "0.0750", "completion": "1E+2"}
        for revision in (0, 2, 4):
            assert await store.models(list_state(revision=revision)) is None
        assert await store.models(list_state("cohere")) is None


async def test_a_newer_list_takes_the_place_of_the_older_one(stores: StoreFactory) -> None:
    """Who comes with the old state is told that it is gone, and never gets the other list for it."""
    fewer = VendorList((EVERYTHING_SAID,))
    async with stores.opened() as store:
        await with_providers(store, "openai")
        await put_list(store, list_state(), MODELS)
        await put_list(store, list_state(revision=4), fewer)
        assert await store.models(list_state(revision=4)) == fewer
        assert await store.models(list_state()) is None


async def test_a_list_that_was_not_committed_is_not_there(stores: StoreFactory) -> None:
    """Neither its state nor itself."""
    async with stores.opened() as store:
        await with_providers(store, "openai")
        async with store.unit_of_work() as work:
            await work.lists.put(list_state(), await store.serialized(MODELS))
            assert await work.lists.state(OPENAI) == list_state()
        assert (await store.current()).lists == {}
        assert await store.models(list_state()) is None


async def test_an_empty_list_and_one_of_thousands_are_kept_alike(stores: StoreFactory) -> None:
    """Size makes no difference."""
    many = VendorList(tuple(VendorModel(ModelId(f"model-{number}"), context_length=number) for number in range(5_000)))
    async with stores.opened() as store:
        await with_providers(store, "openai", "cohere")
        await put_list(store, list_state(), many)
        await put_list(store, list_state("cohere"), VendorList(()))
        assert await store.models(list_state()) == many
        assert await store.models(list_state("cohere")) == VendorList(())


async def test_a_key_comes_back_as_it_was_put(stores: StoreFactory) -> None:
    """Byte for byte, shared ones and an admin's own apart; one that is not there is none."""
    rejection = KeyRejection(Reason("vendor-said", said="نه", status=401), "d" * 32, NOON + timedelta(minutes=1))
    shared, own = stored_key(rejection=rejection), stored_key(owner="sara", sealed=b"other", is_suspended=True)
    async with stores.opened() as store:
        await with_providers(store, "openai", "cohere")
        async with store.unit_of_work() as work:
            assert await work.keys.get(OPENAI, None) is None
            await work.keys.put(shared)
            await work.keys.put(own)
            await work.commit()
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            assert await work.keys.get(OPENAI, None) == shared
            assert await work.keys.get(OPENAI, "sara") == own
            assert await work.keys.get(OPENAI, "nima") is None
            assert await work.keys.get(COHERE, None) is None
            assert set(await work.keys.providers()) == {"openai"}
        snapshot = await store.current()
        assert snapshot.keys == {(OPENAI, None): shared, (OPENAI, "sara"): own}
        assert (snapshot.shared_key(OPENAI), snapshot.shared_key(COHERE)) == (shared, None)


async def test_a_key_is_replaced_and_deleted_alone(stores: StoreFactory) -> None:
    """The others of its provider, and those of other providers, stay; deleting what is not there is fine."""
    newer = stored_key(hint="", set_at=NOON + timedelta(days=1), fingerprint="0" * 64)
    async with stores.opened() as store:
        await with_providers(store, "openai", "cohere")
        async with store.unit_of_work() as work:
            for key in (stored_key(), stored_key(owner="sara"), stored_key("cohere"), newer):
                await work.keys.put(key)
            await work.commit()
        assert (await store.current()).shared_key(OPENAI) == newer
        async with store.unit_of_work() as work:
            await work.keys.delete(OPENAI, None)
            await work.keys.delete(OPENAI, "nobody")
            assert set(await work.keys.providers()) == {"openai", "cohere"}
            await work.commit()
        assert set((await store.current()).keys) == {(OPENAI, "sara"), (COHERE, None)}


async def test_keys_are_set_aside_by_provider_and_used_again_once_entered(stores: StoreFactory) -> None:
    """All of one provider's, whoever owns them; nothing else of them changes."""
    async with stores.opened() as store:
        await with_providers(store, "openai", "cohere")
        async with store.unit_of_work() as work:
            for key in (stored_key(), stored_key(owner="sara"), stored_key("cohere")):
                await work.keys.put(key)
            await work.keys.suspend(OPENAI)
            assert (await work.keys.get(OPENAI, None)) == evolve(stored_key(), is_suspended=True)
            await work.commit()
        assert {place: key.is_suspended for place, key in (await store.current()).keys.items()} == {
            (OPENAI, None): True,
            (OPENAI, "sara"): True,
            (COHERE, None): False,
        }
        async with store.unit_of_work() as work:
            await work.keys.put(stored_key())
            await work.commit()
        assert (await store.current()).shared_key(OPENAI) == stored_key()
