"""Changing the master key: every key goes over, one by one; what was read with it stays, and what cannot be opened is told and left."""

import asyncio
from contextlib import suppress

import pytest
from attrs import evolve

from modeldesk.adapters.secrets.master_key import MasterKey, MasterKeys
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.errors import KeyUnreadable
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.keys.provider_key import KeyRef, api_key
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.master_key_rotation import KeysUnder, keys_under
from tests.support.fake_vendors import NEEDS_KEY, vendor_models
from tests.support.samples import Desk, live_provider, slot
from tests.support.webhooks import FakeReceivers, webhooks_of

PASSWORD = "correct horse battery"
MASTERS = [bytes((start + step * step) % 256 for step in range(32)) for start in range(8)]


class Place:
    """A place of our own for master keys, in memory; `is_setting`: as if an operator gave them."""

    def __init__(self, *ring: bytes, is_setting: bool = False) -> None:
        self.ring: MasterKeys = ring
        self.is_setting = is_setting

    def vault(self) -> KeyVault:
        return KeyVault(MasterKey(lambda: self.ring, lambda: self.ring, None if self.is_setting else self.renew))

    def renew(self) -> MasterKeys:
        self.ring = (next(key for key in MASTERS if key not in self.ring), self.ring[0])
        return self.ring


async def filled(place: Place, count: int = 3) -> Desk:
    """Providers with a shared key each, and nima's own at the first; the lists of both were read there."""
    desk = Desk(vault=place.vault())
    await desk.put(*(live_provider(f"vendor-{number}", NEEDS_KEY) for number in range(count)))
    await desk.accounts.create("nima", PASSWORD, Role.NORMAL)
    for number in range(count):
        await desk.key_keeping.set(Slug(f"vendor-{number}"), None, api_key(f"sk-shared-{number}-0123456789"), CLI_ACTOR)
    await desk.key_keeping.set(Slug("vendor-0"), "nima", api_key("sk-nima-0123456789"), CLI_ACTOR)
    desk.vendors.write("vendor-0", ["m"])
    await desk.discovery.listing(slot("vendor-0"), CLI_ACTOR)
    return desk


async def opened(desk: Desk) -> dict[KeyRef, str]:
    """Every key as the vendor would get it."""
    keys = (await desk.store.current()).keys
    return {where: desk.vault.open(key.sealed, key.binding).reveal() for where, key in keys.items()}


async def test_every_key_goes_under_a_new_master_key() -> None:
    """The keys are what they were, their fingerprints others; the old master key is kept, with nothing under it."""
    place = Place(MASTERS[0])
    desk = await filled(place)
    before, keys = await opened(desk), (await desk.store.current()).keys
    reported = list[tuple[int, int]]()
    rotated = await desk.rotation.rotate(lambda done, count: reported.append((done, count)))
    after = (await desk.store.current()).keys
    assert (rotated.is_new, rotated.resealed, rotated.remaining, rotated.unreadable) == (True, 4, 0, [])
    assert [entry.count for entry in rotated.under] == [4, 0]
    assert reported == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert await opened(desk) == before
    assert all(after[where].fingerprint != keys[where].fingerprint for where in keys)
    assert {where: evolve(key, sealed=b"", fingerprint="") for where, key in after.items()} == {
        where: evolve(key, sealed=b"", fingerprint="") for where, key in keys.items()
    }


async def test_secrets_of_webhooks_go_with_the_keys() -> None:
    """Both of a webhook whose secret was rotated: they are counted, and sign after two rotations, when the first master key is gone."""
    place = Place(MASTERS[0])
    desk = Desk(vault=place.vault())
    webhooks = webhooks_of(desk, FakeReceivers())
    first = await webhooks.add(HttpUrl("https://a.example/in"), [EventType.USE_CHANGED], CLI_ACTOR)
    second = await webhooks.rotate(first.webhook.id, CLI_ACTOR)
    for _ in range(2):
        rotated = await desk.rotation.rotate()
        assert (rotated.is_new, rotated.resealed, rotated.remaining, [entry.count for entry in rotated.under]) == (True, 2, 0, [2, 0])
    assert MASTERS[0] not in place.ring
    [webhook] = await webhooks.all(CLI_ACTOR)
    assert [place.vault().open(sealed, webhook.binding) for sealed in webhook.signing(desk.clock())] == [second.secret, first.secret]


