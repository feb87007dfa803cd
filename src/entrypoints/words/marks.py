"""Marks of messages for the catalogues; `make messages` looks for them."""

from msgspec import Struct


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated later
    """Marks a message for the catalogues."""
    return message


class Plural(Struct, frozen=True):
    """A sentence that differs by the fact `count`, which it calls `%(num)s`."""

    one: str
    many: str


def P_(one: str, many: str) -> Plural:  # noqa: N802 - as N_
    """Marks a message that differs by its count."""
    return Plural(one, many)
