"""Whose key goes with the question, and who is shown what it brought."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve

from modeldesk.adapters.secrets.master_key import MasterKey
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.errors import KeyMissing, KeyRejected, KeyUnreadable, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.list_request import ListRequest, RefreshMode, prepare_request
from tests.support.actors import by
from tests.support.fake_vendors import CLASSES, NEEDS_KEY, PUBLIC, vault
from tests.support.samples import A_KEY, ANOTHER_KEY, NIMA, SARA, Desk, browse, live_provider, select_model, settled, shown, slot

VENDOR = Slug("vendor")
LIVE, CACHE = Source.LIVE, Source.CACHE
KEYED = pytest.mark.parametrize("known", [NEEDS_KEY, GENERIC_CLASS])


@KEYED
async def test_the_shared_key_goes_along(desk: Desk, known: ProviderClassName) -> None:
    """And a list that was read with one is not shown for another."""

    await desk.put(live_provider("vendor", known))
    for key, ids in ((A_KEY, "abcd"), (ANOTHER_KEY, "x")):
        await desk.key_keeping.set(VENDOR, None, key, SARA)
        desk.vendors.write("vendor", ids)
        assert shown(await browse(desk, actor=SARA)) == (LIVE, ids)
        assert shown(await browse(desk, actor=SARA)) == (CACHE, ids)
        assert desk.vendors.asked[-1] == ("vendor", key.reveal())
    desk.vendors.fail("vendor")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    with pytest.raises(VendorFailed):
        await browse(desk, actor=SARA)


@KEYED
@pytest.mark.parametrize("mode", list(RefreshMode))
async def test_a_normal_admin_spends_no_key_that_is_not_for_them(desk: Desk, known: ProviderClassName, mode: RefreshMode) -> None:
    """Neither cold nor fresh nor stale nor cleared is the list theirs to see or to have read, until it is allowed."""

    await desk.put(live_provider("vendor", known))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.vendors.write("vendor", "abcd")

    async def is_refused() -> None:
        before = len(desk.vendors.asked)
        with pytest.raises(KeyMissing, match="shared-key-super-only"):
            await browse(desk, actor=NIMA, mode=mode)
        await settled()
        assert len(desk.vendors.asked) == before

    await is_refused()
    await browse(desk, actor=SARA)
    await is_refused()
    desk.clock.forward(FRESH_FOR)
    await is_refused()
    await desk.discovery.clear(None, CLI_ACTOR)
    await is_refused()
    await desk.put(live_provider("vendor", known, allow_shared_for_normal_admins=True))
    assert shown(await browse(desk, actor=NIMA, mode=RefreshMode.FORCE)) == (LIVE, "abcd")
    assert desk.vendors.asked[-1] == ("vendor", A_KEY.reveal())


async def test_a_public_list_is_for_everybody(desk: Desk) -> None:
    """It is read without the key for who may not spend it, and with it for who may; the list is one and the same."""

    await desk.put(live_provider("vendor", PUBLIC))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.vendors.write("vendor", "ab")
    assert shown(await browse(desk, actor=NIMA)) == (LIVE, "ab")
    assert shown(await browse(desk, actor=SARA)) == (CACHE, "ab")
    await browse(desk, actor=SARA, mode=RefreshMode.FORCE)
    assert desk.vendors.asked == [("vendor", None), ("vendor", A_KEY.reveal())]


async def test_a_list_that_needs_a_key_is_not_asked_for_without_one(desk: Desk) -> None:
    """Who may enter one is told how; one that is not usable any more is no key."""

    await desk.put(live_provider("vendor", NEEDS_KEY), live_provider("open"))
    desk.vendors.write("vendor", "ab")
    desk.vendors.write("open", "ab")
    with pytest.raises(KeyMissing, match="key-none: provider='vendor'"):
        await browse(desk, actor=SARA)
    assert shown(await browse(desk, "open", actor=NIMA)) == (LIVE, "ab"), "where a key is not needed, none is fine"
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    async with desk.store.unit_of_work() as work:
        await work.keys.suspend(VENDOR)
        await work.commit()
    with pytest.raises(KeyMissing, match="key-is-suspended"):
        await browse(desk, actor=SARA)
    assert desk.vendors.asked == [("open", None)]


async def test_a_vendor_that_refuses_who_brings_no_key_wants_one(desk: Desk) -> None:
    """That is what is said, half a minute long without asking again; with a key, its refusal is the key's."""

    await desk.put(live_provider())
    desk.vendors.fail("vendor", "401 Unauthorized", KeyRejected)
    for _ in range(3):
        with pytest.raises(KeyMissing, match="key-wanted-by-vendor"):
            await browse(desk, actor=SARA)
    assert len(desk.vendors.asked) == 1
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    with pytest.raises(KeyRejected, match=r"key-rejected: .*401 Unauthorized"):
        await browse(desk, actor=SARA)
    assert desk.vendors.asked[1:] == [("vendor", A_KEY.reveal())]


