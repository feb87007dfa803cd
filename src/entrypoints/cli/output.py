"""What goes to standard output and to standard error, and what happens where they take no more."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click


class OutputLost(Exception):
    """Standard output did not take what was written; the text says why."""


def take_any_terminal() -> None:
    """Lets a terminal that has no emoji or Persian show a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def echo(text: str | bytes) -> None:
    """Writes to standard output, in one go and at once; text gets a line end. Raises OutputLost, and BrokenPipeError where nobody reads."""
    try:
        click.echo(text, nl=isinstance(text, str))
    except BrokenPipeError:
        raise
    except OSError as error:
        give_up_output()
        raise OutputLost(f"cannot write to standard output: {error.strerror}") from error


def say_json(answer: Any) -> None:
    """Writes an answer as JSON, always in UTF-8, whatever the terminal speaks. Raises as `echo` does."""
    from msgspec import json  # noqa: PLC0415 - tables do without

    echo(json.format(json.encode(answer), indent=2) + b"\n")


def echo_err(line: str) -> None:
    """Writes a line to standard error."""
    click.echo(line, err=True)


@contextmanager
def counting_line(words: Callable[[int, int], str]) -> Iterator[Callable[[int, int], None]]:
    """On a terminal, one line on standard error that says how far long work has come, and is gone at its end; elsewhere nothing."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda first, second: None
        return
    try:
        yield lambda first, second: click.echo(f"\r{words(first, second)} \x1b[K", err=True, nl=False)
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def give_up_output() -> None:
    """Sends what still waits to be written nowhere: Python would try once more at its end, and complain in its own words."""
    with suppress(OSError, AttributeError):  # no real file behind it, or none at all
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
