"""Tables for people: fitted to a terminal, or as wide as they are where something else reads.

On a pipe no cell is wrapped, cut off or coloured, so that ids can be picked out of it.
"""

import sys
from collections.abc import Sequence

from attrs import frozen

from modeldesk.entrypoints.cli.output import echo

GAP = "  "


@frozen
class Column:
    """`is_id`: what a person copies, broken only where a terminal is narrower than itself; numbers stand at the right."""

    title: str
    is_id: bool = False
    is_number: bool = False


def say_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, otherwise: str) -> None:
    """Writes a table, or the sentence `otherwise` where there are no rows."""
    echo(table(columns, rows, otherwise=otherwise))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, otherwise: str) -> str:
    """A table as fits what reads standard output, or the sentence `otherwise` where there are no rows."""
    if not rows:
        return otherwise
    return fitted(columns, rows) if sys.stdout is not None and sys.stdout.isatty() else unbroken(columns, rows)


def unbroken(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """Lines of cells under each other, each row one line."""
    from rich.cells import cell_len  # noqa: PLC0415 - knows how wide emoji and joined letters are

    lines = [[column.title for column in columns], *rows]
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(columns))]

    def cell(text: str, column: Column, width: int) -> str:
        space = " " * (width - cell_len(text))
        return space + text if column.is_number else text + space

    return "\n".join(GAP.join(map(cell, line, columns, widths)).rstrip() for line in lines)


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A table for a terminal of that many columns, by default the one that standard output is."""
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second that a pipe does not need
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
