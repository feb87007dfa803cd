"""What the store of API tokens promises, whoever keeps the desk."""

from datetime import timedelta

import pytest

from modeldesk.domain.model.access.permissions import Scope
from tests.support.stores import NOON, AnyStore, StoreFactory, admin, api_token

MINUTE = timedelta(minutes=1)


async def with_tokens(store: AnyStore, *names: str) -> None:
    async with store.unit_of_work() as work:
        await work.accounts.put(admin("sara"))
        for name in names:
            await work.tokens.add(api_token(f"digest of {name}", name))
        await work.commit()


@pytest.mark.parametrize("scopes", [set(), {Scope.READ}, set(Scope)])
async def test_a_token_is_kept_whole(stores: StoreFactory, scopes: set[Scope]) -> None:
    """Every field of it, by its digest, in the snapshot and beside it; seen by another process too, as a number is raised."""
    async with stores.opened() as store:
        other, token = stores.open(), api_token("d", "سازنده", scopes=frozenset(scopes))
        before = (await other.current()).generation
        async with store.unit_of_work() as work:
            await work.accounts.put(admin("sara"))
            await work.tokens.add(token)
            assert await work.tokens.by_name("سازنده") == token
            assert (await store.access()).tokens == {}, "not committed yet"
            await work.commit()
        for reader in (store, other):
            assert (await reader.current()).access.tokens == (await reader.access()).tokens == {"d": token}
            assert (await reader.current()).generation.access == before.access + 1
        if other is not store:
            await other.close()


async def test_a_name_is_found_in_whatever_letter_case(stores: StoreFactory) -> None:
    """As Unicode folds it; another name is not."""
    async with stores.opened() as store:
        await with_tokens(store, "Straße", "nightly")
        async with store.unit_of_work() as work:
            for name in ("Straße", "STRASSE", "strasse"):
                found = await work.tokens.by_name(name)
                assert found is not None
                assert found.name == "Straße"
            assert await work.tokens.by_name("night") is None
            assert await work.tokens.by_name("night%") is None


async def test_a_token_that_goes_takes_its_use_with_it(stores: StoreFactory) -> None:
    """The others stay; one that is not there is fine, and a number is raised."""
    async with stores.opened() as store:
        await with_tokens(store, "one", "two")
        before = (await store.current()).generation.access
        async with store.unit_of_work() as work:
            await work.tokens.record_use("digest of one", NOON)
            await work.tokens.delete("digest of one")
            await work.tokens.delete("digest of three")
            assert await work.tokens.by_name("one") is None
            assert [await work.tokens.exists(f"digest of {name}") for name in ("one", "two")] == [False, True]
            await work.commit()
        assert set((await store.access()).tokens) == {"digest of two"}
        assert await store.token_uses(["digest of one", "digest of two"]) == {}
        assert (await store.current()).generation.access == before + 1
        async with store.unit_of_work() as work:
            await work.tokens.add(api_token("digest of one", "one"))
            await work.commit()
        assert await store.token_uses(["digest of one"]) == {}


async def test_a_use_is_written_forward_only_and_without_a_number(stores: StoreFactory) -> None:
    """None before the first; what is older than what stands there changes nothing, and a use makes no token."""
    async with stores.opened() as store:
        await with_tokens(store, "one", "two")
        before = await store.current()
        assert await store.token_uses(["digest of one", "digest of two"]) == {}
        for minutes in (-1, 3, 2):
            async with store.unit_of_work() as work:
                await work.tokens.record_use("digest of one", NOON + minutes * MINUTE)
                await work.tokens.record_use("digest of three", NOON)
                await work.commit()
        assert await store.token_uses(["digest of one", "digest of two", "digest of three"]) == {"digest of one": NOON + 3 * MINUTE}
        assert await store.token_uses([]) == {}
        assert await store.current() == before


async def test_an_end_is_recorded_for_good(stores: StoreFactory) -> None:
    """Of what has expired by then; the first time stays, and a number is raised."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.accounts.put(admin("sara"))
            for minutes in (1, 2, 3):
                await work.tokens.add(api_token(f"{minutes}", f"token {minutes}", expires_at=NOON + minutes * MINUTE))
            await work.commit()
        before = (await store.current()).generation.access
        for minutes in (2, 3):
            async with store.unit_of_work() as work:
                await work.tokens.end_expired(NOON + minutes * MINUTE)
                await work.commit()
        ended = {digest: token.ended_at for digest, token in (await store.access()).tokens.items()}
        assert ended == {"1": NOON + 2 * MINUTE, "2": NOON + 2 * MINUTE, "3": NOON + 3 * MINUTE}
        assert (await store.current()).generation.access > before
