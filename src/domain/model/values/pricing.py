"""What a model costs, exactly.

Unknown is None and never free; free means that every known amount is zero, and at least one is known.
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
"""What may be priced. For units other than tokens, `prompt` is one unit taken in and `completion` one unit given out."""

LARGEST_AMOUNT = Decimal(10**9)
MOST_DECIMALS = 18

_FINEST = Decimal(1).scaleb(-MOST_DECIMALS)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


class PriceUnit(Enum):
    """What one amount buys."""

    MILLION_TOKENS = "1M tokens"
    IMAGE = "image"
    MINUTE = "minute"
    MILLION_CHARACTERS = "1M characters"
    REQUEST = "request"


@frozen
class Pricing:
    """Amounts in US dollars for one `unit`, by the names in `AMOUNTS`. An amount that is not there is unknown."""

    unit: PriceUnit = PriceUnit.MILLION_TOKENS
    amounts: Mapping[str, Decimal] = field(factory=dict)
    currency: str = "USD"

    @property
    def is_free(self) -> bool | None:
        """True where every known amount is zero, None where nothing is known."""
        if not self.amounts:
            return None
        return not any(self.amounts.values())

    @property
    def members(self) -> dict[str, str]:
        """As JSON shows it: currency, unit, and the known amounts as plain strings."""
        amounts = {name: amount_text(self.amounts[name]) for name in AMOUNTS if name in self.amounts}
        return {"currency": self.currency, "unit": self.unit.value, **amounts}


def amount(value: Decimal | int | str) -> Decimal:
    """An exact price: not negative, not absurdly large or fine. A number as text is accepted, written as JSON would."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise InvalidValue("a price is a number")
    try:
        exact = Decimal(value)
    except ArithmeticError:
        raise InvalidValue("a price is a number") from None
    if not exact.is_finite():
        raise InvalidValue("a price is a number")
    if exact < 0:
        raise InvalidValue("a price must not be negative; leave an unknown one out")
    if exact > LARGEST_AMOUNT or (kept := exact.quantize(_FINEST)) != exact:
        raise InvalidValue("this price is out of range")
    # Zeros carry no meaning here, but 0e-999999999 would be written out in full; and nothing costs minus zero.
    return kept.normalize().copy_abs()


def amount_text(value: Decimal) -> str:
    """At least two decimals and no other trailing zeros: `2.50`, `0.075`."""
    whole, _, fraction = f"{value:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"
