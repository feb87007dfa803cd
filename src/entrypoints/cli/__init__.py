"""The command line, `modeldesk`.

This module imports click and nothing heavy. `sections` holds the name and summary of each command; the command's own module is imported when the command is called.
"""

import gc
import os
import sys
from collections.abc import Sequence

import click

from modeldesk.entrypoints.cli.groups import Root
from modeldesk.entrypoints.cli.output import discard_output, echo, echo_err, replace_unencodable
from modeldesk.entrypoints.cli.quick_end import QuickEnd
from modeldesk.entrypoints.cli.sections import SECTIONS
from modeldesk.entrypoints.signals import INTERRUPTED


def show_version(ctx: click.Context, _: click.Parameter, is_given: bool) -> None:
    """Prints the version like `modeldesk version` and exits, whatever other arguments there are."""
    if is_given and not ctx.resilient_parsing:
        from modeldesk.entrypoints.cli.version import line  # noqa: PLC0415 - imported only for --version

        echo(line())
        ctx.exit()


@click.group("modeldesk", cls=Root, sections=SECTIONS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors, warnings and the result that was asked for, and nothing else.")
@click.option("--version", is_flag=True, expose_value=False, callback=show_version, help="Show the version and exit.")
def root(*, debug: bool, quiet: bool) -> None:
    """Manage AI vendors, their models, and the active model for each capability."""


def main(args: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.

    Without `args` it is the program itself: nothing runs after it.
    """
    if args is None:
        QuickEnd().after(_run)
    else:
        _run(args)


def _run(args: Sequence[str] | None = None) -> None:
    replace_unencodable()
    if "_MODELDESK_COMPLETE" in os.environ:
        from modeldesk.entrypoints.cli.bash_completion import complete_lines  # noqa: PLC0415 - only shells ask

        complete_lines()
    try:
        root.main(args, prog_name="modeldesk")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        discard_output()
        echo_err(f"Error: cannot write: {error.strerror}")
        sys.exit(1)
    finally:
        gc.freeze()
