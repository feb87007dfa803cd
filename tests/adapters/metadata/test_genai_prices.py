"""Prices of genai-prices, as they ship."""

from decimal import Decimal

import pytest

from modeldesk.adapters.metadata.genai_prices import GenaiPrices
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.values.pricing import AMOUNTS

PRICES = GenaiPrices()


def test_a_price_has_its_tiers_and_searches() -> None:
    """For requests above a size, and for one search of the web."""
    pricing = PRICES.layer("google").models["gemini-2.5-pro"].pricing
    assert pricing is not None
    assert (pricing.amounts["prompt"], pricing.amounts["web_search"]) == (Decimal("1.25"), Decimal("0.035"))
    assert [(tier.above_tokens, tier.amounts["prompt"]) for tier in pricing.tiers] == [(200_000, Decimal("2.5"))]


def test_hours_of_the_day_are_kept() -> None:
    """DeepSeek was cheaper at night."""
    pricing = PRICES.layer("deepseek").models["deepseek-chat"].pricing
    assert pricing is not None
    assert [(tier.start, tier.end) for tier in pricing.tiers] == [("00:30", "16:30")]


def test_every_vendor_is_read_without_a_fault() -> None:
    """Amounts have our names and are not negative; none is zero altogether; aliases lead to models."""
    for vendor in PRICES.vendors:
        layer = PRICES.layer(vendor)
        assert layer.models
        assert set(layer.aliases.values()) <= set(layer.models)
        for facts in layer.models.values():
            amounts = facts.pricing.amounts if facts.pricing is not None else {"prompt": Decimal(1)}
            assert set(amounts) <= set(AMOUNTS)
            assert min(amounts.values()) >= 0
            assert any(amounts.values())


def test_prices_that_were_converted_from_another_currency_are_not_there() -> None:
    """Zhipu sells in yuan, OVHcloud in euros."""
    assert "zhipuai" not in PRICES.vendors
    for facts in PRICES.layer("ovhcloud").models.values():
        assert facts.pricing is None or facts.pricing.dollars == {}


@pytest.mark.parametrize("slug", ["openai", "anthropic", "google", "deepseek", "cohere", "groq", "mistral", "xai", "together", "fireworks"])
def test_vendors_that_ship_are_found_by_their_slugs(slug: str) -> None:
    """Also where the source calls them otherwise."""
    assert slug in {known.slug for known in shipped_classes().classes}
    assert PRICES.layer(slug).models


def test_an_unknown_vendor_has_no_models() -> None:
    """Nothing is guessed."""
    assert PRICES.layer("no-such-vendor").models == {}
