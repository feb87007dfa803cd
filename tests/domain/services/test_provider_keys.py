"""Vendors' keys: who may enter, check and remove them, what they are bound to, and that none is ever shown."""

from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import (
    AdminNotFound,
    KeyMissing,
    KeyNotFound,
    KeyRejected,
    LiveListNotAvailable,
    NotAllowed,
    ProviderNotFound,
    Reason,
)
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.keys.key_choice import AvailableKeys, KeyState, key_state
from modeldesk.domain.model.keys.provider_key import KeyBinding, KeyScope, StoredKey, Verdict
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.provider_keys import actor_for_admin
from tests.support.fake_vendors import CLASSES, NEEDS_KEY, PUBLIC, vault
from tests.support.samples import A_KEY, ANOTHER_KEY, NIMA, NOON, SARA, Desk, browse, live_provider

VENDOR = Slug("vendor")
FORCE = ImportOptions(force=True)


async def stored(desk: Desk, slug: str = "vendor") -> StoredKey | None:
    return (await desk.store.current()).shared_key(Slug(slug))


async def test_a_key_is_stored_sealed_and_bound_to_the_address_of_now(desk: Desk) -> None:
    """Who entered it and when is remembered; the vault alone gets it back out."""
    await desk.put(live_provider(url="https://API.Vendor.example:443/v1/"))
    answered = await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    key = await stored(desk)
    assert key == answered
    assert key is not None
    assert key.binding == KeyBinding(VENDOR, None, "https://api.vendor.example")
    assert (key.hint, key.set_at, key.set_by, key.is_suspended) == ("efgh", NOON, "sara", False)
    assert A_KEY.reveal().encode() not in key.sealed
    assert vault().open(key.sealed, key.binding) == A_KEY
    assert key.fingerprint == vault().fingerprint(A_KEY)


async def test_a_new_key_takes_the_place_of_the_one_before(desk: Desk) -> None:
    """There is one shared key, and the vendor is asked with it."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", "ab")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.clock.forward(timedelta(hours=1))
    newer = await desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, CLI_ACTOR)
    assert list((await desk.store.current()).keys.values()) == [newer]
    assert (newer.set_at, newer.set_by) == (NOON + timedelta(hours=1), "cli")
    await browse(desk)
    assert desk.vendors.asked == [("vendor", ANOTHER_KEY.reveal())]


async def test_a_new_key_is_tried_whatever_was_said_of_the_one_before(desk: Desk) -> None:
    """Also where it is the same key again: its vendor may have thought better of it."""
    await desk.put(live_provider())
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    desk.vendors.fail("vendor", "no", KeyRejected)
    with pytest.raises(KeyRejected):
        await browse(desk)
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    assert (await desk.store.current()).lists[VENDOR].failure is None


async def test_a_key_is_forgotten(desk: Desk) -> None:
    """It is told whether there was one; the list that was read with it is nobody's any more."""
    await desk.put(live_provider("vendor", NEEDS_KEY))
    desk.vendors.write("vendor", "ab")
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    await browse(desk)
    assert await desk.key_keeping.delete(VENDOR, None, SARA) is True
    assert await stored(desk) is None
    before = (await desk.store.current()).generation
    assert await desk.key_keeping.delete(VENDOR, None, SARA) is False
    assert (await desk.store.current()).generation == before
    with pytest.raises(KeyMissing):
        await browse(desk)


@pytest.mark.parametrize("verdict", list(Verdict))
async def test_a_key_is_checked_by_the_vendor(desk: Desk, verdict: Verdict) -> None:
    """The stored one, and the vendor's verdict is handed on; only a rejection is written."""
    await desk.put(live_provider("vendor", PUBLIC))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    before = (await desk.store.current()).generation
    desk.vendors.verdict = verdict
    reported = await desk.key_keeping.check(VENDOR, None, SARA)
    assert (reported.verdict, reported.detail) == (verdict, Reason("key-known"))
    assert desk.vendors.asked == [("vendor", A_KEY.reveal())]
    assert ((await desk.store.current()).generation == before) is (verdict is not Verdict.REJECTED)


async def test_without_a_key_there_is_nothing_to_check(desk: Desk) -> None:
    """Nor with one that was suspended."""
    await desk.put(live_provider())
    with pytest.raises(KeyMissing, match="key-none: provider="):
        await desk.key_keeping.check(VENDOR, None, SARA)
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    await desk.put(live_provider(url="https://elsewhere.example"))
    with pytest.raises(KeyMissing, match="key-is-suspended"):
        await desk.key_keeping.check(VENDOR, None, SARA)
    assert desk.vendors.asked == []


