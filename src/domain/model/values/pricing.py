"""Exact prices of models.

An unknown price is None, and is never free. A model is free if at least one amount is known and every known amount is zero.
"""

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from enum import Enum
from functools import lru_cache

from attrs import field

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.records import frozen

AMOUNTS = (
    "prompt",
    "completion",
    "cache_read",
    "cache_write",
    "cache_write_1h",
    "reasoning",
    "audio_input",
    "audio_output",
    "image_input",
    "image_output",
    "request",
    "web_search",
)
"""The names of amounts. For units other than tokens, `prompt` is one unit of input and `completion` one unit of output. Whatever the unit,
`request` is for one request and `web_search` for one search."""

DOLLARS = "USD"
LARGEST_AMOUNT = Decimal(10**9)
MOST_DECIMALS = 18

SURE_DIGITS = 12
"""A float has 15 to 17 digits, and arithmetic spoils the last ones; no price of a vendor has as many as 12."""

_FINEST = Decimal(1).scaleb(-MOST_DECIMALS)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


class PriceUnit(Enum):
    """The unit that an amount pays for."""

    MILLION_TOKENS = "1M tokens"
    IMAGE = "image"
    MINUTE = "minute"
    MILLION_CHARACTERS = "1M characters"
    REQUEST = "request"


@frozen
class PriceTier:
    """Amounts that replace those of the plain price under a condition.

    `above_tokens`: for requests with more input tokens. `start` and `end`: between these hours of the day in UTC, such as `16:30`.
    """

    amounts: Mapping[str, Decimal]
    above_tokens: int | None = None
    start: str | None = None
    end: str | None = None

    @property
    def members(self) -> dict[str, object]:
        """The JSON members: the condition, and the amounts as decimal strings."""
        condition = {"above_tokens": self.above_tokens, "start": self.start, "end": self.end}
        return {**{name: value for name, value in condition.items() if value is not None}, **_amount_members(self.amounts)}


@frozen
class Pricing:
    """Amounts for one `unit`, by the names in `AMOUNTS`. A missing amount is unknown.

    Amounts in another `currency` than US dollars are as the vendor gave them; in US dollars they are unknown. `tiers` are the amounts under other
    conditions, where a source gives them; `amounts` are those of the first tier.
    """

    unit: PriceUnit = PriceUnit.MILLION_TOKENS
    amounts: Mapping[str, Decimal] = field(factory=dict)
    currency: str = DOLLARS
    tiers: tuple[PriceTier, ...] = ()

    @property
    def dollars(self) -> Mapping[str, Decimal]:
        """The amounts in US dollars; empty for a price in another currency."""
        return self.amounts if self.currency == DOLLARS else {}

    @property
    def is_free(self) -> bool | None:
        """True if every known amount is zero, None if no amount is known."""
        if not self.amounts:
            return None
        return not any(self.amounts.values())

    @property
    def members(self) -> dict[str, object]:
        """The JSON members: currency, unit, the known amounts as decimal strings, and the tiers where there are any."""
        tiers = {"tiers": [tier.members for tier in self.tiers]} if self.tiers else {}
        return {"currency": self.currency, "unit": self.unit.value, **_amount_members(self.amounts), **tiers}


def amount(value: Decimal | int | str) -> Decimal:
    """An exact price: not negative, at most 10⁹, with at most 18 decimals. Text must be a number in JSON's notation. Raises InvalidValue."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise InvalidValue("price-not-a-number")
    try:
        exact = Decimal(value)
    except ArithmeticError:
        raise InvalidValue("price-not-a-number") from None
    if not exact.is_finite():
        raise InvalidValue("price-not-a-number")
    if exact < 0:
        raise InvalidValue("price-negative")
    if exact > LARGEST_AMOUNT or (kept := exact.quantize(_FINEST)) != exact:
        raise InvalidValue("price-out-of-range")
    # Normalised, because 0e-999999999 would print with all its zeros, and -0 is no price.
    return kept.normalize().copy_abs()


def without_noise(value: Decimal) -> Decimal:
    """The number that was meant: `0.049999999999999996`, the trace of a calculation with floats, is 0.05. Exact prices stay as they are."""
    if len(value.as_tuple().digits) <= SURE_DIGITS:
        return value
    meant = Context(prec=SURE_DIGITS).plus(value)
    return meant.normalize() if len(meant.normalize().as_tuple().digits) < SURE_DIGITS else value


def _amount_members(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: amount_text(amounts[name]) for name in AMOUNTS if name in amounts}


@lru_cache(maxsize=4_096)  # a long list has few different amounts
def amount_text(value: Decimal) -> str:
    """At least two decimals and no other trailing zeros: `2.50`, `0.075`."""
    whole, _, fraction = f"{value:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
