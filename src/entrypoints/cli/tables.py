"""Tables for people: fitted to the terminal, or unwrapped on a pipe.

On a pipe no cell is wrapped, truncated or coloured and no column is left out, so that other programs can read ids from it.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from textwrap import wrap

from attrs import frozen

from modeldesk.entrypoints.cli.output import Rendered, echo
from modeldesk.entrypoints.words.visible import visible

GAP = "  "
NARROWEST = 20
"""Columns of a terminal for a text, unless it is shorter. A narrower text is a column of syllables."""


MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z")


@frozen
class Column:
    """A column. Numbers are right-aligned. What is `is_whole` stands in one line: an id, which people copy, or a moment.

    On a narrow terminal the columns with the largest `dropped` are left out first; one with 0 never is.
    """

    title: str
    is_whole: bool = False
    is_number: bool = False
    dropped: int = 0


def echo_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, otherwise: str) -> None:
    """Writes a table, or the sentence `otherwise` if there are no rows."""
    echo(table(columns, rows, otherwise=otherwise))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, otherwise: str) -> str:
    """A table for a terminal or a pipe, whichever standard output is, or the sentence `otherwise` if there are no rows."""
    if not rows:
        return otherwise
    rows = [[visible(cell) for cell in row] for row in rows]
    return Rendered(fitted(columns, rows)) if sys.stdout is not None and sys.stdout.isatty() else unbroken(columns, rows)


def unbroken(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """A table with one line per row."""
    from rich.cells import cell_len  # noqa: PLC0415 - computes the width of emoji and joined letters

    lines = [[column.title for column in columns], *rows]
    widths = _widths(columns, rows)

    def cell(text: str, column: Column, width: int) -> str:
        space = " " * (width - cell_len(text))
        return space + text if column.is_number else text + space

    return "\n".join(GAP.join(map(cell, line, columns, widths)).rstrip() for line in lines)


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A table fitted to `width` columns, by default the width of the terminal. Columns that are left out are named below it.

    Moments are shown to the minute.     Where what stays whole is too wide each row becomes a few lines, a field in each.
    """
    from rich.console import Console  # noqa: PLC0415 - takes 0.1 s, which a pipe does not need

    console = Console(width=width)
    rows = [[MOMENT.sub(r"\1 \2Z", cell) for cell in row] for row in rows]
    kept = _kept(columns, _widths(columns, rows), console.width)
    if _least(columns, _widths(columns, rows), kept) > console.width:
        return "\n\n".join("\n".join(_record(columns, row)) for row in rows)
    with console.capture() as captured:
        console.print(_grid([columns[at] for at in kept], [[row[at] for at in kept] for row in rows]))
    left_out = [column.title for at, column in enumerate(columns) if at not in kept]
    note = f"not shown here: {', '.join(left_out)}; use a wider window, or --format json" if left_out else ""
    return "\n".join([captured.get().rstrip("\n"), *wrap(note, console.width)])


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return [max(cell_len(line[at]) for line in [[column.title for column in columns], *rows]) for at in range(len(columns))]


def _kept(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """The columns that stay, so that what can be wrapped has room."""
    kept = list(range(len(columns)))
    while _least(columns, widths, kept) > width:
        droppable = [at for at in kept if columns[at].dropped]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda at: columns[at].dropped))
    return kept


def _least(columns: Sequence[Column], widths: Sequence[int], kept: Sequence[int]) -> int:
    """The width of these columns if every text is wrapped as narrow as can be."""
    cells = sum(widths[at] if columns[at].is_whole or columns[at].is_number else min(widths[at], NARROWEST) for at in kept)
    return cells + len(GAP) * (len(kept) - 1)


def _record(columns: Sequence[Column], row: Sequence[str]) -> Iterator[str]:
    for column, cell in zip(columns, row, strict=True):
        if cell:
            yield f"{column.title}: {cell}"


def _grid(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> object:
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415

    grid = Table(box=None, pad_edge=False, padding=(0, len(GAP), 0, 0), header_style="bold")
    for column, width in zip(columns, _widths(columns, rows), strict=True):
        is_whole = column.is_whole or column.is_number
        grid.add_column(
            column.title,
            overflow="fold",
            no_wrap=is_whole,
            min_width=width if is_whole else min(width, NARROWEST),
            justify="right" if column.is_number else "left",
        )
    for row in rows:
        grid.add_row(*(Text(text) for text in row))
    return grid
