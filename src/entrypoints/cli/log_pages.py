"""A page of a log, newest entries first: the options that choose it, and its table with the way to the next page."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.output import report
from modeldesk.entrypoints.cli.tables import echo_table

F = TypeVar("F", bound=Callable[..., Any])


def since_option(entries: str) -> Callable[[F], F]:
    return click.option("--since", metavar="TIME", help=f"Only {entries} at or after this time or date.")


def page_options(entries: str, most: int) -> Callable[[F], F]:
    """`--older-than` and `--limit`. `most` is the limit that holds without one."""

    def decorate(command: F) -> F:
        limited = click.option("--limit", type=int, default=most, show_default=True, help=f"The maximum number of {entries}.")(command)
        return click.option("--older-than", type=int, help=f"Only {entries} with an id below this one: the next page.")(limited)

    return decorate


def echo_page(columns: Sequence[Column], rows: Sequence[tuple[str, ...]], following: int | None, entries: str, *, otherwise: str) -> None:
    """Shows the rows, or a sentence where there are none. `following` is where the next page begins, if there may be one."""
    echo_table(columns, rows, otherwise=otherwise)
    if following is not None:
        report(f"There may be more {entries}; --older-than {following} shows the next page")
