"""Reads the prices of a row whose vendor has no class of its own: by names and units that say what they mean, and no others."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from modeldesk.adapters.providers import reading
from modeldesk.domain.model.values.pricing import Pricing

PRICE_NAMES: Mapping[str, str] = {
    "prompt": "prompt",
    "input": "prompt",
    "completion": "completion",
    "output": "completion",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write",
    "internal_reasoning": "reasoning",
    "audio": "audio_input",
    "audio_output": "audio_output",
    "image_output": "image_output",
    "request": "request",
}
"""OpenRouter's names of prices (https://openrouter.ai/docs/guides/overview/models), also used by Groq, SambaNova and Baseten. `input` and
`output` are Vercel's. `image` is missing, because its meaning changed from the price of an image to that of an image token."""

UNIT_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("prompt", "input", "input_price", "input_tokens", "prompt_tokens", "prompt_price", "input_cost"), "prompt"),
    **dict.fromkeys(("completion", "output", "output_price", "output_tokens", "completion_tokens", "output_cost"), "completion"),
    "cache_read": "cache_read",
    "cached_input": "cache_read",
    "cache_write": "cache_write",
}
"""Names that need a unit beside them."""

PER_THOUSAND = Decimal(1_000)
FACTORS: Mapping[str, Decimal] = {
    **dict.fromkeys(("token", "tokens"), reading.PER_TOKEN),
    **dict.fromkeys(("1k tokens", "1000 tokens", "thousand tokens", "k tokens", "ktok"), PER_THOUSAND),
    **dict.fromkeys(
        ("1m tokens", "1000000 tokens", "1 million tokens", "million tokens", "m tokens", "mtok", "1mtok"), reading.PER_MILLION
    ),
}
"""The factor to US dollars per million tokens, by the words of the unit without `per` and `usd`. A million of nothing is no unit."""

FACTORS_IN_NAMES: Mapping[str, Decimal] = {
    **FACTORS,
    **dict.fromkeys(("1k", "thousand"), PER_THOUSAND),
    **dict.fromkeys(("1m", "million"), reading.PER_MILLION),
}
"""In a name with a direction (`input_price_per_million`), the unit can only be tokens."""

DIRECTIONS: Mapping[frozenset[str], str] = {
    frozenset(("input",)): "prompt",
    frozenset(("prompt",)): "prompt",
    frozenset(("output",)): "completion",
    frozenset(("completion",)): "completion",
    frozenset(("cache", "read", "input")): "cache_read",
    frozenset(("cached", "input")): "cache_read",
    frozenset(("cache", "creation", "input")): "cache_write",
    frozenset(("cache", "write", "input")): "cache_write",
}
DIRECTION_WORDS = ("input", "output", "prompt", "completion")
MONEY_WORDS = frozenset(("price", "cost", "usd", "pricing", "rate"))
PRICE_MEMBERS = ("pricing", "price", "prices", "costs", "cost")
UNIT_MEMBERS = ("unit", "units", "price_unit", "pricing_unit", "unit_of_measure")

# No vendor sells a million tokens for less than a cent, so a smaller number than this is a price of one token.
SMALLER_THAN_PER_THOUSAND = Decimal("0.00001")

