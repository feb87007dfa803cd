"""What a provider says of itself, and what differs between two states of it."""

import pytest
from attrs import evolve

from modeldesk.domain.errors import CapabilityNotOffered, InvalidValue, ProviderInactive
from modeldesk.domain.model.providers.provider import (
    GENERIC_CLASS,
    OPEN_CAPABILITY,
    OPERATOR_FLAGS,
    PROVIDER_FIELDS,
    PricingInfo,
    ProviderClassName,
    ProviderConfig,
    provider_changes,
    provider_order,
)
from modeldesk.domain.model.providers.provider_class import ProviderClass, ProviderClasses
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, Slug
from tests.support.samples import LIVE, NOT_SUPPORTED, lists, provider

CHAT, IMAGE, AUDIO = CapabilityName("chat"), CapabilityName("image"), CapabilityName("audio")


def test_a_provider_that_declares_nothing_takes_every_capability() -> None:
    """Its list is empty and static."""
    acme = provider()
    assert acme.capability(IMAGE) == OPEN_CAPABILITY
    assert (OPEN_CAPABILITY.supported, OPEN_CAPABILITY.has_dynamic_models, len(OPEN_CAPABILITY.models)) == (True, False, 0)
    assert acme.offers(IMAGE)


def test_a_declared_capability_is_answered_as_declared() -> None:
    """Static or live, it is the declaration's own."""
    acme = provider(capabilities={CHAT: lists("large"), AUDIO: LIVE})
    assert acme.capability(CHAT) == lists("large")
    assert acme.capability(AUDIO) == LIVE
    assert acme.offers(CHAT)
    assert acme.offers(AUDIO)


@pytest.mark.parametrize("name", [IMAGE, AUDIO])
def test_a_capability_that_is_unsupported_or_not_declared_is_refused(name: CapabilityName) -> None:
    """The refusal names what the provider does offer."""
    acme = provider(capabilities={CHAT: lists(), IMAGE: NOT_SUPPORTED})
    with pytest.raises(CapabilityNotOffered, match=f"capability-not-offered: provider='acme', capability='{name}'") as refusal:
        acme.capability(name)
    assert (refusal.value.provider, refusal.value.capability, refusal.value.offered) == ("acme", name, ["chat"])
    assert not acme.offers(name)


def test_a_provider_that_supports_nothing_says_so() -> None:
    """Declaring only what is not supported is not the same as declaring nothing."""
    acme = provider(capabilities={CHAT: NOT_SUPPORTED})
    with pytest.raises(CapabilityNotOffered, match=r"offered=\[\]"):
        acme.capability(CHAT)
    assert not acme.offers(IMAGE)


def test_only_an_active_provider_may_be_used() -> None:
    """An operator's switch stands before everything else."""
    provider().require_active()
    with pytest.raises(ProviderInactive, match="provider-inactive: provider='acme'") as refusal:
        provider(is_active=False).require_active()
    assert refusal.value.provider == "acme"


def test_providers_are_ordered_by_sort_order_then_slug() -> None:
    """A small sort order stands first, a negative one before that."""
    some = [provider("b", sort_order=1), provider("c"), provider("a", sort_order=1), provider("z", sort_order=-1)]
    assert [entry.slug for entry in sorted(some, key=provider_order)] == ["z", "c", "a", "b"]


def test_equal_providers_differ_in_nothing() -> None:
    """The order in which capabilities or further keys stand is no difference."""
    one = provider(capabilities={CHAT: lists("a"), IMAGE: LIVE}, config=ProviderConfig(further={"x": 1, "y": 2}))
    other = provider(capabilities={IMAGE: LIVE, CHAT: lists("a")}, config=ProviderConfig(further={"y": 2, "x": 1}))
    assert one == other
    assert provider_changes(one, other) == {}


def test_each_field_that_differs_is_named_with_old_and_new() -> None:
    """Fields come in the order in which they are declared."""
    old = provider(sort_order=1)
    new = evolve(old, website=HttpUrl("https://acme.example"), sort_order=2, is_active=False)
    differing = provider_changes(old, new)
    assert list(differing.items()) == [("website", ("", "https://acme.example")), ("sort_order", (1, 2)), ("is_active", (True, False))]


@pytest.mark.parametrize("name", [name for name in PROVIDER_FIELDS if name != "capabilities"])
def test_no_field_is_forgotten(name: str) -> None:
    """Whatever field a provider has, a change of it is seen."""
    old = provider()
    new = evolve(old, **{name: "something else"})
    assert provider_changes(old, new) == {name: (getattr(old, name), "something else")}


def test_inside_capabilities_the_changed_part_is_named() -> None:
    """What came, what went, and within what stayed the very field."""
    old = provider(capabilities={CHAT: lists("a"), IMAGE: LIVE})
    new = provider(capabilities={CHAT: evolve(lists("a", "b"), description="Chats"), AUDIO: LIVE})
    assert list(provider_changes(old, new).items()) == [
        ("capabilities.chat.description", ("", "Chats")),
        ("capabilities.chat.models", (lists("a").models, lists("a", "b").models)),
        ("capabilities.image", (LIVE, None)),
        ("capabilities.audio", (None, LIVE)),
    ]


def test_configuration_shows_what_is_known_and_what_is_kept() -> None:
    """Unknown members are left out, false and zero are not; further keys come after."""
    config = ProviderConfig(supports_streaming=False, timeout=60, further={"region": "eu"})
    assert list(config.members.items()) == [("supports_streaming", False), ("timeout", 60), ("region", "eu")]
    assert PricingInfo(minimum_credit=0, free_tier=None).members == {"minimum_credit": 0}
    assert ProviderConfig().members == {}


def test_the_operators_flags_are_fields() -> None:
    """Three switches belong to the operator, with these defaults."""
    assert set(OPERATOR_FLAGS) <= set(PROVIDER_FIELDS)
    assert {flag: getattr(provider(), flag) for flag in OPERATOR_FLAGS} == {
        "is_active": True,
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
    }


CLASSES = ProviderClasses(
    (ProviderClass(ProviderClassName("AcmeProvider"), "acme", HttpUrl("https://acme.example")), ProviderClass(GENERIC_CLASS))
)


@pytest.mark.parametrize("text", ["AcmeProvider", "acmeprovider", "ACMEPROVIDER", "src.ai.providers.acme.AcmeProvider", "x.acmeProvider"])
def test_a_class_is_found_in_any_letter_case_and_behind_any_dotted_path(text: str) -> None:
    """The path is what the older system wrote; nothing of it is imported."""
    assert CLASSES.find(text).name == "AcmeProvider"


@pytest.mark.parametrize("text", ["", "Acme", "AcmeProvider.", "os.system", "AcmeProvider.x"])
def test_an_unknown_class_is_refused_with_the_known_ones(text: str) -> None:
    """Every class that exists is among the facts."""
    with pytest.raises(InvalidValue, match=r"provider-class-unknown: .*choices=\('AcmeProvider', 'OpenAICompatibleProvider'\)"):
        CLASSES.find(text)


def test_a_vendor_without_a_class_of_its_own_gets_the_generic_one() -> None:
    """By slug, and by nothing else."""
    assert CLASSES.default_class_for(Slug("acme")).api_base_url == "https://acme.example"
    assert CLASSES.default_class_for(Slug("other")).name == GENERIC_CLASS
