"""Reads many values and collects every error in cattrs' form, instead of stopping at the first.

This is slower than a plain loop, since each value has its own `try`. Callers use it only after a fast attempt failed.
"""

from collections.abc import Callable, Iterable
from typing import Any

from cattrs import BaseValidationError, IterableValidationError, IterableValidationNote

from modeldesk.adapters.validation_errors import MOST_ERRORS, REFUSALS, count_of
from modeldesk.domain.errors import InvalidValue

Read = Callable[[Any], Any]


def every_entry(kind: Any, entries: Iterable[tuple[int | str, Any]], read: Read) -> list[Any]:
    """Reads every entry and collects errors under their index or key. Stops early after very many errors."""
    good, bad, room = list[Any](), list[Exception](), MOST_ERRORS
    for index, entry in entries:
        try:
            good.append(read(entry))
        except REFUSALS as error:
            error.__notes__ = [IterableValidationNote("in an entry", index, kind)]
            bad.append(error)
            room -= count_of(error)
            if room <= 0:
                break
    if bad:
        raise IterableValidationError("in entries", bad, kind)
    return good


def every_member(kind: Any, value: dict[str, Any], read_key: Read, read_value: Read) -> dict[Any, Any]:
    """Reads the keys and values of an object. An invalid key does not hide errors in its value. Two keys may become equal (NFC)."""
    seen = set[Any]()

    def new_key(key: str) -> Any:
        read = read_key(key)
        if read in seen:
            raise InvalidValue("key-equal-in-nfc")
        seen.add(read)
        return read

    parts = [part for key, entry in value.items() for part in ((key, (new_key, key)), (key, (read_value, entry)))]
    read = every_entry(kind, parts, lambda part: part[0](part[1]))
    return dict(zip(read[::2], read[1::2], strict=True))


def every_part(kind: Any, *parts: Callable[[], Any]) -> list[Any]:
    """The results of all parts of an object, or the errors of all parts together."""
    good, bad = list[Any](), list[Exception]()
    for part in parts:
        try:
            good.append(part())
        except BaseValidationError as error:
            bad += error.exceptions
    if bad:
        raise IterableValidationError("in parts", bad, kind)
    return good
