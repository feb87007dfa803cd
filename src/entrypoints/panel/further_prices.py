"""The prices of a model beside those of input and output, as pages show them: of caches, audio, images and searches, and under conditions."""

from collections.abc import Mapping

from markupsafe import Markup

from modeldesk.domain.model.values.pricing import AMOUNTS, PriceTier, Pricing
from modeldesk.entrypoints.panel.formatting import UNITS, price_text
from modeldesk.entrypoints.panel.languages import N_, Language

LABELS: Mapping[str, str] = {
    "prompt": N_("Input"),
    "completion": N_("Output"),
    "cache_read": N_("Cached input"),
    "cache_write": N_("Writing to the cache"),
    "cache_write_1h": N_("Writing to the cache for an hour"),
    "reasoning": N_("Reasoning"),
    "audio_input": N_("Audio input"),
    "audio_output": N_("Audio output"),
    "image_input": N_("Image input"),
    "image_output": N_("Image output"),
    "request": N_("Each request"),
    "web_search": N_("Each web search"),
}
PLAIN = ("prompt", "completion")
"""The amounts that every page shows."""

COUNTED = ("request", "web_search")
"""The amounts for one of something, whatever the unit of the others."""


def further_prices(language: Language, pricing: Pricing | None) -> list[tuple[str, Markup]]:
    """A label and the price for each further amount; then, for each tier, its condition and all its amounts."""
    if pricing is None:
        return []
    unit = language.gettext(UNITS[pricing.unit])
    found = [
        (language.gettext(LABELS[name]), _priced(language, pricing, name, "" if name in COUNTED else unit))
        for name in AMOUNTS
        if name in pricing.amounts and name not in PLAIN
    ]
    return [*found, *((_condition(language, tier), _tier(language, pricing, tier)) for tier in pricing.tiers)]


def _priced(language: Language, pricing: Pricing, name: str, unit: str) -> Markup:
    price = price_text(language, pricing.amounts[name], pricing.currency)
    return Markup("{} <small>{}</small>").format(price, unit) if unit else price


def _condition(language: Language, tier: PriceTier) -> str:
    if tier.above_tokens is not None:
        return language.gettext("More than %(count)s input tokens", count=language.number(tier.above_tokens))
    return language.gettext("From %(start)s to %(end)s UTC", start=language.digits(tier.start or ""), end=language.digits(tier.end or ""))


def _tier(language: Language, pricing: Pricing, tier: PriceTier) -> Markup:
    parts = [
        Markup("{}: {}").format(language.gettext(LABELS[name]), price_text(language, tier.amounts[name], pricing.currency))
        for name in AMOUNTS
        if name in tier.amounts
    ]
    return Markup(" · ").join(parts)
