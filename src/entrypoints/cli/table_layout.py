"""Which columns of a table stand beside each other on a terminal, and how wide each is."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from modeldesk.entrypoints.cli.columns import Column

GAP = "  "
NARROWEST = 20
"""Columns of a terminal for a text, unless it is shorter. A narrower text is a column of syllables."""
NARROWEST_SENTENCE = 40
"""The same for what can stand below its row instead."""
NARROWEST_ID = 12
"""The same for ids, of which the longer ones stand below their rows."""


class Layout(Struct, frozen=True):
    """Positions of columns: those beside each other with their widths, those whose cells stand below their row, and those that are left out.

    A whole cell that is wider than its column stands below its row, too.
    """

    widths: Mapping[int, int]
    below: Sequence[int]
    left_out: Sequence[int]
    is_short: bool


def layout(columns: Sequence[Column], full: Sequence[int], short: Sequence[int], width: int) -> Layout | None:
    """The first way in which the table fits: with everything, in short forms, with texts below, with columns left out, with long ids below.

    `full` and `short` are the widths that the columns need in either form. None where they fit in no way.
    """
    for kept in _kept(columns):
        for below in ([], [at for at in kept if columns[at].is_below]):
            beside = [at for at in kept if at not in below]
            for is_short, wanted, least in ((False, full, full), (True, short, _least(columns, short))):
                if _total(least, beside) <= width:
                    left_out = [at for at in range(len(columns)) if at not in kept]
                    return Layout(_shared(least, wanted, beside, width), below, left_out, is_short)
    least = _least(columns, short)
    # `beside` and `below` are those of the last try.
    for at in sorted((at for at in beside if columns[at].is_whole), key=lambda at: least[at], reverse=True):
        least[at] = min(least[at], max(NARROWEST_ID, len(columns[at].short_title)))
        if _total(least, beside) <= width:
            return Layout(_shared(least, short, beside, width), below, left_out_of(columns), is_short=True)
    return None


def left_out_of(columns: Sequence[Column]) -> list[int]:
    """The columns that are left out on the narrowest terminal."""
    return [at for at, column in enumerate(columns) if column.dropped]


def _kept(columns: Sequence[Column]) -> Iterator[list[int]]:
    """All columns, then one less each time, as long as one may be left out."""
    kept = list(range(len(columns)))
    yield list(kept)
    for at in sorted(left_out_of(columns), key=lambda at: columns[at].dropped, reverse=True):
        kept.remove(at)
        yield list(kept)


def _least(columns: Sequence[Column], widths: Sequence[int]) -> list[int]:
    """The widths if every text is wrapped as narrow as can be."""
    pairs = zip(columns, widths, strict=True)
    return [width if column.is_whole or column.is_number else min(width, _narrowest(column)) for column, width in pairs]


def _narrowest(column: Column) -> int:
    return NARROWEST_SENTENCE if column.is_below else NARROWEST


def _total(widths: Sequence[int], beside: Sequence[int]) -> int:
    return sum(widths[at] for at in beside) + len(GAP) * (len(beside) - 1)


def _shared(least: Sequence[int], wanted: Sequence[int], beside: Sequence[int], width: int) -> dict[int, int]:
    """The widths with what is left of the terminal, in equal parts, for those that want more."""
    given = {at: least[at] for at in beside}
    left = width - _total(least, beside)
    growing = sorted((at for at in beside if wanted[at] > least[at]), key=lambda at: wanted[at] - least[at])
    for place, at in enumerate(growing):
        more = min(wanted[at] - least[at], left // (len(growing) - place))
        given[at] += more
        left -= more
    return given
