"""Which key is spent: the rule beside a table that says the same in other words, and every path beside the rule."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import KeyMissing, ModeldeskError, Reason
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.keys.key_choice import AvailableKeys, KeyState, choose_key, key_state
from modeldesk.domain.model.keys.provider_key import PERSONAL_FIRST, KeyBinding, KeyScope, StoredKey, api_key
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.provider_keys import actor_for_admin
from tests.support.fake_vendors import NEEDS_KEY, PUBLIC, vault
from tests.support.samples import NOON, Desk, live_provider, slot

ADDRESS = "https://vendor.example/v1"
OWN, SHARED = KeyScope.PERSONAL, KeyScope.SHARED
SCOPES = {"both": PERSONAL_FIRST, "own alone": (OWN,), "shared alone": (SHARED,)}
STANDINGS = ("none", "good", "suspended", "of another address", "of another owner")

MAY_SPEND = {
    # (whose key, role): the flag that must be set, None where none is asked for
    ("personal", "super"): "allow_personal_keys",
    ("personal", "normal"): "allow_personal_keys",
    ("shared", "super"): None,
    ("shared", "normal"): "allow_shared_for_normal_admins",
}


def by_the_table(world: dict[str, object]) -> str | None:
    """Which key is spent, out of plain words alone: `personal`, `shared` or None."""
    if not world["is_active"]:
        return None
    for whose in ("personal", "shared"):
        flag = MAY_SPEND[whose, str(world["role"])]
        comes_for = world["scopes"] in ("both", "own alone" if whose == "personal" else "shared alone")
        if comes_for and world[whose] == "good" and (flag is None or world[flag]):
            return whose
    return None


def stored(owner: str | None, standing: str, text: str) -> StoredKey | None:
    """A key that stands so."""
    if standing == "none":
        return None
    of = {"of another owner": "zoe"}.get(standing, owner)
    origin = "https://elsewhere.example" if standing == "of another address" else "https://vendor.example"
    binding = KeyBinding(Slug("vendor"), of, origin)
    sealed = vault().seal(api_key(text), binding)
    return StoredKey(binding, sealed, text[-4:], vault().fingerprint(api_key(text)), NOON, "sara", is_suspended=standing == "suspended")


KEYS = {whose: {standing: stored(None if whose == "shared" else "nima", standing, f"sk-{whose}-0123456789") for standing in STANDINGS}
        for whose in ("personal", "shared")}  # fmt: skip


def test_the_rule_says_what_the_table_says() -> None:
    """Role, state, scopes, flags and how each key stands: all 1,200 worlds and not one of them otherwise."""
    cases = 0
    for role, is_active, scopes, allow_own, allow_shared, personal, shared in product(
        Role, (True, False), SCOPES, (True, False), (True, False), STANDINGS, STANDINGS
    ):
        world = {"role": role.value, "is_active": is_active, "scopes": scopes, "allow_personal_keys": allow_own,
                 "allow_shared_for_normal_admins": allow_shared, "personal": personal, "shared": shared}  # fmt: skip
        provider = live_provider(allow_personal_keys=allow_own, allow_shared_for_normal_admins=allow_shared)
        available = AvailableKeys(KEYS["personal"][personal], KEYS["shared"][shared])
        actor = Actor("nima", role, is_active, SCOPES[scopes])
        expected = by_the_table(world)
        try:
            spent = choose_key(provider, ADDRESS, actor, available)
        except KeyMissing:
            assert expected is None, world
        else:
            assert expected is not None, world
            assert spent is KEYS[expected]["good"], world
        state = key_state(provider, ADDRESS, actor, available, vault().is_readable)
        assert state.usable is (expected is not None), world
        cases += 1
    assert cases == 2 * 2 * 3 * 2 * 2 * 5 * 5


def test_hints_are_told_to_whom_they_concern() -> None:
    """One's own last four, to anybody; the shared key's to super admins alone; of nobody else's key anything at all."""
    both = AvailableKeys(KEYS["personal"]["good"], KEYS["shared"]["good"])
    shared_alone, provider = AvailableKeys(None, both.shared), live_provider(allow_shared_for_normal_admins=True)
    readable = vault().is_readable
    nima, sara = Actor("nima", Role.NORMAL), Actor("sara", Role.SUPER)
    assert key_state(provider, ADDRESS, nima, both, readable) == KeyState(shared=True, personal=True, usable=True, hint="6789")
    assert key_state(provider, ADDRESS, nima, shared_alone, readable) == KeyState(shared=True, personal=False, usable=True, hint="")
    assert key_state(provider, ADDRESS, sara, shared_alone, readable) == KeyState(shared=True, personal=False, usable=True, hint="6789")


