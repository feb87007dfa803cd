"""Writing to standard output and standard error, and failures of doing so."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import click


class OutputLost(Exception):
    """Writing to standard output failed; `said` is the system's reason."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Rendered(str):
    """Text with styles of ours, whose parts were made visible before."""

    __slots__ = ()


def replace_unencodable() -> None:
    """Prints a question mark for characters that the terminal's encoding lacks (emoji, Persian), instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def echo(text: str | bytes) -> None:
    """Writes to standard output and flushes it; text gets a newline, bytes are JSON. Characters that act on a terminal are shown as escapes.

    Raises OutputLost, and BrokenPipeError for a closed pipe.
    """
    from modeldesk.entrypoints.words.visible import visible, visible_in_json  # noqa: PLC0415 - help needs none of it

    shown = visible_in_json(text) if isinstance(text, bytes) else text if isinstance(text, Rendered) else visible(text)
    try:
        click.echo(shown, nl=isinstance(text, str))
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise OutputLost(error.strerror or type(error).__name__) from error


def echo_json(answer: Any) -> None:
    """Writes an answer as JSON, always in UTF-8. Raises as `echo` does."""
    from msgspec import json  # noqa: PLC0415 - tables do not need it

    echo(json.format(json.encode(answer), indent=2) + b"\n")


def echo_err(line: str) -> None:
    """Writes a line to standard error, as `echo` does."""
    from modeldesk.entrypoints.words.visible import visible  # noqa: PLC0415 - as above

    click.echo(visible(line), err=True)


def is_quiet() -> bool:
    """Whether --quiet was given: errors, warnings and the result that was asked for are all that is written."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and bool(ctx.find_root().params.get("quiet"))


def report(text: str) -> None:
    """Writes to standard output what a command did, or what stands around a result. Raises as `echo` does."""
    if not is_quiet():
        echo(text)


def report_warning(text: str) -> None:
    """Prints a warning beside the report of a command, to standard output; with --quiet to standard error. Raises as `echo` does."""
    if is_quiet():
        echo_err(text)
    else:
        echo(text)


def note(line: str) -> None:
    """Prints a note to standard error, unless --quiet is given. For warnings use `echo_err`."""
    if not is_quiet():
        echo_err(line)


@contextmanager
def progress_line(format_counts: Callable[[int, int], str]) -> Iterator[Callable[[int, int], None]]:
    """A line on standard error that shows the progress of long work and disappears at its end; nothing where no terminal can erase it."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb" or is_quiet():
        yield lambda first, second: None
        return
    try:
        yield lambda first, second: click.echo(f"\r{format_counts(first, second)} \x1b[K", err=True, nl=False)
    finally:
        click.echo("\r\x1b[K", err=True, nl=False)


def discard_output() -> None:
    """Discards buffered output. Otherwise Python tries to write it again at exit, and prints its own error."""
    with suppress(OSError, AttributeError):  # standard output may be closed, or no real file
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
