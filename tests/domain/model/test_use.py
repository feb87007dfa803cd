"""What a use may point at, and how its versions count."""

import pytest
from attrs import evolve

from modeldesk.domain.errors import CapabilityNotOffered, InvalidValue, ModeldeskError, ProviderNotFound, UseVersionConflict
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import MOST_FALLBACKS, Use, UseName, UseState, changed_fields, use_name
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, Slug
from tests.support.samples import chat, provider


def use(at: str = "acme", *fallbacks: str, capability: str = "chat") -> Use:
    return Use(UseName("support-chat"), CapabilityName(capability), Slug(at), fallbacks=tuple(Slug(name) for name in fallbacks))


PROVIDERS: dict[Slug, Provider] = {
    Slug(name): provider(name, capabilities=chat("large")) for name in ("acme", *(f"other-{number}" for number in range(20)))
}


@pytest.mark.parametrize("text", ["support.chat", "Support", "", "a" * 65, "support/chat", "-a"])
def test_a_name_is_a_slug(text: str) -> None:
    """Without dots and slashes, which the keys of products have."""
    with pytest.raises(InvalidValue):
        use_name(text)


@pytest.mark.parametrize(
    ("wrong", "refusal", "code"),
    [
        (use("nobody"), ProviderNotFound, "provider-not-found"),
        (use("acme", "nobody"), ProviderNotFound, "provider-not-found"),
        (use("acme", capability="video"), CapabilityNotOffered, "capability-not-offered"),
        (use("acme", "acme"), InvalidValue, "fallback-twice"),
        (use("acme", "other-1", "other-1"), InvalidValue, "fallback-twice"),
        (use("acme", *(f"other-{number}" for number in range(MOST_FALLBACKS + 1))), InvalidValue, "too-many-fallbacks"),
    ],
)
def test_what_a_use_may_not_point_at(wrong: Use, refusal: type[ModeldeskError], code: str) -> None:
    """Providers that do not exist or do not offer the capability, the same one twice, and more fallbacks than anybody follows."""
    with pytest.raises(refusal) as raised:
        wrong.require_valid(PROVIDERS)
    assert getattr(raised.value, "reason", raised.value).code == code


def test_a_use_with_fallbacks_is_fine() -> None:
    """As many as allowed, in any order."""
    use("acme", *(f"other-{number}" for number in range(MOST_FALLBACKS))).require_valid(PROVIDERS)


def test_versions_count_deletions_too() -> None:
    """So that what somebody saw before a deletion is never taken for what was made after it."""
    state = UseState(UseName("support-chat")).with_use(use()).without_use().with_use(use())
    assert (state.version, state.use and state.use.version) == (3, 3)
    assert UseState(state.name).with_use(use()).without_use() == UseState(state.name, 2)


def test_the_expected_version_is_the_one_that_stands() -> None:
    """Zero stands for no use, so that a caller may insist on creating one."""
    state = UseState(UseName("support-chat"))
    for fine in (None, 0):
        state.require_version(fine)
    with pytest.raises(UseVersionConflict):
        state.require_version(1)
    with pytest.raises(UseVersionConflict):
        state.with_use(use()).require_version(0)
    with pytest.raises(UseVersionConflict):
        state.with_use(use()).without_use().require_version(2)


def test_what_a_change_changes() -> None:
    """Field by field, without the version; a use that is new or gone has every field."""
    before, after = use(), evolve(use("other-1"), description=MultilineText("for customers"), version=2)
    assert changed_fields(before, after) == {"provider": ("acme", "other-1"), "description": ("", "for customers")}
    assert changed_fields(None, before)["capability"] == (None, "chat")
    assert UseState(before.name).with_use(before).holds(evolve(before, version=7))
    assert not UseState(before.name).with_use(before).holds(after)