async def sealed_by_another(desk: Desk) -> None:
    """The row stays, and the master key is another one."""
    stored = (await desk.store.current()).shared_key(VENDOR)
    assert stored is not None
    other = KeyVault(MasterKey(lambda: (bytes(32),), lambda: (bytes(32),)))
    await put_key(desk, evolve(stored, sealed=other.seal(A_KEY, stored.binding)))


async def sealed_for_another(desk: Desk) -> None:
    """The bytes of another provider's key in this one's row."""
    stored = (await desk.store.current()).shared_key(VENDOR)
    assert stored is not None
    await put_key(desk, evolve(stored, sealed=vault().seal(A_KEY, KeyBinding(Slug("other"), None, stored.binding.origin))))


async def put_key(desk: Desk, key: StoredKey) -> None:
    async with desk.store.unit_of_work() as work:
        await work.keys.put(key)
        await work.commit()


@pytest.mark.parametrize("harm", [sealed_by_another, sealed_for_another])
async def test_a_key_that_cannot_be_opened_is_said_to_be_so(desk: Desk, harm: Callable[[Desk], Awaitable[None]]) -> None:
    """The vendor is not asked; a list at hand is shown, and other providers are as they were."""

    await desk.put(live_provider("vendor", NEEDS_KEY))
    desk.vendors.write("vendor", "ab")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    await harm(desk)
    with pytest.raises(KeyUnreadable):
        await browse(desk, actor=SARA)
    assert desk.vendors.asked == []
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    await browse(desk, actor=SARA)
    await harm(desk)
    assert shown(await browse(desk, actor=SARA, mode=RefreshMode.FORCE))[1] == "ab"


async def test_a_failed_reading_shows_nobody_the_list_of_a_key_that_came_meanwhile(desk: Desk) -> None:
    """Who began without a key has waited for a list without one, and may not see that of the key."""

    await desk.put(live_provider())
    desk.vendors.write("vendor", "open")
    await browse(desk, actor=NIMA)
    desk.vendors.held = held = asyncio.Event()
    asking = asyncio.create_task(browse(desk, actor=NIMA, mode=RefreshMode.FORCE))
    await settled()
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.vendors.held = None
    desk.vendors.write("vendor", "secret")
    assert shown(await browse(desk, actor=SARA)) == (LIVE, "secret")
    desk.vendors.fail("vendor")
    held.set()
    with pytest.raises(VendorFailed):
        await asking


async def test_selecting_knows_the_list_that_everybody_may_know_of(desk: Desk) -> None:
    """Also for who could not have read it; without a list nothing is known, and nobody is asked."""

    await desk.put(live_provider("vendor", NEEDS_KEY))
    place = slot("vendor")
    assert (await desk.selection.select(select_model("a", of=place), by("nima"))).current.in_catalogue is None
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.vendors.write("vendor", "ab")
    await browse(desk, actor=SARA)
    assert (await desk.selection.select(select_model("b", of=place), by("nima"))).current.in_catalogue is True
    assert (await desk.selection.select(select_model("c", of=place), by("nima"))).current.in_catalogue is False
    assert len(desk.vendors.asked) == 1


async def test_a_request_that_waited_sends_no_key_of_before(desk: Desk) -> None:
    """Where the same person has another key by now, or the provider another address, it asks nobody: it is asked again, and made anew."""

    async def waits() -> ListRequest:
        snapshot = await desk.store.current()
        return prepare_request(snapshot.provider("vendor"), CLASSES, snapshot, SARA, desk.clock())

    await desk.put(live_provider("vendor", NEEDS_KEY))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    request = await waits()
    sent = request.key_to_send(await desk.store.current())
    assert sent is not None
    assert sent.binding.owner is None

    await desk.key_keeping.set(VENDOR, "sara", ANOTHER_KEY, SARA)
    for check in (request.key_to_send, request.require_visible):
        with pytest.raises(KeyMissing) as refused:
            check(await desk.store.current())
        assert (refused.value.reason.code, refused.value.reason.facts) == ("keys-changed-meanwhile", {"provider": "vendor"})

    request = await waits()
    await desk.put(live_provider("vendor", NEEDS_KEY, url="https://elsewhere.example/v1"))
    with pytest.raises(KeyMissing) as refused:
        request.key_to_send(await desk.store.current())
    assert refused.value.reason.code == "keys-changed-meanwhile"
