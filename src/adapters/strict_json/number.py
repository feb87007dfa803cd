"""Numbers of a JSON text, kept exactly; what is too long or too large to be meant is refused before it can cost anything."""

from decimal import Clamped, Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow, Rounded, Subnormal

MOST_INTEGER_DIGITS = 18
MOST_DECIMAL_DIGITS = 40
LARGEST_EXPONENT = 30

# What would have to be rounded, or to be moved into the range, is refused.
_EXACTLY = Context(
    prec=MOST_DECIMAL_DIGITS,
    Emin=-LARGEST_EXPONENT,
    Emax=LARGEST_EXPONENT,
    traps=[Inexact, Rounded, Overflow, Subnormal, Clamped, InvalidOperation],
)


class OutOfRange(ValueError):
    """A number too long or too large to be kept exactly."""


def whole_number(text: str) -> int:
    """A JSON integer of at most 18 digits; raises OutOfRange."""
    if len(text) > MOST_INTEGER_DIGITS and len(text.lstrip("-")) > MOST_INTEGER_DIGITS:
        raise OutOfRange
    return int(text)


def exact_number(text: str) -> Decimal:
    """A JSON number with a fraction or an exponent: at most 40 digits, its leading one between 10^-30 and 10^30; raises OutOfRange."""
    try:
        return _EXACTLY.create_decimal(text)
    except DecimalException:
        raise OutOfRange from None
