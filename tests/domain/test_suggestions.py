"""What somebody may have meant."""

from collections.abc import Iterator

import pytest

from modeldesk.domain.errors import CapabilityNotOffered, ModeldeskError, ProviderNotFound, UnknownProviders
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.suggestions import LONGEST_COMPARED, MOST_COMPARED, MOST_WORK, nearest, nearest_model


def test_the_nearest_known_name_is_found_where_it_looks_like_a_slip() -> None:
    """A letter dropped or a capital too many is a slip; another word is not."""
    known = ["capabilities", "description", "Slug"]
    assert nearest("capabilites", known) == "capabilities"
    assert nearest("DESCRIPTION", known) == "description"
    assert nearest("slug", known) == "Slug"
    assert nearest("colour", known) is None


def test_looking_for_it_has_bounds() -> None:
    """Nobody meant a name that long, and of very many names only the first are compared."""
    assert nearest("x" * LONGEST_COMPARED, ["x" * LONGEST_COMPARED]) is not None
    assert nearest("x" * (LONGEST_COMPARED + 1), ["x" * (LONGEST_COMPARED + 1)]) is None
    others = [str(number) for number in range(MOST_COMPARED - 1)]
    assert nearest("openia", [*others, "openai"]) == "openai"
    assert nearest("openia", ["0", *others, "openai"]) is None


@pytest.mark.parametrize(
    ("error", "near"),
    [
        (ProviderNotFound("antropic", ["openai", "anthropic"]), "anthropic"),
        (ProviderNotFound("ollama", ["openai", "anthropic"]), None),
        (ProviderNotFound("ollama"), None),
        (CapabilityNotOffered("acme", "chta", ["chat", "image"]), "chat"),
        (CapabilityNotOffered("acme", "audio", ["chat", "image"]), None),
        (UnknownProviders(["antropic"], ["openai", "anthropic"]), "anthropic"),
        (UnknownProviders(["antropic", "x"], ["anthropic"]), None),
    ],
)
def test_the_nearest_name_is_a_fact(error: ModeldeskError, near: str | None) -> None:
    """Of one name that is not there; None where none is near."""
    assert error.facts["nearest"] == near


def test_a_snapshot_knows_its_providers() -> None:
    """In their order."""
    with pytest.raises(ProviderNotFound) as refusal:
        Snapshot(providers=dict.fromkeys(map(Slug, ("openai", "anthropic")))).provider(Slug("antropic"))  # type: ignore[arg-type]
    assert refusal.value.known == ["openai", "anthropic"]


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        ("gpt-4oo", "gpt-4o"),
        ("GPT-4o", "gpt-4o"),
        ("claude-opus5", "claude-opus-5"),
        ("gpt-5o", None),
        ("claude-opus-5-1", None),
        ("gpt-4o-audio", None),
        ("another", None),
    ],
)
def test_a_slip_of_a_model_is_of_the_same_version(model: str, meant: str | None) -> None:
    """A version that no list has yet is no slip of the one before, and neither is a variant."""
    assert nearest_model(model, ["gpt-4o", "claude-opus-5", "small"]) == meant


def test_long_names_are_compared_with_fewer() -> None:
    """A comparison takes the product of both lengths, and names may be made to be alike."""
    looked_at, name = list[int](), "ab" * 32

    def known(length: int) -> Iterator[str]:
        for number in range(2_000):
            looked_at.append(number)
            yield f"{name}{number}"[:length]

    nearest(name, known(64))
    assert len(looked_at) * 64 * 64 <= MOST_WORK + 64 * 64
    looked_at.clear()
    nearest("ab1", known(3))
    assert len(looked_at) == MOST_COMPARED
