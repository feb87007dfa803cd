"""The command line, `modeldesk`.

This module imports click and nothing heavy. The tables below hold the name and summary of each command, in the sections of the help; the command's own module is imported
when the command is called.
"""

import gc
import signal
import sys
from collections.abc import Sequence

import click

from modeldesk.entrypoints.cli.groups import INTERRUPTED, Deferred, Root, end_at_once
from modeldesk.entrypoints.cli.output import discard_output, echo, echo_err, replace_unencodable
from modeldesk.entrypoints.cli.quick_end import QuickEnd

SECTIONS = {
    "Start": (
        Deferred("import-providers", "importing:import_providers", "Import the providers of a providers.json."),
        Deferred("serve", "serving:serve", "Start the server."),
        Deferred("plan", "planning:plan", "Show what importing a declaration would change, and keep what admins edited."),
        Deferred("apply", "planning:apply", "Import what a plan file holds, if that still changes exactly what was planned."),
        Deferred("overview", "overview:overview", "Show the active models and the warnings of all providers."),
        Deferred("doctor", "doctor:doctor", "Check every active model: its lifecycle, list, price, provider and key."),
    ),
    "Vendors and models": (
        Deferred("providers", "providers:providers", "List, show, enable and disable providers, and edit their capabilities."),
        Deferred("models", "models:models", "Browse, select and roll back models."),
        Deferred("uses", "uses:uses", "Set, list and delete the names that products ask for."),
        Deferred("resolve", "uses:resolve", "Show which model is active for a use, or for a provider and capability."),
        Deferred("metadata", "metadata:metadata", "Show and refresh names, prices and context sizes of models."),
        Deferred("cache", "overview:cache", "Clear the cached lists of models."),
    ),
    "Keys": (Deferred("keys", "keys:keys", "Set, check and delete vendors' API keys; rotate the master key."),),
    "Programs": (
        Deferred("tokens", "tokens:tokens", "Create, list and revoke API tokens for programs."),
        Deferred("webhooks", "webhooks:webhooks", "Add, test and remove the addresses that receive changes."),
        Deferred("schema", "schema:schema", "Print the JSON Schema of providers.json."),
    ),
    "Operating": (
        Deferred("admin", "admins:admin", "Manage the admins who may sign in."),
        Deferred("sessions", "sessions:sessions", "List and end the sessions of admins."),
        Deferred("audit", "auditing:audit", "Show the audit log, newest entries first."),
        Deferred("db", "database:db", "Upgrade, check, back up and restore the database."),
        Deferred("export", "exporting:export", "Export all providers and uses as a providers.json."),
        Deferred("settings", "settings:settings", "Show every setting, its value, and where it comes from. Secrets are hidden."),
        Deferred("version", "version:version", "Show the version."),
    ),
    "Older commands": (
        Deferred("populate", "population:populate", "Import the providers of a Python script of the older system."),
        Deferred("runscript", "population:runscript", "Run populate under its name in the older system."),
    ),
}


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
    # A short command spends a third of its time in the cycle collector, during imports and at exit, and leaves few cycles to collect. Only
    # the processes of a server enable it again, once they are started.
    gc.disable()
    signal.signal(signal.SIGTERM, end_at_once)  # the first process of a container gets no signal for which it has no handler
    replace_unencodable()
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
