"""What a converter refused, one by one: cattrs collects errors in trees with notes; here they become paths and sentences."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import fields, frozen
from cattrs import AttributeValidationNote, BaseValidationError, ForbiddenExtraKeysError, IterableValidationNote

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.suggestions import MOST_LISTED, did_you_mean, listed

Path: TypeAlias = tuple[str | int, ...]
"""The way from the root to a value: keys of objects, indexes of lists. () is the root."""

REFUSALS = (InvalidValue, BaseValidationError)
"""What the hooks of a checking converter raise; anything else is a mistake of ours."""

MOST_MISFITS = 10_000
"""Where collecting ends, so that a hostile document cannot turn each of its bytes into an error of ours."""

LONGEST_QUOTED = 60
LONGEST_MESSAGE = 1_000


@frozen
class Misfit:
    """One thing that is wrong, and where. `first` is the place of what it repeats; that belongs at the end of the message."""

    path: Path
    message: str
    first: Path | None = None


def misfits(error: Exception, path: Path = ()) -> Iterator[Misfit]:
    """Everything that the converter found wrong in the value at `path`; a missing member counts as its object's fault."""
    match error:
        case BaseValidationError():
            for inner in error.exceptions:
                yield from misfits(inner, (*path, *_step(inner)))
        case ForbiddenExtraKeysError():
            known = [attribute.name for attribute in fields(error.cl)]
            for key in sorted(error.extra_fields)[:MOST_MISFITS]:
                yield Misfit((*path, key), unknown_key(key, known).message)
        case KeyError():  # how cattrs learns that a required member is not there
            yield Misfit(path[:-1], f"{path[-1]!r} is missing")
        case InvalidValue():
            yield Misfit(path, _cut(error.message, LONGEST_MESSAGE))
        case _:
            raise error


def count_of(error: Exception) -> int:
    """How many single errors there are in it."""
    return sum(count_of(inner) for inner in error.exceptions) if isinstance(error, BaseValidationError) else 1


def unknown_key(key: str, known: Sequence[str]) -> InvalidValue:
    """Names the known key that it looks like a slip of, or all of them where they are few; a part of many keys would help nobody."""
    all_known = f"; known: {listed(known)}" if 0 < len(known) <= MOST_LISTED else ""
    return InvalidValue(f"unknown key {quoted(key)}{did_you_mean(key, known) or all_known}")


def quoted(text: str) -> str:
    """For messages: in quotes, cut short, and with everything escaped that does not show."""
    return repr(_cut(text, LONGEST_QUOTED))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _step(error: BaseException) -> Path:
    """The part of the path that this error's note tells: each was raised below exactly one attribute, index or key, or none."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (note.name,)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()
