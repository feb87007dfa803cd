"""What somebody may have meant: the nearest of the names that there are, or a short list of them."""

from collections.abc import Iterable, Sequence
from itertools import islice

MOST_LISTED = 12
"""How many names a sentence holds before it only counts the rest."""

MOST_COMPARED = 1_000
LONGEST_COMPARED = 200
"""Comparing takes up to 25 µs a name, and memory in proportion to its length; whoever asks for an answer waits for it."""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The known name that `name` looks like a slip of, if any does; of very many known names only the first are compared.

    `cutoff` is how much of both must be alike, from 0 to 1.
    """
    if len(name) > LONGEST_COMPARED:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - wanted only once something is wrong

    folded = {entry.casefold(): entry for entry in islice(known, MOST_COMPARED)}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None


def nearest_model(model: str, known: Iterable[str]) -> str | None:
    """The known model id that `model` looks like a slip of. Other digits are another version, and a longer id is mostly another model."""
    return nearest(model, (entry for entry in known if _digits(entry) == _digits(model)), cutoff=0.85)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence: the nearest known name as a question, empty where none is near."""
    close = nearest(name, known)
    return f"; did you mean {close!r}?" if close else ""


def suggestion(name: str, known: Sequence[str], there: str) -> str:
    """The end of a sentence: the nearest known name, else those that there are, after the word `there`; empty where there are none."""
    return did_you_mean(name, known) or (f"; {there}: {listed(known)}" if known else "")


def listed(names: Sequence[str]) -> str:
    """`a, b, c`; of many the first, and how many more there are."""
    shown, more = ", ".join(names[:MOST_LISTED]), len(names) - MOST_LISTED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