@pytest.mark.parametrize("is_allowed", [True, False])
async def test_the_shared_key_is_for_super_admins_to_keep(desk: Desk, is_allowed: bool) -> None:
    """A normal one may not set, check or remove it, also where they may spend it, and learns nothing of what there is."""
    await desk.put(live_provider(allow_shared_for_normal_admins=is_allowed))
    await desk.key_keeping.set(VENDOR, None, A_KEY, SARA)
    before = await desk.store.current()
    for slug in (VENDOR, Slug("nosuch")):
        for refused in (
            desk.key_keeping.set(slug, None, ANOTHER_KEY, NIMA),
            desk.key_keeping.check(slug, None, NIMA),
            desk.key_keeping.delete(slug, None, NIMA),
        ):
            with pytest.raises(NotAllowed, match="super-only-shared-key"):
                await refused
    assert await desk.store.current() == before
    assert desk.vendors.asked == []


async def test_what_cannot_hold_a_key(desk: Desk) -> None:
    """A provider that is not there, and one without an address to which the key could be bound; one that is switched off can."""
    await desk.put(live_provider("homeless", url=""), live_provider("hub", PUBLIC, url=""), live_provider("off", is_active=False))
    with pytest.raises(ProviderNotFound):
        await desk.key_keeping.set(Slug("nosuch"), None, A_KEY, SARA)
    with pytest.raises(LiveListNotAvailable):
        await desk.key_keeping.set(Slug("homeless"), None, A_KEY, SARA)
    assert (await desk.key_keeping.set(Slug("hub"), None, A_KEY, SARA)).binding.origin == "https://public.example"
    assert (await desk.key_keeping.set(Slug("off"), None, A_KEY, SARA)).binding.origin == "https://off.example"
    for refused in (desk.key_keeping.delete(Slug("nosuch"), None, SARA), desk.key_keeping.check(Slug("nosuch"), None, SARA)):
        with pytest.raises(ProviderNotFound):
            await refused


async def test_what_could_hold_a_key_is_told_before_anybody_enters_one(desk: Desk) -> None:
    """Where it would travel; what `set` refuses is refused here too, and nothing is stored for asking."""
    await desk.put(live_provider(), live_provider("homeless", url=""), live_provider("none", allow_personal_keys=False))
    before = desk.store.contents
    assert await desk.key_keeping.binding(VENDOR, None, SARA) == KeyBinding(VENDOR, None, "https://vendor.example")
    assert await desk.key_keeping.binding(VENDOR, "nima", NIMA) == KeyBinding(VENDOR, "nima", "https://vendor.example")
    for slug, owner, actor, refusal in (
        ("nosuch", None, SARA, ProviderNotFound),
        ("homeless", None, SARA, LiveListNotAvailable),
        ("none", "nima", NIMA, NotAllowed),
        ("vendor", None, NIMA, NotAllowed),
        ("vendor", "sara", NIMA, KeyNotFound),
        ("vendor", "nobody", CLI_ACTOR, AdminNotFound),
    ):
        with pytest.raises(refusal):
            await desk.key_keeping.binding(Slug(slug), owner, actor)
    assert desk.store.contents is before


def state(actor: Actor, key: StoredKey | None, **fields: object) -> KeyState:
    of = live_provider(**fields)
    return key_state(of, CLASSES.find(of.provider_class).base_url(of), actor, AvailableKeys(shared=key), vault().is_readable)


def sealed(key: StoredKey) -> StoredKey:
    return evolve(key, sealed=vault().seal(A_KEY, key.binding))


def test_what_is_told_of_a_key() -> None:
    """Whether there is one, whether who asks may spend it, and to super admins how it ends."""
    key = StoredKey(KeyBinding(VENDOR, None, "https://vendor.example"), b"", "efgh", "f", NOON, "sara")
    key = sealed(key)
    assert state(SARA, None) == state(NIMA, None) == KeyState()
    assert state(SARA, key) == KeyState(shared=True, usable=True, hint="efgh")
    assert state(NIMA, key) == KeyState(shared=True)
    assert state(NIMA, key, allow_shared_for_normal_admins=True) == KeyState(shared=True, usable=True)
    for not_used in (evolve(key, is_suspended=True), sealed(evolve(key, binding=evolve(key.binding, origin="https://elsewhere.example")))):
        assert state(SARA, not_used) == KeyState(shared=True, usable=False, hint="efgh")


