"""What somebody may have meant."""

import pytest

from modeldesk.domain.errors import CapabilityNotOffered, ProviderNotFound, UnknownProviders
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.suggestions import LONGEST_COMPARED, MOST_COMPARED, did_you_mean, listed, nearest, nearest_model, suggestion

MANY = [f"vendor-{number}" for number in range(26)]


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


def test_a_slip_is_asked_about_and_all_else_is_told_what_there_is() -> None:
    """Where there is nothing, nothing is said."""
    assert did_you_mean("antropic", ["openai", "anthropic"]) == "; did you mean 'anthropic'?"
    assert did_you_mean("ollama", ["openai", "anthropic"]) == ""
    assert suggestion("antropic", ["openai", "anthropic"], "there are") == "; did you mean 'anthropic'?"
    assert suggestion("ollama", ["openai", "anthropic"], "there are") == "; there are: openai, anthropic"
    assert suggestion("ollama", [], "there are") == ""


@pytest.mark.parametrize(
    ("names", "reported"), [([], ""), (MANY[:12], ", ".join(MANY[:12])), (MANY[:13], f"{', '.join(MANY[:12])} and 1 more")], ids=len
)
def test_a_long_list_is_counted(names: list[str], reported: str) -> None:
    """Twelve names are a line; of more the first twelve stand there."""
    assert listed(names) == reported


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ProviderNotFound("antropic", ["openai", "anthropic"]), "there is no provider 'antropic'; did you mean 'anthropic'?"),
        (ProviderNotFound("ollama", ["openai", "anthropic"]), "there is no provider 'ollama'; there are: openai, anthropic"),
        (ProviderNotFound("ollama", MANY), f"there is no provider 'ollama'; there are: {', '.join(MANY[:12])} and 14 more"),
        (ProviderNotFound("ollama"), "there is no provider 'ollama'"),
        (
            CapabilityNotOffered("acme", "chta", ["chat", "image"]),
            "provider 'acme' does not offer 'chta'; did you mean 'chat'? It offers: chat, image",
        ),
        (CapabilityNotOffered("acme", "audio", ["chat", "image"]), "provider 'acme' does not offer 'audio'; it offers: chat, image"),
        (
            CapabilityNotOffered("acme", "audio", MANY),
            f"provider 'acme' does not offer 'audio'; it offers: {', '.join(MANY[:12])} and 14 more",
        ),
        (
            UnknownProviders(["antropic"], ["openai", "anthropic"]),
            "no provider antropic in the declaration; did you mean 'anthropic'? It holds: openai, anthropic",
        ),
        (UnknownProviders(["antropic", "x"], ["anthropic"]), "no provider antropic, x in the declaration; it holds: anthropic"),
    ],
)
def test_what_is_not_there_is_refused_with_what_helps(error: Exception, sentence: str) -> None:
    """The same sentence wherever it is read."""
    assert str(error) == sentence


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
