"""Reading many values with rules that may refuse: all of them, or every refusal, gathered in the way that cattrs gathers.

The slow way, which costs an attempt for each value: taken where it is known that something fails.
"""

from collections.abc import Callable, Iterable
from typing import Any

from cattrs import BaseValidationError, IterableValidationError, IterableValidationNote

from modeldesk.adapters.validation_errors import MOST_MISFITS, REFUSALS, count_of
from modeldesk.domain.errors import InvalidValue

Read = Callable[[Any], Any]


def every_entry(kind: Any, entries: Iterable[tuple[int | str, Any]], read: Read) -> list[Any]:
    """Reads every entry; what fails is gathered under its index or key. Ends early where far too much fails."""
    good, bad, room = list[Any](), list[Exception](), MOST_MISFITS
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
    """Reads keys and values of an object: a wrong key does not hide what is wrong with its value. Rules may make two keys equal."""
    seen = set[Any]()

    def new_key(key: str) -> Any:
        read = read_key(key)
        if read in seen:
            raise InvalidValue("this key is the same text as one before it, in other code points")
        seen.add(read)
        return read

    parts = [part for key, entry in value.items() for part in ((key, (new_key, key)), (key, (read_value, entry)))]
    read = every_entry(kind, parts, lambda part: part[0](part[1]))
    return dict(zip(read[::2], read[1::2], strict=True))


def every_part(kind: Any, *parts: Callable[[], Any]) -> list[Any]:
    """What each part of one object gives, or what is wrong with all of them."""
    good, bad = list[Any](), list[Exception]()
    for part in parts:
        try:
            good.append(part())
        except BaseValidationError as error:
            bad += error.exceptions
    if bad:
        raise IterableValidationError("in parts", bad, kind)
    return good