async def test_the_trail_says_whose_key_came_and_went(desk: Desk) -> None:
    """Who and when; of the key its owner and its hint before and after, and nothing else."""
    await desk.put(live_provider(allow_personal_keys=True))
    for owner, actor in ((None, SARA), ("nima", NIMA)):
        desk.clock.forward(timedelta(minutes=1))
        set_at = desk.clock.now
        await desk.key_keeping.set(VENDOR, owner, A_KEY, actor)
        await desk.key_keeping.set(VENDOR, owner, ANOTHER_KEY, actor)
        desk.clock.forward(timedelta(minutes=1))
        await desk.key_keeping.delete(VENDOR, owner, actor)
        first, second = {"owner": owner, "hint": "efgh"}, {"owner": owner, "hint": "ndor"}
        assert desk.store.contents.audit[-3:] == tuple(
            evolve(audit_entry(actor, at, action, "vendor", before=before, after=after), id=entry.id)
            for entry, (at, action, before, after) in zip(
                desk.store.contents.audit[-3:],
                [
                    (set_at, Action.KEY_SET, None, first),
                    (set_at, Action.KEY_SET, first, second),
                    (desk.clock.now, Action.KEY_REMOVED, second, None),
                ],
                strict=True,
            )
        )


async def test_a_personal_key_has_a_failure_of_its_own(desk: Desk) -> None:
    """A new one clears it, and leaves that of the shared list."""
    await desk.put(live_provider("vendor", NEEDS_KEY, allow_personal_keys=True))
    for owner, actor in ((None, SARA), ("nima", NIMA)):
        await desk.key_keeping.set(VENDOR, owner, A_KEY, actor)
        desk.vendors.fail("vendor", "no", KeyRejected)
        with pytest.raises(KeyRejected):
            await browse(desk, actor=actor)
    await desk.key_keeping.set(VENDOR, "nima", A_KEY, NIMA)
    snapshot = await desk.store.current()
    assert snapshot.list_state(VENDOR, "nima").failure is None
    assert snapshot.list_state(VENDOR).failure is not None
    await desk.key_keeping.delete(VENDOR, None, SARA)
    assert (await desk.store.current()).list_state(VENDOR).failure is None


async def test_refusals_name_the_provider_the_admin_and_the_rule(desk: Desk) -> None:
    """As it was asked for."""
    await desk.put(live_provider(), live_provider("nowhere", url=""), live_provider("closed", allow_personal_keys=False))
    with pytest.raises(AdminNotFound) as nobody:
        await desk.key_keeping.set(VENDOR, "omid", A_KEY, CLI_ACTOR)
    assert nobody.value.name == "omid"
    for change in (desk.key_keeping.delete(VENDOR, "sara", NIMA), desk.key_keeping.check(VENDOR, "sara", NIMA)):
        with pytest.raises(KeyNotFound) as foreign:
            await change
        assert foreign.value.provider == "vendor"
    with pytest.raises(KeyNotFound) as missing:
        await desk.key_keeping.check(VENDOR, "nima", NIMA)
    assert missing.value.provider == "vendor"
    with pytest.raises(NotAllowed) as not_allowed:
        await desk.key_keeping.set(Slug("closed"), "nima", A_KEY, NIMA)
    assert not_allowed.value.reason == Reason("personal-keys-not-allowed", provider="closed")
    with pytest.raises(LiveListNotAvailable) as no_list:
        await desk.key_keeping.set(Slug("nowhere"), None, A_KEY, SARA)
    assert no_list.value.provider == "nowhere"


async def test_the_command_line_checks_the_key_of_an_admin_as_a_super_admin_with_that_key_alone(desk: Desk) -> None:
    """Whatever the admin's role; an admin who is not there is named."""
    await desk.put(live_provider(allow_personal_keys=True))
    await desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, SARA)
    await desk.key_keeping.set(VENDOR, "nima", A_KEY, NIMA)
    await desk.key_keeping.check(VENDOR, "nima", CLI_ACTOR)
    assert desk.vendors.asked == [("vendor", A_KEY.reveal())]
    snapshot = await desk.store.current()
    assert actor_for_admin("nima", snapshot) == Actor("nima", Role.SUPER, scopes=(KeyScope.PERSONAL,))
    with pytest.raises(AdminNotFound) as nobody:
        await desk.key_keeping.check(VENDOR, "omid", CLI_ACTOR)
    assert nobody.value.name == "omid"
    await desk.key_keeping.delete(VENDOR, None, SARA)
    with pytest.raises(KeyMissing, match="key-none: provider='vendor'"):
        await desk.key_keeping.check(VENDOR, None, SARA)
