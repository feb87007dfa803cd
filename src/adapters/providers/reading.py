"""Reads one decoded entry safely: whatever stands there, of whatever type, comes out as a fact or as None, and nothing raises.

The one exception is an id that no honest vendor writes: `usable_id` refuses the whole list for it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any

from modeldesk.adapters.providers.vendor_api import ListBroken
from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.values.numbers import LARGEST_CONTEXT
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing, amount
from modeldesk.domain.model.values.texts import LONGEST_MODEL_ID, ModelId, line, model_id

LONGEST_NAME = 200
LONGEST_WORD = 100
MOST_WORDS = 20

# There were no such models before; and vendors write 2098-12-31 or 2099-12-31 for "never".
EARLIEST, LATEST = date(2015, 1, 1), date(2090, 1, 1)
_MILLISECONDS_FROM = 10**11  # as seconds, that is the year 5138
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:[Zz]|[+-]\d\d:?\d\d)?)?")
_DIGITS = re.compile(r"[0-9]{1,15}")
_DECIMALS = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_EXACTLY = Context(prec=80, traps=[Inexact, InvalidOperation, Overflow])

PER_TOKEN = Decimal(1_000_000)
"""What makes US dollars for a token into US dollars for a million tokens."""

PER_MILLION = Decimal(1)


def member(value: Any, *path: str) -> Any:
    """What stands at the end of a path of keys; None where any step is missing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def first(value: Any, *keys: str) -> Any:
    """The first member among these keys that says something; vendors call one thing by many names."""
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in keys if value.get(key) is not None), None)


def usable_id(value: Any) -> ModelId | None:
    """A model's id; None where there is none: missing, of another type, blank, or with blanks at its ends.

    Raises ListBroken for one that is too long or holds characters that cannot be shown: who sends that sends no list of models.
    """
    if not isinstance(value, str) or not value:
        return None
    if len(value) > LONGEST_MODEL_ID:
        raise ListBroken(Reason("listed-id-too-long", count=len(value), most=LONGEST_MODEL_ID))
    try:
        return model_id(value)
    except InvalidValue as error:
        if value.isprintable():
            return None
        raise ListBroken(Reason("listed-id-malformed", reason=error.reason)) from None


def text(value: Any, longest: int = LONGEST_NAME) -> str | None:
    """One line for people; None where it is blank, of another type, too long, or not fit to be shown."""
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        return None
    try:
        return line(value.strip())
    except InvalidValue:
        return None


def count(value: Any, most: int = LARGEST_CONTEXT) -> int | None:
    """A whole number of at least 1, also where it is written as text; 0 and absurd ones mean unknown."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) <= most and value == value.to_integral_value():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most else None


def words(value: Any) -> tuple[str, ...]:
    """The texts of a list of texts, or one text alone; in lower case, those of another type left out."""
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    read = (text(word, LONGEST_WORD) for word in listed[:MOST_WORDS])
    return tuple(word.lower() for word in read if word)


def task(value: Any) -> str | None:
    """What a model is for, in the vendor's words."""
    return ", ".join(words(value)) or None


def true_ones(value: Any, keys: Iterable[str]) -> list[str]:
    """Which of these members are true: vendors list abilities as objects of booleans."""
    return [key for key in keys if member(value, key) is True]


def day(value: Any) -> date | None:
    """A day, whether it is written as Unix time (seconds or milliseconds), as RFC 3339, with a blank instead of the T, as a day alone, or as
    {year, month, day}. 0 and days when no model can have been, or will be, mean unknown.
    """
    try:
        found = _written_day(value)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found is not None and EARLIEST <= found <= LATEST else None


def _written_day(value: Any) -> date | None:
    if isinstance(value, str):
        written = _DAY.fullmatch(value)
        return date(int(written[1]), int(written[2]), int(written[3])) if written else None
    if isinstance(value, dict):
        parts = [count(value.get(part), 9_999) for part in ("year", "month", "day")]
        return date(parts[0] or 0, parts[1] or 0, parts[2] or 0)
    if isinstance(value, Decimal) and value.is_finite():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    seconds = value // 1_000 if value >= _MILLISECONDS_FROM else value
    return datetime.fromtimestamp(seconds, UTC).date()


def price(value: Any, factor: Decimal = PER_MILLION) -> Decimal | None:
    """An exact price, `factor` times what is written; None where that is no number, negative (a router: it varies) or absurd."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    if isinstance(value, str) and not _DECIMALS.fullmatch(value):
        return None
    try:
        return amount(_EXACTLY.multiply(Decimal(value), factor))
    except (InvalidValue, DecimalException):
        return None


def pricing(unit: PriceUnit, amounts: Mapping[str, Decimal | None]) -> Pricing | None:
    """What is known of a price; None where nothing is, and where something of it could not be understood.

    A price of which a part is not understood is not shown in part: what is left could look cheap, or free.
    """
    known = {name: exact for name, exact in amounts.items() if exact is not None}
    return Pricing(unit, known) if known and len(known) == len(amounts) else None


def token_pricing(
    prices: Any, names: Mapping[str, str], factor: Decimal, *, written_as: type | tuple[type, ...] = (str, int, Decimal)
) -> Pricing | None:
    """Prices by the token. `names` are the vendor's names and ours; a price for a request is taken as it is, in US dollars.

    What is written otherwise than `written_as` is of an unknown unit. Zeros are free only where both directions are zero and no other
    member of `prices`, known to us or not, is a price.
    """
    if not isinstance(prices, dict):
        return None
    amounts: dict[str, Decimal | None] = {}
    for theirs, ours in names.items():
        written = prices.get(theirs)
        if written is not None and ours not in amounts:
            amounts[ours] = price(written, PER_MILLION if ours == "request" else factor) if isinstance(written, written_as) else None
    found = pricing(PriceUnit.MILLION_TOKENS, amounts)
    if found is None or any(found.amounts.values()) or _all_is_free(found, prices):
        return found
    return None


def _all_is_free(found: Pricing, prices: Mapping[str, Any]) -> bool:
    """Free needs every price to be zero, also those that we have no name for (an image, a search, tiers); no tiers are an empty list."""
    others = (value for name, value in prices.items() if value is not None and not (name == "overrides" and value == []))
    return {"prompt", "completion"} <= found.amounts.keys() and all(price(value) == 0 for value in others)