async def test_a_webhook_is_named_whose_secret_cannot_be_opened() -> None:
    """Its other secret and those of others are sealed anew; what no longer signs is dropped, and in nobody's way."""
    place = Place(MASTERS[0])
    desk = Desk(vault=place.vault())
    webhooks = webhooks_of(desk, FakeReceivers())
    made = [await webhooks.add(HttpUrl("https://a.example/in"), [EventType.USE_CHANGED], CLI_ACTOR) for _ in range(3)]
    rotated = [(await webhooks.rotate(one.webhook.id, CLI_ACTOR)).webhook for one in made]
    damaged = rotated[0].sealed[:-1] + bytes([rotated[0].sealed[-1] ^ 1])
    async with desk.store.unit_of_work() as work:
        await work.webhooks.put(evolve(rotated[0], sealed=damaged))
        await work.webhooks.put(evolve(rotated[1], previous=b"lost", previous_until=desk.clock()))
        await work.commit()
    result = await desk.rotation.rotate()
    assert (result.resealed, result.unreadable_webhooks, result.remaining) == (4, [rotated[0].id], 1)
    first, second = [await webhooks.show(one.id, CLI_ACTOR) for one in rotated[:2]]
    assert (first.sealed, second.previous) == (damaged, None)
    assert first.previous is not None
    assert place.vault().open(first.previous, first.binding) == made[0].secret


async def test_lists_stay_what_they_were() -> None:
    """A fresh list is not read again because the fingerprint in its digest is another one."""
    desk = await filled(Place(MASTERS[0]))
    asked = len(desk.vendors.asked)
    await desk.rotation.rotate()
    assert (await desk.discovery.listing(slot("vendor-0"), CLI_ACTOR)).source is Source.CACHE
    assert len(desk.vendors.asked) == asked
    overview = await desk.oversight.overview()
    assert next(iter(overview.providers[0].capabilities.values())).model_count == 1


@pytest.mark.parametrize("done", range(5))
async def test_a_rotation_that_was_ended_goes_on_and_makes_no_second_key(done: int) -> None:
    """After so many keys; what was sealed by then is not sealed again."""

    class Ended(Exception):
        """As a kill would."""

    place = Place(MASTERS[0])
    desk = await filled(place)

    def end(number: int, count: int) -> None:
        if number > done:
            raise Ended

    before = await opened(desk)
    with suppress(Ended):
        await desk.rotation.rotate(end)
    ring = place.ring
    assert await opened(desk) == before
    rotated = await desk.rotation.rotate()
    if done < 3:
        assert (rotated.is_new, rotated.resealed, place.ring) == (False, 3 - done, ring)
    assert rotated.remaining == 0
    assert await opened(desk) == before


async def test_a_key_that_is_entered_meanwhile_is_found() -> None:
    """By who still held the older master key: another look finds it. One that is deleted meanwhile is no trouble."""
    place = Place(MASTERS[0])
    desk = await filled(place)
    desk.store.pause = lambda: asyncio.sleep(0)  # so that somebody else has a turn between two keys
    late = Place(MASTERS[0]).vault()
    key = (await desk.store.current()).keys[Slug("vendor-0"), None]
    tasks = list[asyncio.Future[None]]()

    async def meddle() -> None:
        async with desk.store.unit_of_work() as work:
            await work.keys.put(evolve(key, sealed=late.seal(api_key("sk-late-0123456789"), key.binding)))
            await work.keys.delete(Slug("vendor-2"), None)
            await work.commit()

    def once(number: int, count: int) -> None:
        if not tasks:
            tasks.append(asyncio.ensure_future(meddle()))

    rotated = await desk.rotation.rotate(once)
    assert rotated.remaining == 0
    assert (await opened(desk))[Slug("vendor-0"), None] == "sk-late-0123456789"
    assert (Slug("vendor-2"), None) not in await opened(desk)


