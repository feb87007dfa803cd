"""What Ctrl-C does at each stage of a command. Before it and after it, it ends the process at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from modeldesk.entrypoints.cli.output import echo_err
from modeldesk.entrypoints.signals import INTERRUPTED, end_at_once


def is_ending_at_once() -> bool:
    """Whether Ctrl-C ends the process: not where somebody else's process calls a command."""
    return signal.getsignal(signal.SIGINT) is end_at_once


def end_interrupted(ctx: click.Context) -> NoReturn:
    """Says that the command was interrupted, and ends. What the interrupt left half made is not taken apart, which would print tracebacks of its own."""
    echo_err("interrupted")
    if is_ending_at_once():
        end_at_once(signal.SIGINT)
    ctx.exit(INTERRUPTED)


@contextmanager
def interrupts_raise() -> Iterator[None]:
    """Where SIGINT ends the process, within the block it raises KeyboardInterrupt, so that whatever is open is closed first."""
    if not is_ending_at_once():
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, end_at_once)


@contextmanager
def interrupts_end_at_once() -> Iterator[None]:
    """Ctrl-C ends the process as SIGTERM does. As an exception it may be lost, in an import or a task that ends all the same."""
    before = signal.signal(signal.SIGINT, end_at_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
