"""Flattens the error trees of cattrs into a list of problems with paths and reasons."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import fields
from cattrs import AttributeValidationNote, BaseValidationError, ForbiddenExtraKeysError, IterableValidationNote
from msgspec import Struct

from modeldesk.domain.errors import InvalidCombination, InvalidValue, Reason
from modeldesk.domain.model.providers.provider import STORED_ONLY
from modeldesk.domain.suggestions import nearest

Path: TypeAlias = tuple[str | int, ...]
"""The path from the root to a value: keys of objects and indexes of lists. () is the root."""

REFUSALS = (InvalidValue, BaseValidationError)
"""The errors that a checking converter raises for invalid input. Any other error is a bug."""

MOST_ERRORS = 10_000
"""The maximum number of collected problems, so that a hostile document cannot produce one for each of its bytes."""

MOST_SUGGESTED = 100
"""Unknown keys of one object that get a suggestion."""

LONGEST_QUOTED = 60
MOST_KEYS_NAMED = 12
"""A longer list of keys helps nobody."""


class ValidationError(Struct, frozen=True):
    """A problem at a path. `first` is the path of the value that this one repeats; its line and column become facts."""

    path: Path
    reason: Reason
    first: Path | None = None


def errors_in(error: Exception, path: Path = ()) -> Iterator[ValidationError]:
    """All problems that the converter found in the value at `path`. A missing member is a problem of its object."""
    match error:
        case BaseValidationError():
            for inner in error.exceptions:
                yield from errors_in(inner, (*path, *_step(inner)))
        case ForbiddenExtraKeysError():
            known = [attribute.name for attribute in fields(error.cl) if STORED_ONLY not in attribute.metadata]
            for number, key in enumerate(sorted(error.extra_fields)[:MOST_ERRORS]):
                # A suggestion takes far longer than all the rest, and nobody reads a hundred of them.
                yield ValidationError((*path, key), unknown_key(key, known if number < MOST_SUGGESTED else ()).reason)
        case KeyError():  # cattrs reports a missing required member this way
            yield ValidationError(path[:-1], Reason("key-missing-in-object", key=str(path[-1])))
        case InvalidCombination():
            yield ValidationError((*path, error.member), error.reason)
        case InvalidValue():
            yield ValidationError(path, error.reason.with_texts(quoted))
        case _:
            raise error


def count_of(error: Exception) -> int:
    """The number of single errors in an error tree."""
    return sum(count_of(inner) for inner in error.exceptions) if isinstance(error, BaseValidationError) else 1


def unknown_key(key: str, known: Sequence[str]) -> InvalidValue:
    """The error for an unknown key, with the nearest known key, and all of them if they are few."""
    return InvalidValue("unknown-key", key=quoted(key), nearest=nearest(key, known), known=known if len(known) <= MOST_KEYS_NAMED else ())


def quoted(text: str) -> str:
    """A text from a document as a fact: truncated, since it may have any length."""
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"


def _step(error: BaseException) -> Path:
    """The path segment in this error's note: an attribute, an index or a key. Empty without a note."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (note.name,)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()
