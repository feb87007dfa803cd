"""What the stores of identities, used states and sign-in links promise, whoever keeps the desk."""

from datetime import timedelta

from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.sign_in_link import SignInLink
from tests.support.stores import NOON, StoreFactory, admin

MINUTE = timedelta(minutes=1)
HERE, THERE = FederatedIdentity("https://a.example", "7"), FederatedIdentity("https://b.example", "7")


async def test_an_identity_belongs_to_one_admin(stores: StoreFactory) -> None:
    """By issuer and subject together; snapshots have it, and the generation is raised."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.accounts.put(admin("sara"))
            await work.accounts.put(admin("nima"))
            await work.identities.link(HERE, "sara")
            await work.identities.link(THERE, "nima")
            await work.commit()
        access = (await store.current()).access
        assert (access.identities_of("sara"), access.identities_of("nima"), access.identities_of("x")) == ([HERE], [THERE], [])
        async with store.unit_of_work() as work:
            assert await work.identities.admin_of(HERE) == "sara"
            await work.identities.unlink(HERE)
            await work.identities.unlink(HERE)
            assert await work.identities.admin_of(HERE) is None
            assert await work.identities.admin_of(THERE) == "nima"
            await work.commit()
        assert dict((await store.access()).identities) == {THERE: "nima"}


async def test_a_state_is_used_once(stores: StoreFactory) -> None:
    """Until it has expired, which is when nobody can answer with it any more; the generation stays."""
    async with stores.opened() as store:
        before = await store.current()
        for digest, minutes, is_new in (
            ("a", 0, True),
            ("a", 5, False),
            ("b", 9, True),
            ("a", 10, False),
            ("c", 10, True),
            ("a", 10, True),
        ):
            async with store.unit_of_work() as work:
                now = NOON + minutes * MINUTE
                assert await work.one_time.use_state(digest, now + 10 * MINUTE, now) is is_new, (digest, minutes)
                await work.commit()
        assert await store.current() == before


async def test_an_admin_has_one_link(stores: StoreFactory) -> None:
    """A newer one replaces it, and it can be deleted; the generation stays."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.accounts.put(admin("sara"))
            await work.commit()
        before = await store.current()
        async with store.unit_of_work() as work:
            await work.one_time.put_link(SignInLink("a", "sara", NOON))
            await work.one_time.put_link(SignInLink("b", "sara", NOON + MINUTE))
            await work.commit()
        assert await store.sign_in_link("a") is None
        assert await store.sign_in_link("b") == SignInLink("b", "sara", NOON + MINUTE)
        async with store.unit_of_work() as work:
            assert await work.one_time.link("a") is None
            assert await work.one_time.link("b") == SignInLink("b", "sara", NOON + MINUTE)
            await work.one_time.delete_link("sara")
            await work.one_time.delete_link("sara")
            assert await work.one_time.link("b") is None
        assert await store.current() == before
