"""Keys go with the address for which they were entered: where its origin changes, they are set aside."""

import pytest

from modeldesk.domain.errors import (
    KeyMissing,
)
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportOptions, ImportPlan
from tests.support.fake_vendors import PUBLIC
from tests.support.samples import A_KEY, SARA, Desk, browse, declared, live_provider, shown

VENDOR = Slug("vendor")
FORCE = ImportOptions(force=True)


async def stored(desk: Desk, slug: str = "vendor") -> StoredKey | None:
    return (await desk.store.current()).shared_key(Slug(slug))


async def imported(desk: Desk, entry: DeclaredProvider, *, populating: bool = False) -> ImportPlan:
    return await (desk.registration.populate([entry], SARA) if populating else desk.registration.register([entry], FORCE, SARA))


def moved(url: str, **more: object) -> DeclaredProvider:
    return declared("vendor", api_base_url=HttpUrl(url), capabilities=live_provider().capabilities, **more)


@pytest.mark.parametrize("populating", [False, True], ids=["import --force", "populate"])
@pytest.mark.parametrize(
    "url", ["https://elsewhere.example/v1", "http://vendor.example/v1", "https://vendor.example:8443/v1", "https://a.vendor.example/v1", ""]
)
async def test_keys_are_set_aside_where_the_origin_changes(desk: Desk, url: str, populating: bool) -> None:
    """Another host, scheme or port, or none: the plan says so, also a dry run's, and nothing is asked with the key."""
    await desk.put(live_provider())
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    planned = await desk.registration.plan([moved(url)], FORCE)
    assert (await stored(desk)).is_suspended is False  # type: ignore[union-attr] # there is one
    plan = await imported(desk, moved(url), populating=populating)
    for reported in (planned, plan):
        (update,) = reported.updated
        assert update.suspends_keys is True
        assert update.changes["shared key"] == ("set", "suspended until it is entered again")
    key = await stored(desk)
    assert key is not None
    assert key.is_suspended is True
    if url:
        with pytest.raises(KeyMissing, match="key-is-suspended"):
            await browse(desk)
    assert desk.vendors.asked == []


async def test_moving_back_does_not_bring_the_key_back(desk: Desk) -> None:
    """What was suspended waits to be entered again; then it is used, for the address of then."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    for url in ("https://elsewhere.example/v1", "https://vendor.example/v1"):
        await imported(desk, moved(url))
    with pytest.raises(KeyMissing, match="key-is-suspended"):
        await browse(desk)
    again = await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    assert (again.is_suspended, again.binding.origin) == (False, "https://vendor.example")
    assert shown(await browse(desk)) == (Source.LIVE, "ab")


@pytest.mark.parametrize("populating", [False, True], ids=["import --force", "populate"])
@pytest.mark.parametrize(
    "url", ["https://vendor.example/v1", "https://vendor.example/v2/models", "https://VENDOR.example:443", "https://vendor.example"]
)
async def test_keys_survive_where_the_origin_stays(desk: Desk, url: str, populating: bool) -> None:
    """Whatever else changes, the path included."""
    await desk.put(live_provider())
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    before = await stored(desk)
    plan = await imported(desk, moved(url, sort_order=5), populating=populating)
    assert [update.suspends_keys for update in plan.updated] == [False]
    assert "shared key" not in plan.updated[0].changes
    assert await stored(desk) == before


@pytest.mark.parametrize(
    ("url", "known", "is_moved"),
    [("https://public.example/v1", PUBLIC, False), ("https://elsewhere.example", PUBLIC, True), ("", GENERIC_CLASS, True)],
)
async def test_an_address_that_the_class_knows_is_the_providers(desk: Desk, url: str, known: ProviderClassName, is_moved: bool) -> None:
    """Where the declaration names none: to name the same origin moves nothing, and to speak another class's way may."""
    await desk.put(live_provider(known=PUBLIC, url=""))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    (update,) = (await imported(desk, moved(url, provider_class=known))).updated
    key = await stored(desk)
    assert key is not None
    assert (update.suspends_keys, key.is_suspended) == (is_moved, is_moved)


async def test_a_provider_without_a_key_has_none_to_set_aside(desk: Desk) -> None:
    """Nor is it said; and an import that skips what exists touches no key."""
    await desk.put(live_provider(), live_provider("keyed"))
    await desk.key_keeping.set(Slug("keyed"), None, A_KEY, SARA)
    (update,) = (await imported(desk, moved("https://elsewhere.example"))).updated
    assert (update.suspends_keys, "shared key" in update.changes) == (False, False)
    skipping = declared("keyed", api_base_url=HttpUrl("https://elsewhere.example"))
    await desk.registration.register([skipping], ImportOptions(), SARA)
    assert (await stored(desk, "keyed")).is_suspended is False  # type: ignore[union-attr] # there is one
