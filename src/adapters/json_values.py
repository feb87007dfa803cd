"""Reading single values of JSON: each has its type, then its rule. Prices are objects of such values."""

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any

from modeldesk.adapters.error_collection import every_entry
from modeldesk.adapters.validation_errors import quoted, unknown_key
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.pricing import AMOUNTS, DOLLARS, PriceUnit, Pricing, amount

Hook = Callable[[Any, Any], Any]
"""A structure hook of cattrs: the value and the type that is asked for."""

JSON_KINDS = {
    str: "string",
    bool: "boolean",
    int: "number",
    Decimal: "fraction",
    float: "fraction",
    list: "list",
    dict: "object",
    type(None): "null",
}


def wrong_type(expected: str, value: object) -> InvalidValue:
    """The error for a value of the wrong type, with both types as kinds of JSON values."""
    return InvalidValue("wrong-type", expected=expected, given=JSON_KINDS.get(type(value), type(value).__name__))


def checked(expected: str, types: tuple[type, ...], rule: Callable[[Any], Any]) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        # Compares the exact class: a bool is an int in Python, but not in JSON.
        if value.__class__ not in types:
            raise wrong_type(expected, value)
        return rule(value)

    return structure


def whole(rule: Callable[[int], Any]) -> Hook:
    """A whole number, which may be written `5.0`: JSON has one kind of number, and programs write it so."""
    check = checked("whole-number", (int,), rule)

    def structure(value: Any, kind: Any) -> Any:
        is_whole = value.__class__ is Decimal and value == value.to_integral_value()
        return check(int(value) if is_whole else value, kind)

    return structure


def one_of(kind: type[Enum], what: str, quoting: bool = True) -> Callable[[str], Enum]:
    """A rule that reads a value of `kind`. Without `quoting`, errors omit the text: callers may send a key in this member by mistake."""
    choices = tuple(str(known.value) for known in kind)

    def read(text: str) -> Enum:
        try:
            return kind(text)
        except ValueError:
            if quoting:
                raise InvalidValue("choice-unknown", what=what, found=quoted(text), choices=choices) from None
            raise InvalidValue("choice-unknown-unquoted", what=what, choices=choices) from None

    return read


def priced(value: dict[str, Any]) -> Pricing:
    read = dict(zip(value, every_entry(Pricing, ((key, (key, entry)) for key, entry in value.items()), _price_member), strict=True))
    # Null means unknown. It is dropped, so that prices with the same known amounts are equal.
    amounts = {name: read[name] for name in AMOUNTS if read.get(name) is not None}
    return Pricing(read.get("unit", PriceUnit.MILLION_TOKENS), amounts)


def _price_member(member: tuple[str, Any]) -> Any:
    key, value = member
    if key in AMOUNTS:
        return None if value is None else _amount(value, Decimal)
    if key == "unit":
        return _unit(value, PriceUnit)
    if key != "currency":
        raise unknown_key(key, ("currency", "unit", *AMOUNTS))
    if value != DOLLARS:
        raise InvalidValue("currency-not-usd")
    return value


_amount = checked("number", (int, float, Decimal, str), amount)
_unit = checked("string", (str,), one_of(PriceUnit, "unit"))


def stored_price(value: dict[str, Any]) -> Pricing:
    return Pricing(PriceUnit(value["unit"]), {name: Decimal(value[name]) for name in AMOUNTS if name in value})
