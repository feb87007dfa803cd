"""The program `modeldesk`, also as `python -m modeldesk`. Ctrl-C ends it silently while the rest of it is imported, which takes most of a short command's time."""

import gc

from modeldesk.entrypoints.signals import end_on_signals


def main() -> None:
    """Runs the command that was typed, and ends the process."""
    end_on_signals()
    # A short command spends a third of its time in the cycle collector, during imports and at exit, and leaves few cycles to collect. Only
    # the processes of a server enable it again, once they are started.
    gc.disable()
    from modeldesk.entrypoints.cli import main as run  # noqa: PLC0415 - only now may it be interrupted

    run()


if __name__ == "__main__":
    main()