def test_what_cannot_be_decrypted_is_not_usable_and_said_to_be_so() -> None:
    """Whichever of the two it is; and an own key that is damaged is not passed over for the shared one."""
    both, provider = AvailableKeys(KEYS["personal"]["good"], KEYS["shared"]["good"]), live_provider()
    sara = Actor("nima", Role.SUPER)
    assert key_state(provider, ADDRESS, sara, both, lambda _: False).unreadable == (OWN, SHARED)
    reported = key_state(provider, ADDRESS, sara, both, lambda key: key.binding.owner is None)
    assert (reported.usable, reported.unreadable) == (False, (OWN,))


CLASSES_BY_USE = {"needed": NEEDS_KEY, "optional": GENERIC_CLASS, "public": PUBLIC}
PATHS = ("browse", "refresh", "wait", "check personal", "check shared")


@given(
    role=st.sampled_from(Role),
    is_active=st.booleans(),
    allow_personal_keys=st.booleans(),
    allow_shared_for_normal_admins=st.booleans(),
    personal=st.sampled_from(("none", "good", "suspended")),
    shared=st.sampled_from(("none", "good", "suspended")),
    of_zoe=st.booleans(),
    use=st.sampled_from(tuple(CLASSES_BY_USE)),
    path=st.sampled_from(PATHS),
    by=st.sampled_from(("nima", "cli", "cli as nima")),
)
async def test_every_path_spends_what_the_table_says(**world: object) -> None:
    """Browsing, refreshing, waiting and checking, for an admin and for the command line: the vendor sees that key and no other."""
    desk, by, path = Desk(), str(world["by"]), str(world["path"])
    expected = expected_at_the_vendor(world)

    await fill(desk, world)
    desk.vendors.write("vendor", ["m"])
    snapshot = await desk.store.current()
    actor = {"nima": Actor("nima", Role(snapshot.access.admins["nima"].role)), "cli": CLI_ACTOR}.get(by) or actor_for_admin(
        "nima", snapshot
    )
    try:
        if path.startswith("check"):
            await desk.key_keeping.check(Slug("vendor"), "nima" if path == "check personal" else None, actor)
        else:
            mode = {"browse": RefreshMode.STALE_OK, "refresh": RefreshMode.FORCE, "wait": RefreshMode.WAIT_IF_STALE}[path]
            await desk.discovery.listing(slot("vendor"), actor, mode)
    except ModeldeskError:
        assert desk.vendors.asked == []
    asked = desk.vendors.asked
    assert [key for _, key in asked] == expected, world


def expected_at_the_vendor(world: dict[str, object]) -> list[str | None]:
    """Which keys the vendor sees; None for a question without one."""
    path, by, is_cli = str(world["path"]), str(world["by"]), world["by"] != "nima"
    table = dict(world)
    if is_cli:  # the command line is a super operator, whoever is switched off, but for an own key
        table |= {"role": "super", "is_active": True if by == "cli" else world["is_active"]}
    else:
        table["role"] = Role(world["role"]).value
    if path == "check shared":
        table["scopes"] = "shared alone"
        # The one who spends another's own key is nobody to ask about the shared one, and the shared one is for super admins to check.
        if by == "cli as nima":
            table |= {"is_active": world["is_active"], "role": Role(world["role"]).value}
        if table["role"] != "super":
            return []
    elif path == "check personal":
        table["scopes"] = "own alone"
        if by == "cli":
            table["is_active"] = world["is_active"]
    else:
        table["scopes"] = {"nima": "both", "cli": "shared alone", "cli as nima": "own alone"}[by]
        if world["use"] == "public":
            table["scopes"] = "shared alone" if by != "cli as nima" else "neither"
    spent = by_the_table(table)
    if spent is not None:
        return [f"sk-{spent}-0123456789"]
    if path.startswith("check") or world["use"] == "needed":
        return []
    if world["use"] == "public":
        return [None]
    return [None] if world["shared"] == "none" and by != "cli as nima" else []


