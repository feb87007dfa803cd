"""The command line, `modeldesk`.

Importing this imports click and nothing heavy: the table below knows every command by its name and one line of help, and the module
of a command is imported when the command is called.
"""

import gc
import sys
from collections.abc import Sequence

import click

from modeldesk.entrypoints.cli.groups import INTERRUPTED, Deferred, Root
from modeldesk.entrypoints.cli.output import echo, echo_err, give_up_output, take_any_terminal

COMMANDS = (
    Deferred("import-providers", "importing:import_providers", "Bring in the providers of a providers.json."),
    Deferred("populate", "population:populate", "Bring in the providers of an older Python list."),
    Deferred("runscript", "population:runscript", "Call populate by the name it had in the older system."),
    Deferred("providers", "providers:providers", "List providers, show one, switch one on or off."),
    Deferred("models", "models:models", "Browse what there is, and choose what is in use."),
    Deferred("overview", "overview:overview", "Show everything in one place."),
    Deferred("cache", "overview:cache", "Drop the lists that are kept."),
    Deferred("keys", "keys:keys", "Enter, check and remove vendors' API keys; change the master key."),
    Deferred("export", "exporting:export", "Write all providers as a providers.json."),
    Deferred("admin", "admins:admin", "Say who may sign in."),
    Deferred("audit", "auditing:audit", "Show who did what, when and from where; the newest first."),
    Deferred("db", "database:db", "Look after the database."),
    Deferred("serve", "serving:serve", "Start the server."),
    Deferred("version", "version:version", "Tell the version."),
)


def tell_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Says what `modeldesk version` says, whatever else was typed, and ends."""
    if wanted and not ctx.resilient_parsing:
        from modeldesk.entrypoints.cli.version import line  # noqa: PLC0415 - wanted only where it is asked for

        echo(line())
        ctx.exit()


@click.group("modeldesk", cls=Root, commands=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--version", is_flag=True, expose_value=False, callback=tell_version, help="Tell the version and exit.")
def root(*, debug: bool) -> None:
    """The desk from which a platform runs its AI: vendors, their models, and the one in use for each capability."""


def main(args: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process: exit code 0 done, 1 refused or failed, 2 wrong usage."""
    # A command is over before it leaves cycles worth collecting, and a third of a short one would be spent on looking for them: while
    # modules are imported, and once more when Python ends. Only `serve` switches the collector on again.
    gc.disable()
    take_any_terminal()
    try:
        root.main(args, prog_name="modeldesk")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:
        give_up_output()
        echo_err(f"Error: cannot write: {error.strerror}")
        sys.exit(1)
    finally:
        gc.freeze()
