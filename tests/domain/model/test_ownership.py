"""Whose value each field of a provider has."""

from modeldesk.domain.model.providers.ownership import Owner, edited_field, owners
from modeldesk.domain.model.providers.provider import Capability, CapabilityChange
from modeldesk.domain.model.values.numbers import SortOrder
from modeldesk.domain.model.values.texts import CapabilityName
from tests.support.samples import lists, provider

CHAT, IMAGE, MODELS = CapabilityName("chat"), CapabilityName("image"), CapabilityName("models")
LIVE = Capability(supported=True, has_dynamic_models=True)


def test_an_edited_field_is_the_admins_until_it_is_as_imported_again() -> None:
    """All others are the file's; the list that is read live is nobody's edit."""
    imported = provider("acme", capabilities={"chat": LIVE, "image": lists("one"), "models": lists()})
    assert set(owners(imported).values()) == {Owner.FILE, Owner.SYNC}
    change = CapabilityChange(sort_order=SortOrder(7), capabilities={IMAGE: None, CHAT: Capability(supported=False)})
    edited = change.applied(imported)
    found = {name: owner for name, owner in owners(edited).items() if owner is not Owner.FILE}
    assert found == {"sort_order": Owner.ADMIN, "capabilities.chat": Owner.ADMIN, "capabilities.image": Owner.ADMIN}
    back = CapabilityChange(sort_order=SortOrder(imported.sort_order), capabilities={IMAGE: lists("one"), CHAT: LIVE})
    assert owners(back.applied(edited)) == owners(imported)
    assert owners(imported)["capabilities.chat.models"] is Owner.SYNC


def test_a_change_belongs_to_the_field_that_was_edited() -> None:
    """Also one inside a capability, and of the whole of it; another capability is another field."""
    edited = CapabilityChange(capabilities={CHAT: LIVE}).applied(provider("acme", capabilities={"chat": lists()}))
    paths = ["capabilities.chat", "capabilities.chat.models", "capabilities.chats.models", "sort_order"]
    assert [edited_field(edited, path) for path in paths] == ["capabilities.chat", "capabilities.chat", None, None]
