"""The columns of tables, with what becomes of each on a narrow terminal."""

from collections.abc import Callable, Sequence

from msgspec import Struct

MOST_NAMED = 3


class Column(Struct, frozen=True):
    """A column. Numbers are right-aligned. What is `is_whole` stands in one line: an id, which people copy, or a moment.

    Where a terminal is too narrow for all, cells first take their short forms: the title `short`, and what `shorten` makes of each. Then what is
    `is_below` stands below its row. Then the columns with the largest `dropped` are left out; one with 0 never is.
    """

    title: str
    is_whole: bool = False
    is_number: bool = False
    dropped: int = 0
    is_below: bool = False
    short: str = ""
    shorten: Callable[[str], str] | None = None

    @property
    def short_title(self) -> str:
        return self.short or self.title

    def short_form(self, cell: str) -> str:
        """The cell with less in it, where it may be shortened."""
        return cell if self.shorten is None else self.shorten(cell)


def first_few(listed: str) -> str:
    """The first names of a list, and how many more there are: `chat, content, image, +5`."""
    names = listed.split(", ")
    return listed if len(names) <= MOST_NAMED + 1 else f"{', '.join(names[:MOST_NAMED])}, +{len(names) - MOST_NAMED}"


def day_of(moment: str) -> str:
    """The date of a moment; another text as it is."""
    return moment[:10] if moment[:1].isdigit() else moment


PRICE = Column("price, US$ in / out", is_whole=True, short="US$/1M tokens", shorten=lambda price: price.removesuffix(" per 1M tokens"))
LIFECYCLE = Column("lifecycle")


def with_column(
    column: Column, columns: Sequence[Column], rows: Sequence[tuple[str, ...]], cells: Sequence[str]
) -> tuple[Sequence[Column], Sequence[tuple[str, ...]]]:
    """The table with one more column, where any row has something in it."""
    if not any(cells):
        return columns, rows
    return (*columns, column), [(*row, words) for row, words in zip(rows, cells, strict=True)]
