"""What a snapshot answers of what is not there, and whose keys and lists it hands out."""

import pytest

from modeldesk.domain.errors import AdminExists, AdminNotFound, ProviderNotFound, UseNotFound, VersionConflict
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.session import Identity, Session
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.keys.key_choice import AvailableKeys
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.selection import SlotState, require_version
from modeldesk.domain.model.snapshot import Access, Snapshot, are_same
from modeldesk.domain.model.use import Use, use_name
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from tests.support.manual_clock import NOON
from tests.support.samples import provider, slot

ACME = Slug("acme")
SARA = Admin(SingleLineText("sara"), Role.SUPER, "h", True, NOON)
SHARED, OWN = (StoredKey(KeyBinding(ACME, owner, "https://a"), b"s", "", "f", NOON, "sara") for owner in (None, "sara"))
SNAPSHOT = Snapshot(
    providers={ACME: provider()},
    access=Access({"sara": SARA}),
    lists={ACME: ListState(ACME, count=3)},
    own_lists={(ACME, "sara"): ListState(ACME, count=5, owner="sara")},
    keys={(ACME, None): SHARED, (ACME, "sara"): OWN},
)


def test_who_is_not_there_is_named() -> None:
    """With those that are."""
    with pytest.raises(AdminNotFound) as nobody:
        SNAPSHOT.access.admin("omid")
    assert nobody.value.name == "omid"
    with pytest.raises(ProviderNotFound) as nothing:
        SNAPSHOT.provider(Slug("acne"))
    assert (nothing.value.provider, nothing.value.known) == ("acne", ["acme"])
    assert (SNAPSHOT.access.admin("sara"), SNAPSHOT.provider(ACME)) == (SARA, provider())


def test_a_name_is_new_where_nobody_has_it() -> None:
    """Whoever has it is named."""
    SNAPSHOT.access.require_new_admin("omid")
    with pytest.raises(AdminExists, match="sara"):
        SNAPSHOT.access.require_new_admin("SARA")


def test_what_was_never_used_is_empty() -> None:
    """And is still of its provider, owner and slot."""
    empty = Snapshot()
    assert empty.slot(slot()) == SlotState(slot())
    assert empty.list_state(ACME) == ListState(ACME)
    assert empty.list_state(ACME, "sara") == ListState(ACME, owner="sara")


def test_lists_of_personal_keys_stand_apart() -> None:
    """Each is found by its owner alone."""
    assert (SNAPSHOT.list_state(ACME).count, SNAPSHOT.list_state(ACME, "sara").count, SNAPSHOT.list_state(ACME, "nima").count) == (3, 5, 0)


def test_a_token_never_sees_a_personal_key() -> None:
    """Its admin does, and everybody sees the shared one."""
    sara = Actor("sara", Role.SUPER)
    assert SNAPSHOT.available_keys(ACME, sara) == AvailableKeys(OWN, SHARED)
    assert SNAPSHOT.available_keys(ACME, Actor("nima", Role.NORMAL)) == AvailableKeys(None, SHARED)
    assert SNAPSHOT.available_keys(ACME, Actor("sara", Role.SUPER, token="ci")) == AvailableKeys(None, SHARED)


def test_a_conflict_names_slot_and_versions() -> None:
    """The one that was expected, and the one that is."""
    with pytest.raises(VersionConflict) as caught:
        require_version(SlotState(slot(), version=3), 2)
    assert (caught.value.provider, caught.value.capability, caught.value.expected, caught.value.version) == ("acme", "chat", 2, 3)
    require_version(SlotState(slot(), version=3), 3)
    require_version(SlotState(slot(), version=3), None)


def test_an_identity_acts_by_its_session_from_its_address() -> None:
    """As its admin."""
    session = Session("digest", "handle", "sara", NOON, NOON)
    assert Identity(SARA, session).actor("192.0.2.1") == Actor("sara", Role.SUPER, address="192.0.2.1", credential_digest="digest")


def test_a_use_that_is_not_there_is_named_with_those_that_are() -> None:
    """By name."""
    use = Use(use_name("support"), slot().capability, ACME)
    with pytest.raises(UseNotFound) as caught:
        Snapshot(uses={use.name: use}).use(use_name("suport"))
    assert (caught.value.use, caught.value.known) == ("suport", ["support"])
    assert Snapshot(uses={use.name: use}).use(use.name) == use


def test_the_same_are_as_many_in_the_same_order() -> None:
    """Equal objects are not the same, and neither is a part of a collection."""
    one, two = object(), object()
    assert are_same([one, two], (one, two))
    for others in ([one], [one, two, one], [two, one], []):
        assert not are_same([one, two], others), others
    assert not are_same([SARA], [Admin(SingleLineText("sara"), Role.SUPER, "h", True, NOON)])


def test_a_provider_that_came_or_went_at_the_end_is_a_change() -> None:
    """The first of both snapshots are the same objects."""
    first, last = provider("acme"), provider("last")
    few, many = Snapshot(providers={ACME: first}), Snapshot(providers={ACME: first, Slug("last"): last})
    assert many.changed_since(few) == {Slug("last")}
    assert few.changed_since(many) == set()
