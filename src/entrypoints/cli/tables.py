"""Tables for people: fitted to the terminal, or unwrapped on a pipe.

On a pipe no cell is wrapped, truncated or coloured, so that other programs can read ids from it.
"""

import sys
from collections.abc import Sequence

from attrs import frozen

from modeldesk.entrypoints.cli.output import Rendered, echo
from modeldesk.entrypoints.words.visible import visible

GAP = "  "


@frozen
class Column:
    """A column. An id, which people copy, wraps only if the terminal is narrower than the id. Numbers are right-aligned."""

    title: str
    is_id: bool = False
    is_number: bool = False


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
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(columns))]

    def cell(text: str, column: Column, width: int) -> str:
        space = " " * (width - cell_len(text))
        return space + text if column.is_number else text + space

    return "\n".join(GAP.join(map(cell, line, columns, widths)).rstrip() for line in lines)


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A table fitted to `width` columns, by default the width of the terminal."""
    from rich.console import Console  # noqa: PLC0415 - takes 0.1 s, which a pipe does not need
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = Table(box=None, pad_edge=False, padding=(0, len(GAP), 0, 0), header_style="bold")
    for column in columns:
        grid.add_column(column.title, overflow="fold", no_wrap=column.is_id, justify="right" if column.is_number else "left")
    for row in rows:
        grid.add_row(*(Text(text) for text in row))
    console = Console(width=width)
    with console.capture() as captured:
        console.print(grid)
    return captured.get().rstrip("\n")
