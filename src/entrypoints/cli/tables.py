"""Tables for people: fitted to the terminal, or unwrapped on a pipe.

On a pipe no cell is wrapped, truncated or coloured and no column is left out, so that other programs can read ids from it.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.output import Rendered, echo
from modeldesk.entrypoints.cli.running import is_database_missing
from modeldesk.entrypoints.cli.table_layout import GAP, Layout, layout
from modeldesk.entrypoints.words.visible import visible

if TYPE_CHECKING:  # takes 0.1 s, which a pipe does not need
    from rich.console import Console

MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z")
INDENT = "  "


def echo_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, otherwise: str, advice: str = "") -> None:
    """Writes a table, or if there are no rows the sentence `otherwise` and the advice how to get some.

    Without a database the advice is left out: what comes first stands in the line about the database.
    """
    echo(table(columns, rows, otherwise=otherwise if is_database_missing() else f"{otherwise} {advice}".rstrip()))


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, otherwise: str) -> str:
    """A table for a terminal or a pipe, whichever standard output is, or the sentence `otherwise` if there are no rows."""
    if not rows:
        return otherwise
    rows = [[visible(cell) for cell in row] for row in rows]
    return Rendered(fitted(columns, rows)) if sys.stdout is not None and sys.stdout.isatty() else unbroken(columns, rows)


def unbroken(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    """A table with one line per row."""
    titles = [column.title for column in columns]
    widths = _widths(titles, rows)
    lines = (_line(columns, line, widths) for line in [titles, *rows])
    return "\n".join(lines)


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A table fitted to `width` columns, by default the width of the terminal. Columns that are left out are named below it.

    Moments are shown to the minute. Where what stays whole is too wide each row becomes a few lines, a field in each.
    """
    from rich.console import Console  # noqa: PLC0415 - as above

    console = Console(width=width)
    rows = [[MOMENT.sub(r"\1 \2Z", cell) for cell in row] for row in rows]
    titles, short_titles = [column.title for column in columns], [column.short_title for column in columns]
    short_rows = [[column.short_form(cell) for column, cell in zip(columns, row, strict=True)] for row in rows]
    found = layout(columns, _widths(titles, rows), _widths(short_titles, short_rows), console.width)
    if found is None:
        return "\n\n".join("\n".join(_record(columns, row)) for row in rows)
    if found.is_short:
        titles, rows = short_titles, [_with_whole_texts(found, row, short) for row, short in zip(rows, short_rows, strict=True)]
    beside = list(found.widths)
    heading = _line([columns[at] for at in beside], [titles[at] for at in beside], list(found.widths.values()))
    lines = [_bold(console, heading), *(line for row in rows for line in _row_lines(console, columns, row, found))]
    if found.left_out:
        note = f"not shown here: {', '.join(columns[at].title for at in found.left_out)}; use a wider window, or --format json"
        lines += _wrapped(console, note, console.width)
    return "\n".join(lines)


def _with_whole_texts(found: Layout, row: Sequence[str], short: Sequence[str]) -> list[str]:
    """The short forms, except of what stands below the row and has room."""
    return [row[at] if at in found.below else short[at] for at in range(len(row))]


def _row_lines(console: "Console", columns: Sequence[Column], row: Sequence[str], found: Layout) -> Iterator[str]:
    """The lines of a row, and below them what has no room beside the others, behind the title of its column."""
    cells, hanging = list[list[str]](), [at for at in found.below if row[at]]
    for at, width in found.widths.items():
        lines = _wrapped(console, row[at], width)
        if columns[at].is_whole and len(lines) > 1:
            hanging.append(at)
            lines = [""]
        cells.append(lines)
    beside, widths = [columns[at] for at in found.widths], list(found.widths.values())
    for number in range(max(map(len, cells))):
        yield _line(beside, [lines[number] if number < len(lines) else "" for lines in cells], widths)
    for at in sorted(hanging):
        text = f"{columns[at].title}: {row[at]}"
        lines = [text] if columns[at].is_whole else _wrapped(console, text, console.width - 2 * len(INDENT))
        yield from (INDENT * (1 if number == 0 else 2) + line for number, line in enumerate(lines))


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    from rich.cells import cell_len  # noqa: PLC0415 - computes the width of emoji and joined letters

    def filled(text: str, column: Column, width: int) -> str:
        space = " " * (width - cell_len(text))
        return space + text if column.is_number else text + space

    return GAP.join(map(filled, cells, columns, widths)).rstrip()


def _widths(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return [max(cell_len(line[at]) for line in [titles, *rows]) for at in range(len(titles))]


def _wrapped(console: "Console", text: str, width: int) -> list[str]:
    """The text in lines of this width at most; one that is empty is one line."""
    from rich.cells import cell_len  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    return [text] if cell_len(text) <= width else [line.plain.rstrip() for line in Text(text).wrap(console, width, overflow="fold")]


def _bold(console: "Console", text: str) -> str:
    from rich.text import Text  # noqa: PLC0415 - as above

    with console.capture() as captured:
        console.print(Text(text, style="bold"), end="")
    return captured.get()


def _record(columns: Sequence[Column], row: Sequence[str]) -> Iterator[str]:
    for column, cell in zip(columns, row, strict=True):
        if cell:
            yield f"{column.title}: {cell}"
