"""Suggestions for unknown names: the nearest existing name."""

from collections.abc import Iterable, Iterator
from itertools import islice

MOST_COMPARED = 1_000
LONGEST_COMPARED = 200
"""A comparison takes up to 25 µs, and memory in proportion to the name's length, while the caller waits."""

MOST_WORK = 1_000_000
"""The bound of all comparisons: the sum of the products of both lengths. It takes up to 50 ms, for names made to be alike."""


def nearest(name: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The existing name that is most similar to `name`, if any is. Only the first 1,000 existing names are compared, fewer if they are long.

    `cutoff` is the required similarity, from 0 to 1.
    """
    if len(name) > LONGEST_COMPARED:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - needed only for an error

    folded = {entry.casefold(): entry for entry in _affordable(known, MOST_WORK // max(1, len(name)))}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=cutoff)
    return folded[close[0]] if close else None


def _affordable(known: Iterable[str], characters: int) -> Iterator[str]:
    """The first names, as many as have this many characters together."""
    for entry in islice(known, MOST_COMPARED):
        characters -= len(entry)
        if characters < 0:
            return
        yield entry


def nearest_model(model: str, known: Iterable[str]) -> str | None:
    """The existing model id that is most similar to `model`. Its digits must match, since other digits are another version."""
    return nearest(model, (entry for entry in known if _digits(entry) == _digits(model)), cutoff=0.85)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
