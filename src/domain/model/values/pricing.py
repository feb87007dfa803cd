"""Exact prices of models.

An unknown price is None, and is never free. A model is free if at least one amount is known and every known amount is zero.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from modeldesk.domain.errors import InvalidValue

AMOUNTS = (
    "prompt",
    "completion",
    "cache_read",
    "cache_write",
    "reasoning",
    "audio_input",
    "audio_output",
    "image_input",
    "image_output",
    "request",
)
"""The names of amounts. For units other than tokens, `prompt` is one unit of input and `completion` one unit of output."""

LARGEST_AMOUNT = Decimal(10**9)
MOST_DECIMALS = 18

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
class Pricing:
    """Amounts in US dollars for one `unit`, by the names in `AMOUNTS`. A missing amount is unknown."""

    unit: PriceUnit = PriceUnit.MILLION_TOKENS
    amounts: Mapping[str, Decimal] = field(factory=dict)
    currency: str = "USD"

    @property
    def is_free(self) -> bool | None:
        """True if every known amount is zero, None if no amount is known."""
        if not self.amounts:
            return None
        return not any(self.amounts.values())

    @property
    def members(self) -> dict[str, str]:
        """The JSON members: currency, unit, and the known amounts as decimal strings."""
        amounts = {name: amount_text(self.amounts[name]) for name in AMOUNTS if name in self.amounts}
        return {"currency": self.currency, "unit": self.unit.value, **amounts}


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


def amount_text(value: Decimal) -> str:
    """At least two decimals and no other trailing zeros: `2.50`, `0.075`."""
    whole, _, fraction = f"{value:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
