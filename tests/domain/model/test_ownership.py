"""Whose value each field of a provider has."""

from attrs import evolve

from modeldesk.domain.model.providers.ownership import Owner, edited_field, owners
from modeldesk.domain.model.providers.provider import Capability, CapabilityChange, ProviderConfig
from modeldesk.domain.model.values.numbers import Seconds, SortOrder
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


def test_a_change_is_of_an_edited_field_where_the_admin_made_it_another() -> None:
    """Of a part inside a capability, and of the whole of it; not of a part that is as imported, nor of another capability."""
    edited = CapabilityChange(capabilities={CHAT: LIVE}).applied(provider("acme", capabilities={"chat": lists("one")}))
    chat = ["capabilities.chat", "capabilities.chat.has_dynamic_models", "capabilities.chat.models"]
    assert [edited_field(edited, path) for path in chat] == ["capabilities.chat"] * 3
    others = ["capabilities.chat.description", "capabilities.chats.models", "sort_order"]
    assert [edited_field(edited, path) for path in others] == [None] * 3


def test_a_member_of_an_edited_object_belongs_to_its_field() -> None:
    """Configuration is one field; its members are changed one by one."""
    imported = provider("acme", config=ProviderConfig(timeout=Seconds(10)))
    edited = evolve(imported, config=ProviderConfig(timeout=Seconds(20)), imported_values={"config": imported.config})
    assert [edited_field(edited, path) for path in ("config", "config.timeout", "config.max_retry")] == ["config", "config", None]
