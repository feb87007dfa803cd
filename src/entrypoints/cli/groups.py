"""Groups of commands that know what they hold without importing it, and the root, where every error of a command ends."""

from importlib import import_module
from typing import Any

import click

from modeldesk.entrypoints.cli.output import echo_err

INTERRUPTED = 130
"""128 + SIGINT, as shells report an interrupted command."""


class InOrder(click.Group):
    """A group whose help lists commands in the order in which they were added. Names may be typed with underscores too."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name.replace("_", "-"))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click sees slips of a whole name, but not that `import` is the beginning of one.
            begun = [name for name in self.commands if name.startswith(error.command_name)]
            meant = dict.fromkeys([*begun, *(error.possibilities or ())])
            hint = f" Did you mean {' or '.join(map(repr, meant))}?" if meant else ""
            raise click.UsageError(error.message + hint, ctx) from None


class Deferred(click.Command):
    """A command's name and summary, and where it is: `module:attribute` in this package, imported once the command is called."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.place = place

    def loaded(self) -> click.Command:
        """The command itself."""
        module, _, attribute = self.place.partition(":")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), attribute)
        return command


class Root(InOrder):
    """Holds commands that are yet to be imported. Turns whatever a command raises into lines on standard error and an exit code."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = super().get_command(ctx, cmd_name)
        return known.loaded() if isinstance(known, Deferred) else known

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help or "") for name, command in self.commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise  # click ends these itself; a pipe that nobody reads any more is no error of ours
        except KeyboardInterrupt:
            echo_err("interrupted")
            ctx.exit(INTERRUPTED)
        except Exception as error:  # noqa: BLE001 - the last place: what passes here would be a traceback
            self._refuse(ctx, error)

    def _refuse(self, ctx: click.Context, error: Exception) -> None:
        from modeldesk.entrypoints.cli.refusals import exit_code, refusal_lines  # noqa: PLC0415 - needs the domain, which help does not

        if ctx.params["debug"]:
            from traceback import format_exception  # noqa: PLC0415 - only wanted here

            echo_err("".join(format_exception(error)).rstrip())
        for line in refusal_lines(error):
            echo_err(line)
        ctx.exit(exit_code(error))
