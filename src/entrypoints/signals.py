"""Signals that end the program, with the exit codes by which shells report them. Imports nothing that takes time: it is the first of our code that runs."""

import os
import signal
import sys

SIGNALLED = 128
"""Added to the number of a signal: the exit code with which shells report a command that it ended."""

INTERRUPTED = SIGNALLED + signal.SIGINT


def end_at_once(number: int, _: object = None) -> None:
    """A handler of a signal that ends the process as the system would."""
    os._exit(SIGNALLED + number)


def end_on_signals() -> None:
    """From now on SIGTERM and SIGINT end the process, and no interrupt prints a traceback. An interrupt that the process is started to ignore is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end_at_once)
    signal.signal(signal.SIGTERM, end_at_once)  # the first process of a container gets no signal for which it has no handler
    sys.unraisablehook = _end_by_lost_interrupt


def _end_by_lost_interrupt(lost: "sys.UnraisableHookArgs") -> None:
    """Ends the process where an interrupt was raised in a callback or a finalizer, which nothing can catch; reports any other exception there."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        end_at_once(signal.SIGINT)
    sys.__unraisablehook__(lost)