async def test_a_key_that_cannot_be_opened_is_told_and_left() -> None:
    """A flipped bit stops nobody else's key; one of an unknown master key is named, too, and counted under it."""
    place = Place(MASTERS[0])
    desk = await filled(place)
    keys = (await desk.store.current()).keys
    damaged, foreign = keys[Slug("vendor-1"), None], keys[Slug("vendor-2"), None]
    other = Place(MASTERS[7]).vault()
    async with desk.store.unit_of_work() as work:
        await work.keys.put(evolve(damaged, sealed=damaged.sealed[:-1] + bytes([damaged.sealed[-1] ^ 1])))
        await work.keys.put(evolve(foreign, sealed=other.seal(api_key("sk-foreign-0123456789"), foreign.binding)))
        await work.commit()
    rotated = await desk.rotation.rotate()
    assert (rotated.resealed, rotated.unreadable, rotated.remaining) == (2, [("vendor-1", None), ("vendor-2", None)], 2)
    assert [(entry.count, entry.state) for entry in rotated.under] == [(2, "newest"), (1, "older"), (1, "unknown")]
    assert rotated.under[-1].id == other.master_key_ids()[0]
    with pytest.raises(KeyUnreadable):
        await desk.key_keeping.check(Slug("vendor-1"), None, CLI_ACTOR)
    overview = await desk.oversight.overview()
    assert [(notice.code, notice.slot.provider) for notice in overview.warnings] == [
        ("key-unreadable", "vendor-1"),
        ("key-unreadable", "vendor-2"),
    ]


async def test_a_ring_of_a_setting_is_used_and_never_made() -> None:
    """With one key there is nothing to do; with a new one before it everything goes over; and a third time nothing again."""
    place = Place(MASTERS[0], is_setting=True)
    desk = await filled(place)
    before = await opened(desk)
    rotated = await desk.rotation.rotate()
    assert (rotated.is_new, rotated.resealed, rotated.remaining) == (False, 0, 0)
    place.ring = (MASTERS[1], MASTERS[0])
    rotated = await desk.rotation.rotate()
    assert (rotated.is_new, rotated.resealed, rotated.remaining) == (False, 4, 0)
    place.ring = (MASTERS[1],)
    assert (await desk.rotation.rotate()).resealed == 0
    assert await opened(desk) == before


async def test_counting_names_what_is_no_sealed_key_at_all() -> None:
    """Under no id, as unknown; without any key the ring stands there with its zeros."""
    place = Place(MASTERS[0])
    desk = await filled(place, 1)
    key = (await desk.store.current()).keys[Slug("vendor-0"), None]
    newest = place.vault().master_key_ids()[0]
    assert keys_under([], place.vault()) == [KeysUnder(newest, 0, "newest")]
    assert keys_under([key, evolve(key, sealed=b"junk")], place.vault()) == [
        KeysUnder(newest, 1, "newest"),
        KeysUnder("", 1, "unknown"),
    ]
    assert keys_under([], Place().vault()) == []


async def test_lists_read_while_the_key_is_sealed_anew_are_an_answer_and_nothing_more() -> None:
    """The reading began under the older fingerprint: who asked is served, and the next look reads on in peace."""
    desk = await filled(Place(MASTERS[0]), 1)
    desk.vendors.lists["vendor-0"] = vendor_models("newer")
    desk.vendors.held = asyncio.Event()
    waiting = asyncio.ensure_future(desk.discovery.listing(slot("vendor-0"), CLI_ACTOR, RefreshMode.FORCE))
    while len(desk.vendors.asked) < 2:
        await asyncio.sleep(0)
    await desk.rotation.rotate()
    desk.vendors.held.set()
    assert (await waiting).source is Source.LIVE
    assert (await desk.discovery.listing(slot("vendor-0"), CLI_ACTOR)).source is Source.CACHE