async def fill(desk: Desk, world: dict[str, object]) -> None:
    """A desk that stands so."""
    flags = {name: world[name] for name in ("allow_personal_keys", "allow_shared_for_normal_admins")}
    known: ProviderClassName = CLASSES_BY_USE[str(world["use"])]
    await desk.put(live_provider("vendor", known, **flags))
    admins = [
        Admin(SingleLineText("nima"), Role(world["role"]), "h", bool(world["is_active"]), NOON),
        Admin(SingleLineText("zoe"), Role.SUPER, "h", True, NOON),
    ]
    keys = [KEYS["personal"][str(world["personal"])], KEYS["shared"][str(world["shared"])]]
    if world["of_zoe"]:
        keys.append(stored("zoe", "good", "sk-of-zoe-0123456789"))
    async with desk.store.unit_of_work() as work:
        for admin in admins:
            await work.accounts.put(admin)
        for key in keys:
            if key is not None:
                await work.keys.put(key)
        await work.commit()


@pytest.mark.parametrize("name", ["nima", "nobody"])
def test_an_asker_whom_nobody_knows_spends_nothing(name: str) -> None:
    """Neither one who is switched off nor one who was never there."""
    gone = None if name == "nobody" else Admin(SingleLineText(name), Role.SUPER, "h", is_active=False, created_at=NOON)
    known = Actor(name, Role.SUPER).with_current_role(gone)
    with pytest.raises(KeyMissing, match="key-of-disabled-admin"):
        choose_key(live_provider(), ADDRESS, known, AvailableKeys(KEYS["personal"]["good"], KEYS["shared"]["good"]))


SHARED_KEY, OWN_KEY = KEYS["shared"]["good"], KEYS["personal"]["good"]


@pytest.mark.parametrize(
    ("actor", "fields", "available", "reason"),
    [
        (Actor("nima", Role.SUPER, is_active=False), {}, AvailableKeys(OWN_KEY), Reason("key-of-disabled-admin", admin="nima")),
        (
            Actor("nima", Role.SUPER, scopes=(OWN,)),
            {"allow_personal_keys": False},
            AvailableKeys(OWN_KEY),
            Reason("personal-keys-not-allowed", provider="vendor"),
        ),
        (Actor("nima", Role.NORMAL), {}, AvailableKeys(None, SHARED_KEY), Reason("shared-key-super-only", provider="vendor")),
        (Actor("nima", Role.SUPER, scopes=(OWN,)), {}, AvailableKeys(), Reason("key-none-own", provider="vendor", admin="nima")),
        (Actor("nima", Role.SUPER), {}, AvailableKeys(), Reason("key-none", provider="vendor")),
        (Actor("nima", Role.SUPER, scopes=()), {}, AvailableKeys(OWN_KEY, SHARED_KEY), Reason("key-none", provider="vendor")),
        (
            Actor("nima", Role.SUPER),
            {},
            AvailableKeys(None, KEYS["shared"]["suspended"]),
            Reason("key-is-suspended", provider="vendor"),
        ),
    ],
)
def test_the_reason_names_what_is_in_the_way(actor: Actor, fields: dict[str, bool], available: AvailableKeys, reason: Reason) -> None:
    """Code and facts, of the provider that was asked for."""
    with pytest.raises(KeyMissing) as caught:
        choose_key(live_provider(**{"allow_personal_keys": True, **fields}), ADDRESS, actor, available)
    assert (caught.value.provider, caught.value.reason) == ("vendor", reason)
