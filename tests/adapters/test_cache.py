"""The cache of catalogues in this process: lists of one generation, and nothing older."""

from asyncio import run

import pytest

from modeldesk.adapters.cache.memory import InMemoryCatalogueCache
from modeldesk.domain.catalogue import Catalogue, Slot, Source
from modeldesk.domain.texts import CapabilityName, Slug

ACME_CHAT = Slot(Slug("acme"), CapabilityName("chat"))
ACME_IMAGE = Slot(Slug("acme"), CapabilityName("image"))
OTHER_CHAT = Slot(Slug("other"), CapabilityName("chat"))


def a_list(slot: Slot) -> Catalogue:
    return Catalogue(slot, Source.STATIC, ())


def test_what_was_put_is_found_while_its_generation_is_asked_for() -> None:
    """Neither an older nor a newer number is answered with it, nor another slot."""

    async def story() -> None:
        cache, kept = InMemoryCatalogueCache(), a_list(ACME_CHAT)
        assert await cache.get(ACME_CHAT, 0) is None
        await cache.put(ACME_CHAT, 3, kept)
        assert await cache.get(ACME_CHAT, 3) is kept
        assert [await cache.get(ACME_CHAT, number) for number in (2, 4)] == [None, None]
        assert await cache.get(ACME_IMAGE, 3) is None
        assert (cache.backend, await cache.entries()) == ("memory", 1)

    run(story())


def test_a_newer_generation_drops_what_stood_before_it() -> None:
    """Old lists do not pile up."""

    async def story() -> None:
        cache = InMemoryCatalogueCache()
        await cache.put(ACME_CHAT, 1, a_list(ACME_CHAT))
        await cache.put(ACME_IMAGE, 2, a_list(ACME_IMAGE))
        assert await cache.entries() == 1
        assert await cache.get(ACME_CHAT, 2) is None

    run(story())


def test_a_late_list_of_an_old_generation_is_not_kept() -> None:
    """Somebody who began before a change cannot put the old list back after it."""

    async def story() -> None:
        cache, fresh = InMemoryCatalogueCache(), a_list(ACME_CHAT)
        await cache.put(ACME_CHAT, 2, fresh)
        await cache.put(ACME_CHAT, 1, a_list(ACME_CHAT))
        await cache.put(ACME_IMAGE, 1, a_list(ACME_IMAGE))
        assert await cache.get(ACME_CHAT, 2) is fresh
        assert await cache.entries() == 1

    run(story())


@pytest.mark.parametrize(
    ("provider", "dropped", "left"), [(None, 3, 0), (Slug("acme"), 2, 1), (Slug("other"), 1, 2), (Slug("nosuch"), 0, 3)]
)
def test_clearing_drops_one_providers_lists_or_all(provider: Slug | None, dropped: int, left: int) -> None:
    """And tells how many they were."""

    async def story() -> None:
        cache = InMemoryCatalogueCache()
        for slot in (ACME_CHAT, ACME_IMAGE, OTHER_CHAT):
            await cache.put(slot, 1, a_list(slot))
        assert await cache.clear(provider) == dropped
        assert await cache.entries() == left

    run(story())