_MONEY = re.compile(r"(?:usd\s*)?\$?\s*([0-9][0-9.]*(?:e[+-]?[0-9]+)?)\s*(?:usd|\$)?\s*(?:/|per)\s*(.+)", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[0-9]+[a-zA-Z]*|[A-Z]+(?![a-z])")


def generic_pricing(row: Any) -> Pricing | None:
    """The price in one of these forms; None for any other, and for another currency than US dollars:

    - members that name their unit: `input_cost_per_token`, `output_price_per_1k_tokens`, `promptPricePerMillion`;
    - prices with a unit beside them: `{"input": 0.5, "output": 1.5, "unit": "1M tokens"}`;
    - texts that name it: `"$0.15 / 1M tokens"`;
    - decimal texts without a unit under OpenRouter's names, and numbers under `prompt` and `completion` that are too small for any other unit:
      US dollars per token.
    """
    if not isinstance(row, dict) or not _in_dollars(row):
        return None
    prices = next((row[name] for name in PRICE_MEMBERS if isinstance(row.get(name), dict)), None)
    if prices is None:
        return _self_named(row, needs_money_word=True)
    if not _in_dollars(prices):
        return None
    unit = reading.first(prices, *UNIT_MEMBERS) or reading.first(row, "price_unit", "pricing_unit")
    if unit is not None:
        factor = _factor(unit)
        return None if factor is None else reading.token_pricing(_without_words(prices), UNIT_NAMES, factor)
    return _self_named(prices, needs_money_word=False) or _texts_with_units(prices) or _per_token(prices)


def _in_dollars(value: dict[str, Any]) -> bool:
    currency = value.get("currency", "USD")
    return currency is None or (isinstance(currency, str) and currency.strip().upper() in ("USD", "US$", "$", ""))


def _factor(unit: Any) -> Decimal | None:
    return FACTORS.get(" ".join(word for word in _words(unit) if word not in ("per", "usd", "dollars"))) if isinstance(unit, str) else None


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _without_words(prices: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in prices.items() if name not in (*UNIT_MEMBERS, "currency")}


def _self_named(values: dict[str, Any], *, needs_money_word: bool) -> Pricing | None:
    """Members such as `input_cost_per_token`. Two of them with different units are converted each by its own."""
    meanings = {name: meaning for name in values if (meaning := _meaning(name, needs_money_word)) is not None}
    found = {name: meaning for name, meaning in meanings.items() if values[name] is not None}
    if not found:
        return None
    prices: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    for name, (_, factor) in found.items():
        exact = reading.price(prices[name], factor)
        prices[name] = "" if exact is None else f"{exact:f}"
    relevant = {name: value for name, value in prices.items() if name in found or not needs_money_word}
    return reading.token_pricing(relevant, {name: ours for name, (ours, _) in found.items()}, reading.PER_MILLION)


@lru_cache(maxsize=4096)
def _meaning(name: str, needs_money_word: bool) -> tuple[str, Decimal] | None:
    """Which price a member's name means, and of how many tokens; None for another name. Vendors have few names and many rows."""
    words = _words(name)
    if "per" not in words or (needs_money_word and not MONEY_WORDS & set(words)):
        return None
    at = words.index("per")
    behind = words[at + 1 :]
    # `price_per_1k_input_tokens` has the direction behind the unit.
    direction = frozenset((*words[:at], *(word for word in behind if word in DIRECTION_WORDS)))
    ours = DIRECTIONS.get(direction - MONEY_WORDS - {"token", "tokens"})
    factor = FACTORS_IN_NAMES.get(" ".join(word for word in behind if word not in DIRECTION_WORDS))
    return None if ours is None or factor is None else (ours, factor)


def _texts_with_units(prices: dict[str, Any]) -> Pricing | None:
    read = {name: _MONEY.fullmatch(value.strip()) for name, value in prices.items() if isinstance(value, str)}
    found = {name: (money[1], factor) for name, money in read.items() if money and (factor := _factor(money[2])) is not None}
    if not found:
        return None
    # The others stay as they are: a price that nobody understands is not free.
    texts = prices | {
        name: "" if (exact := reading.price(number, factor)) is None else f"{exact:f}" for name, (number, factor) in found.items()
    }
    return reading.token_pricing(texts, UNIT_NAMES, reading.PER_MILLION)


def _per_token(prices: dict[str, Any]) -> Pricing | None:
    numbers = [value for name in ("prompt", "completion") if isinstance(value := prices.get(name), Decimal) and value > 0]
    if numbers and min(numbers) < SMALLER_THAN_PER_THOUSAND:
        return reading.token_pricing(prices, {"prompt": "prompt", "completion": "completion"}, reading.PER_TOKEN)
    # An unknown unit is not guessed.
    return reading.token_pricing(prices, PRICE_NAMES, reading.PER_TOKEN, written_as=str)
