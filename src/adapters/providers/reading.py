"""Reads values from decoded JSON of vendors. A value of an unexpected type becomes None; nothing raises.

The only exception is `usable_id`, which says why a row with an unusable id is left out.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any

from modeldesk.adapters.providers.vendor_api import RowUnreadable
from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.values.numbers import LARGEST_CONTEXT
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing, amount
from modeldesk.domain.model.values.texts import LONGEST_MODEL_ID, ModelId, model_id, single_line_text

LONGEST_NAME = 200
LONGEST_WORD = 100
MOST_WORDS = 20

# No model is older, and vendors use 2098-12-31 or 2099-12-31 for "never".
EARLIEST, LATEST = date(2015, 1, 1), date(2090, 1, 1)
_MILLISECONDS_FROM = 10**11  # in seconds, this would be the year 5138
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?(?:[Zz]|[+-]\d\d:?\d\d)?)?")
_DIGITS = re.compile(r"[0-9]{1,15}")
_DECIMALS = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_TOKENS = re.compile(r"([0-9]{1,3}(?:[,_][0-9]{3}){1,4}|[0-9]{1,12}(?:\.[0-9]{1,6})?)\s*(k|m)?(?:\s*tokens?)?")
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
_EXACTLY = Context(prec=80, traps=[Inexact, InvalidOperation, Overflow])

PER_TOKEN = Decimal(1_000_000)
"""The factor from US dollars per token to US dollars per million tokens."""

PER_MILLION = Decimal(1)


def member(value: Any, *path: str) -> Any:
    """The value at a path of keys; None if a step is missing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def first(value: Any, *keys: str) -> Any:
    """The first value among these keys that is not None, since vendors have many names for one field."""
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in keys if value.get(key) is not None), None)


def usable_id(value: Any) -> ModelId | None:
    """A model's id; None if it is missing, of another type, blank, or has blanks at either end.

    Raises RowUnreadable for an id that is too long or has unprintable characters.
    """
    if not isinstance(value, str) or not value:
        return None
    if len(value) > LONGEST_MODEL_ID:
        raise RowUnreadable(Reason("listed-id-too-long", count=len(value), most=LONGEST_MODEL_ID))
    try:
        return model_id(value)
    except InvalidValue as error:
        if value.isprintable():
            return None
        raise RowUnreadable(Reason("listed-id-malformed", reason=error.reason)) from None


def text(value: Any, longest: int = LONGEST_NAME) -> str | None:
    """One line for people; None if it is blank, of another type, too long, or has forbidden characters."""
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        return None
    try:
        return single_line_text(value.strip())
    except InvalidValue:
        return None


def count(value: Any, most: int = LARGEST_CONTEXT) -> int | None:
    """A whole number from 1 to `most`, also as text. Any other value is unknown."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, Decimal) and value.is_finite() and abs(value) <= most and value == value.to_integral_value():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most else None


def context(value: Any) -> int | None:
    """A context size in tokens: a number, or a text such as `128k`, `1M`, `128,000` or `200K tokens`, where k is a thousand."""
    if isinstance(value, str) and (written := _TOKENS.fullmatch(value.strip().lower())):
        number, unit = written[1].replace(",", "").replace("_", ""), written[2] or ""
        value = Decimal(number) * _THOUSANDS[unit]
    return count(value)


def words(value: Any) -> tuple[str, ...]:
    """The texts in a list, or a single text, in lower case. Values of another type are omitted."""
    if value is None:
        return ()  # most names of a field are missing in a row
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    read = (text(word, LONGEST_WORD) for word in listed[:MOST_WORDS])
    return tuple(word.lower() for word in read if word)


def task(value: Any) -> str | None:
    """The vendor's words for a model's task, joined by `, `."""
    return ", ".join(words(value)) or None


def true_ones(value: Any, keys: Iterable[str]) -> list[str]:
    """The keys whose member is true: vendors list abilities as objects of booleans."""
    return [key for key in keys if member(value, key) is True]


def day(value: Any) -> date | None:
    """A date in any usual form: Unix time (seconds or milliseconds), RFC 3339 with T or a blank, a date alone, or {year, month, day}.

    Implausible dates are unknown, also 0.
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
    """An exact price, `factor` times the value. None if it is no number, negative (a router, whose price varies) or absurd."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    if isinstance(value, str) and not _DECIMALS.fullmatch(value):
        return None
    try:
        return amount(_EXACTLY.multiply(Decimal(value), factor))
    except (InvalidValue, DecimalException):
        return None


def pricing(unit: PriceUnit, amounts: Mapping[str, Decimal | None]) -> Pricing | None:
    """The price, or None if any amount is unknown or there is none: the remaining amounts could look cheap, or free."""
    exact = {name: value for name, value in amounts.items() if value is not None}
    return Pricing(unit, exact) if exact and len(exact) == len(amounts) else None


def token_pricing(
    prices: Any, names: Mapping[str, str], factor: Decimal, *, written_as: type | tuple[type, ...] = (str, int, Decimal)
) -> Pricing | None:
    """Prices per token. `names` maps the vendor's names to ours. A price per request is in US dollars, whatever the factor.

    A value of another type than `written_as` has an unknown unit. Zeros mean free only if both directions are zero and no other member of
    `prices`, even one that we do not know, is a price.
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
    """Whether every price is zero, even those without a name here (images, searches, tiers). An empty list of tiers counts as zero."""
    others = (value for name, value in prices.items() if value is not None and not (name == "overrides" and value == []))
    return {"prompt", "completion"} <= found.amounts.keys() and all(price(value) == 0 for value in others)
