"""What every store promises of requests that were done with a key."""

from datetime import timedelta

from modeldesk.domain.model.idempotency import CompletedRequest, IdempotencyKey
from tests.support.manual_clock import NOON
from tests.support.stores import CHAT, AnyStore, StoreFactory


def done(digest: str, seconds: int = 0) -> CompletedRequest:
    return CompletedRequest(IdempotencyKey(digest, f"request of {digest}"), CHAT, 3, is_change=True, at=NOON + timedelta(seconds=seconds))


async def kept(store: AnyStore, *digests: str) -> list[str]:
    async with store.unit_of_work() as work:
        return [digest for digest in digests if await work.completed_requests.get(digest) is not None]


async def test_a_request_is_found_by_the_digest_of_its_key(stores: StoreFactory) -> None:
    """As it was added, in another process too, and no number is raised."""
    async with stores.opened() as store:
        before = (await store.current()).generation
        async with store.unit_of_work() as work:
            await work.completed_requests.add(done("a"))
            assert await work.completed_requests.get("a") == done("a")
            await work.commit()
        assert (await store.current()).generation == before
    async with stores.opened() as store, store.unit_of_work() as work:
        assert await work.completed_requests.get("a") == done("a")
        assert await work.completed_requests.get("b") is None


async def test_the_latest_are_kept_until_their_time_is_over(stores: StoreFactory) -> None:
    """Those that are over go first, then the oldest of too many."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            for number, digest in enumerate("abcd"):
                await work.completed_requests.add(done(digest, number))
            await work.completed_requests.forget(NOON, 2)
            await work.commit()
        assert await kept(store, *"abcd") == ["c", "d"]
        async with store.unit_of_work() as work:
            await work.completed_requests.forget(NOON + timedelta(seconds=2), 10)
            await work.commit()
        assert await kept(store, *"abcd") == ["d"]


async def test_a_request_that_is_done_again_replaces_the_earlier_one(stores: StoreFactory) -> None:
    """Its outcome may be unknown where the database was restored."""
    async with stores.opened() as store:
        for second in (0, 1):
            async with store.unit_of_work() as work:
                await work.completed_requests.add(done("a", second))
                await work.commit()
        async with store.unit_of_work() as work:
            assert await work.completed_requests.get("a") == done("a", 1)
