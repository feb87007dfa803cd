"""Metadata of several layers, joined to the id of a model."""

from decimal import Decimal

import pytest

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState
from modeldesk.domain.model.catalogue.metadata_join import MOST_LOOKED_UP, JoinedFacts, Layer, joined, undated
from modeldesk.domain.model.values.pricing import Pricing

CLAIM = LifecycleClaim("genai-prices", state=LifecycleState.DEPRECATED)
PRICE = Pricing(amounts={"prompt": Decimal(2)})
FIRST = Layer("models.dev", {"gpt-4.1": ModelFacts("GPT-4.1"), "haiku-20241022": ModelFacts("Haiku")})
SECOND = Layer("genai-prices", {"gpt-4.1": ModelFacts("Other", PRICE, claims=(CLAIM,))}, {"gpt-four": "gpt-4.1"})


def test_look_ups_are_kept_and_bounded() -> None:
    """Also those that found nothing; whatever is looked up meanwhile, an answer stays the same."""
    facts = JoinedFacts([FIRST, SECOND])
    assert facts["gpt-four"] is facts["gpt-four"]
    for number in range(2 * MOST_LOOKED_UP):
        assert f"unknown-{number}" not in facts
        assert len(facts._looked_up) <= MOST_LOOKED_UP
    assert facts["gpt-four"] == joined("gpt-four", [FIRST, SECOND])


@pytest.mark.parametrize(
    ("model", "base"),
    [
        ("gpt-4.1-2025-04-14", "gpt-4.1"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4"),
        ("gpt-3.5-turbo-1106", None),
        ("mistral-small-2503", None),
        ("gpt-4.1", None),
        ("llama-3-8192", None),
        ("20250514", None),
    ],
)
def test_the_date_of_a_snapshot(model: str, base: str | None) -> None:
    """Four digits are none: a year and a month are another model, and snapshots by month and day had other prices."""
    assert undated(model) == base


def test_each_field_comes_from_the_first_layer_that_knows_it() -> None:
    """And the layer is named, where it is not the usual one; claims of all are kept."""
    found = joined("gpt-4.1", [FIRST, SECOND])
    assert found is not None
    assert (found.name, found.pricing, found.claims) == ("GPT-4.1", PRICE, (CLAIM,))
    assert found.sources == {"pricing": "genai-prices"}


@pytest.mark.parametrize(
    ("model", "name", "source"),
    [
        ("gpt-4.1-2025-04-14", "GPT-4.1", "models.dev (as gpt-4.1)"),
        ("gpt-four", "Other", "genai-prices (as gpt-4.1)"),
        ("haiku-latest", "Haiku", "models.dev (as haiku-20241022)"),
    ],
)
def test_an_alias_or_a_snapshot_is_found_and_named(model: str, name: str, source: str) -> None:
    """By the exact id first, else by the source's alias, by the id without its date, or by the newest date."""
    found = joined(model, [FIRST, SECOND])
    assert found is not None
    assert (found.name, found.sources["name"]) == (name, source)


def test_the_exact_id_goes_before_every_other() -> None:
    """A dated snapshot may have another price than its line."""
    layer = Layer("models.dev", {"gpt-4o": ModelFacts("New"), "gpt-4o-2024-05-13": ModelFacts("Old")})
    assert JoinedFacts([layer])["gpt-4o-2024-05-13"].name == "Old"


def test_what_no_layer_knows_is_unknown() -> None:
    """Nothing is joined by resemblance."""
    facts = JoinedFacts([FIRST, SECOND])
    assert facts.get("gpt-4") is None
    assert facts.get("gpt-4.1-mini") is None
    assert (len(facts), list(facts)) == (2, ["gpt-4.1", "haiku-20241022"])
