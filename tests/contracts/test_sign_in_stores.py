"""What the stores of sessions, attempts and the set-up token promise, whoever keeps the desk."""

from datetime import timedelta

import pytest

from modeldesk.domain.errors import AdminExists
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.setup_token import SetupToken
from tests.support.stores import NOON, AnyStore, StoreFactory, admin, session

MINUTE = timedelta(minutes=1)


async def with_sessions(store: AnyStore, *digests: str) -> None:
    async with store.unit_of_work() as work:
        await work.accounts.put(admin("sara"))
        for digest in digests:
            await work.sessions.begin(session(digest, "sara", 60))
        await work.commit()


async def test_a_use_is_written_forward_only_and_without_a_number(stores: StoreFactory) -> None:
    """It begins with the session's beginning; what is older than what stands there changes nothing, and no number is raised."""
    async with stores.opened() as store:
        await with_sessions(store, "a", "b")
        before = await store.current()
        assert await store.last_uses(["a", "b", "c"]) == {"a": NOON, "b": NOON}
        for minutes in (-1, 3, 2):
            async with store.unit_of_work() as work:
                await work.sessions.record_use("a", NOON + minutes * MINUTE)
                await work.commit()
        assert await store.last_uses(["a", "b"]) == {"a": NOON + 3 * MINUTE, "b": NOON}
        assert await store.last_uses([]) == {}
        assert await store.current() == before


async def test_a_use_makes_no_session(stores: StoreFactory) -> None:
    """Written down for one that has ended, it brings nothing back."""
    async with stores.opened() as store:
        await with_sessions(store, "a")
        async with store.unit_of_work() as work:
            await work.sessions.end("a")
            await work.sessions.record_use("a", NOON + MINUTE)
            assert await work.sessions.of("sara") == []
            await work.commit()
        assert await store.last_uses(["a"]) == {}
        assert (await store.current()).access.sessions == {}


async def test_what_was_not_used_is_forgotten(stores: StoreFactory) -> None:
    """By its last use or by its hour, whichever comes first; at the very moment too."""
    async with stores.opened() as store:
        await with_sessions(store, "a", "b", "c")
        async with store.unit_of_work() as work:
            await work.sessions.record_use("a", NOON + 10 * MINUTE)
            await work.sessions.record_use("b", NOON + 11 * MINUTE)
            await work.sessions.forget_ended(NOON, NOON + 10 * MINUTE)
            await work.commit()
        assert set((await store.current()).access.sessions) == {"b"}
        async with store.unit_of_work() as work:
            await work.sessions.forget_ended(NOON + 60 * MINUTE, NOON)
            await work.commit()
        assert (await store.current()).access.sessions == {}


async def test_sessions_of_one_admin(stores: StoreFactory) -> None:
    """With the address they began at, and nobody else's; one that was ended is not there."""
    async with stores.opened() as store:
        await with_sessions(store, "a", "b")
        async with store.unit_of_work() as work:
            await work.accounts.put(admin("nima"))
            await work.sessions.begin(session("c", "nima"))
            assert {found.digest for found in await work.sessions.of("sara")} == {"a", "b"}
            assert list(await work.sessions.of("nima")) == [session("c", "nima")]
            await work.sessions.end("a")
            assert [await work.sessions.exists(digest) for digest in "abcd"] == [False, True, True, False]
            assert {found.name for found in await work.accounts.all()} == {"sara", "nima"}
            await work.commit()


async def test_attempts_are_kept(stores: StoreFactory) -> None:
    """Replaced by digest, gone where nothing is left to count; seen in the unit of work and, after it, without a turn."""
    async with stores.opened() as store:
        before = await store.current()
        counts = [FailureCount("a", 1, NOON), FailureCount("b", 7, NOON + MINUTE)]
        async with store.unit_of_work() as work:
            await work.attempts.put(counts)
            assert sorted(await work.attempts.get(["a", "b", "c"]), key=lambda count: count.digest) == counts
            assert await store.attempts(["a"]) == [], "not committed yet"
            await work.commit()
        assert await store.attempts(["b"]) == [counts[1]]
        async with store.unit_of_work() as work:
            await work.attempts.put([FailureCount("a", 0, NOON), FailureCount("b", 8, NOON + 2 * MINUTE)])
            await work.attempts.put([])
            await work.commit()
        assert list(await store.attempts(["a", "b"])) == [FailureCount("b", 8, NOON + 2 * MINUTE)]
        assert await store.current() == before, "no number is raised"


@pytest.mark.parametrize(
    ("minutes", "most", "kept"),
    [
        (-1, 9, {"old", "new", "many"}),
        (0, 9, {"new", "many"}),
        (-1, 2, {"many", "new"}),
        (-1, 1, {"many"}),
        (-1, 0, set()),
        (5, 9, set()),
    ],
)
async def test_attempts_are_forgotten(stores: StoreFactory, minutes: int, most: int, kept: set[str]) -> None:
    """The old ones, and of too many those with the fewest failures, the older first."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.attempts.put(
                [FailureCount("old", 1, NOON), FailureCount("new", 1, NOON + MINUTE), FailureCount("many", 9, NOON + 1 * MINUTE)]
            )
            await work.attempts.forget(NOON + minutes * MINUTE, most)
            await work.commit()
        assert {count.digest for count in await store.attempts(["old", "new", "many"])} == kept


async def test_there_is_one_set_up_token(stores: StoreFactory) -> None:
    """The last one; or none."""
    async with stores.opened() as store:
        before = await store.current()
        async with store.unit_of_work() as work:
            assert await work.setup.get() is None
            for digest in ("a", "b"):
                await work.setup.put(SetupToken(digest, NOON))
            assert await work.setup.get() == SetupToken("b", NOON)
            assert await store.setup_token() is None
            await work.commit()
        assert await store.setup_token() == SetupToken("b", NOON)
        async with store.unit_of_work() as work:
            assert await work.setup.get() == SetupToken("b", NOON)
            await work.setup.put(None)
            await work.setup.put(None)
            assert await work.setup.get() is None
            await work.commit()
        assert await store.current() == before, "no number is raised"


@pytest.mark.parametrize("name", ["Sara", "sara\u200b", "ｓａｒａ"])
async def test_two_admins_never_have_one_name(stores: StoreFactory, name: str) -> None:
    """Whatever a service has checked before: of two that come at once, one is told."""
    async with stores.opened() as store:
        await with_sessions(store)
        with pytest.raises(AdminExists):
            await putting(store, name)
        assert set((await store.access()).admins) == {"sara"}
        await putting(store, "sara")


async def putting(store: AnyStore, name: str) -> None:
    async with store.unit_of_work() as work:
        await work.accounts.put(admin(name))
        await work.commit()
