"""Exact JSON numbers. Absurdly long or large ones are refused before they cost time or memory."""

from decimal import Clamped, Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow, Rounded, Subnormal

MOST_INTEGER_DIGITS = 18
MOST_DECIMAL_DIGITS = 40
LARGEST_EXPONENT = 30

# Refuses numbers that would need rounding or clamping.
_EXACTLY = Context(
    prec=MOST_DECIMAL_DIGITS,
    Emin=-LARGEST_EXPONENT,
    Emax=LARGEST_EXPONENT,
    traps=[Inexact, Rounded, Overflow, Subnormal, Clamped, InvalidOperation],
)


class OutOfRange(ValueError):
    """A number that is too long or too large."""


def whole_number(text: str) -> int:
    """A JSON integer of at most 18 digits. Raises OutOfRange."""
    if len(text) > MOST_INTEGER_DIGITS and len(text.lstrip("-")) > MOST_INTEGER_DIGITS:
        raise OutOfRange
    return int(text)


def exact_number(text: str) -> Decimal:
    """A JSON number with a fraction or an exponent: at most 40 digits, the leading one between 10^-30 and 10^30. Raises OutOfRange."""
    try:
        return _EXACTLY.create_decimal(text)
    except DecimalException:
        raise OutOfRange from None
