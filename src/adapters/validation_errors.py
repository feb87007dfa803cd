"""Flattens the error trees of cattrs into a list of problems with paths and messages."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import fields, frozen
from cattrs import AttributeValidationNote, BaseValidationError, ForbiddenExtraKeysError, IterableValidationNote

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.suggestions import MOST_LISTED, did_you_mean, listed

Path: TypeAlias = tuple[str | int, ...]
"""The path from the root to a value: keys of objects and indexes of lists. () is the root."""

REFUSALS = (InvalidValue, BaseValidationError)
"""The errors that a checking converter raises for invalid input. Any other error is a bug."""

MOST_ERRORS = 10_000
"""The maximum number of collected problems, so that a hostile document cannot produce one for each of its bytes."""

LONGEST_QUOTED = 60
LONGEST_MESSAGE = 1_000


@frozen
class ValidationError:
    """A problem at a path. `first` is the path of the value that this one repeats; its location ends the message."""

    path: Path
    message: str
    first: Path | None = None


def errors_in(error: Exception, path: Path = ()) -> Iterator[ValidationError]:
    """All problems that the converter found in the value at `path`. A missing member is a problem of its object."""
    match error:
        case BaseValidationError():
            for inner in error.exceptions:
                yield from errors_in(inner, (*path, *_step(inner)))
        case ForbiddenExtraKeysError():
            known = [attribute.name for attribute in fields(error.cl)]
            for key in sorted(error.extra_fields)[:MOST_ERRORS]:
                yield ValidationError((*path, key), unknown_key(key, known).message)
        case KeyError():  # cattrs reports a missing required member this way
            yield ValidationError(path[:-1], f"{path[-1]!r} is missing")
        case InvalidValue():
            yield ValidationError(path, _cut(error.message, LONGEST_MESSAGE))
        case _:
            raise error


def count_of(error: Exception) -> int:
    """The number of single errors in an error tree."""
    return sum(count_of(inner) for inner in error.exceptions) if isinstance(error, BaseValidationError) else 1


def unknown_key(key: str, known: Sequence[str]) -> InvalidValue:
    """The error for an unknown key. It suggests the nearest known key, or lists all of them if they are few."""
    all_known = f"; known: {listed(known)}" if 0 < len(known) <= MOST_LISTED else ""
    return InvalidValue(f"unknown key {quoted(key)}{did_you_mean(key, known) or all_known}")


def quoted(text: str) -> str:
    """The text for a message: quoted, truncated, and with invisible characters escaped."""
    return repr(_cut(text, LONGEST_QUOTED))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _step(error: BaseException) -> Path:
    """The path segment in this error's note: an attribute, an index or a key. Empty without a note."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (note.name,)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()
