"""How one stored key stands, as people are told of it."""

import pytest
from attrs import evolve

from modeldesk.domain.errors import KeyRejected
from modeldesk.domain.model.keys.provider_key import StoredKey, api_key
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.services.key_status import KeyStatus, KeyStatuses
from tests.support.fake_vendors import CLASSES
from tests.support.samples import A_KEY, NIMA, SARA, Desk, browse, live_provider

VENDOR = Slug("vendor")


async def standing(desk: Desk, key: StoredKey, *, is_readable: bool = True) -> KeyStatus:
    return KeyStatuses(CLASSES, lambda _: is_readable).of_key(key, await desk.store.current())


@pytest.mark.parametrize("owner", [None, "nima"])
async def test_a_key_that_is_as_it_should_be_is_used(desk: Desk, owner: str | None) -> None:
    """The shared one and somebody's own; and not where no master key opens it."""
    await desk.put(live_provider())
    key = await desk.key_keeping.set(VENDOR, owner, A_KEY, SARA if owner is None else NIMA)
    assert await standing(desk, key) is KeyStatus.USABLE
    assert await standing(desk, key, is_readable=False) is KeyStatus.UNREADABLE


async def test_a_key_is_set_aside_where_its_provider_moved(desk: Desk) -> None:
    """Also where nobody wrote that down yet: it may travel to the one origin that it was entered for."""
    await desk.put(live_provider())
    key = await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    assert await standing(desk, evolve(key, is_suspended=True)) is KeyStatus.SUSPENDED
    await desk.put(live_provider(api_base_url=HttpUrl("https://elsewhere.example")))
    assert await standing(desk, key) is KeyStatus.SUSPENDED


@pytest.mark.parametrize("owner", [None, "nima"])
async def test_a_key_that_the_vendor_rejected_is_called_so(desk: Desk, owner: str | None) -> None:
    """It may be used all the same, since the vendor may accept it again; another key was not rejected."""
    await desk.put(live_provider())
    actor = SARA if owner is None else NIMA
    key = await desk.key_keeping.set(VENDOR, owner, A_KEY, actor)
    desk.vendors.fail("vendor", kind=KeyRejected)
    with pytest.raises(KeyRejected):
        await browse(desk, actor=actor)
    assert await standing(desk, key) is KeyStatus.REJECTED
    snapshot = await desk.store.current()
    state = KeyStatuses(CLASSES, lambda _: True).of_provider(snapshot.provider(VENDOR), snapshot, actor)
    assert (state.usable, state.is_rejected) == (True, True)
    assert await standing(desk, evolve(key, fingerprint="another")) is KeyStatus.USABLE  # it was the one before that was rejected
    assert await standing(desk, await desk.key_keeping.set(VENDOR, owner, api_key("sk-another-key-0123456789"), actor)) is KeyStatus.USABLE


@pytest.mark.parametrize("why", ["flag", "disabled", "unknown"])
async def test_an_own_key_that_may_not_be_used(desk: Desk, why: str) -> None:
    """The provider allows none any more, its owner is switched off, or is nobody that the desk knows."""
    await desk.put(live_provider())
    key = await desk.key_keeping.set(VENDOR, "nima", A_KEY, NIMA)
    if why == "flag":
        await desk.put(live_provider(allow_personal_keys=False))
    elif why == "disabled":
        await desk.accounts.set_active("nima", False)
    else:
        key = evolve(key, binding=evolve(key.binding, owner="nobody"))
    assert await standing(desk, key) is KeyStatus.NOT_ALLOWED


async def test_many_providers_have_the_state_of_each(desk: Desk) -> None:
    """With a shared key, with somebody's own and without any; another admin's own key is nobody else's."""
    slugs = [VENDOR, Slug("own"), Slug("none")]
    for slug in slugs:
        await desk.put(live_provider(slug))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    await desk.key_keeping.set(Slug("own"), "nima", A_KEY, NIMA)
    snapshot, statuses = await desk.store.current(), KeyStatuses(CLASSES, lambda _: True)
    providers = [snapshot.provider(slug) for slug in slugs]
    for actor in (SARA, NIMA):
        each = [statuses.of_provider(provider, snapshot, actor) for provider in providers]
        assert statuses.of_providers(providers, snapshot, actor) == each
        assert [state.personal for state in each] == [False, actor is NIMA, False]
