"""Command groups that import their commands lazily, and the root group, which handles every error."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from modeldesk.entrypoints.cli.interrupts import end_interrupted, interrupts_raise
from modeldesk.entrypoints.cli.output import OutputLost, echo_err, echo_json

UNBREAKABLE_HYPHEN = "\u2011"
"""Stands for a hyphen while help is wrapped."""

ANSWERS_JSON = f"{__name__}.answers_json"
"""In the `meta` of a context: whether the command prints JSON, so that a program reads its refusals as it reads its answers."""


class WholeNames(click.HelpFormatter):
    """Wraps help between words, and never inside `import-providers` or `--dry-run`, which could not be searched for or copied."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _unbroken(args), prefix)

    def write_text(self, text: str) -> None:
        super().write_text(_unbroken(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(first, _unbroken(second)) for first, second in rows], col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(UNBREAKABLE_HYPHEN, "-")


def _unbroken(text: str) -> str:
    return text.replace("-", UNBREAKABLE_HYPHEN)


class HelpContext(click.Context):
    """The context of every command."""

    formatter_class = WholeNames


class Helpful(click.Command):
    """A command, or a group of commands, that helps whoever types it. An option that it does not have is refused with what is meant."""

    context_class = HelpContext

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            from modeldesk.entrypoints.cli.usage_hints import unknown_option  # noqa: PLC0415 - only a slip needs it

            raise unknown_option(error, ctx, command_words(ctx)) from None


class Command(Helpful):
    """A command whose help ends with examples. Arguments that are too many are refused with what is meant."""

    allow_extra_args = True
    """They are refused here."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = tuple(args)
        extra = super().parse_args(ctx, args)
        if extra and not ctx.resilient_parsing:
            from modeldesk.entrypoints.cli.usage_hints import extra_argument  # noqa: PLC0415 - as above

            raise extra_argument(extra, given, ctx, command_words(ctx))
        return extra

    def invoke(self, ctx: click.Context) -> Any:
        ctx.meta[ANSWERS_JSON] = ctx.params.get("form") == "json"
        return super().invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from modeldesk.entrypoints.cli.examples import EXAMPLES  # noqa: PLC0415 - only help shows them

        lines = [line for typed, meaning in EXAMPLES[command_words(ctx)] for line in (f"  modeldesk {typed}", f"      {meaning}")]
        formatter.write("\nExamples:\n" + "\n".join(lines) + "\n")
        super().format_epilog(ctx, formatter)


def command_words(ctx: click.Context) -> str:
    """The words of a command, without the program's name: `models browse`."""
    names = [ctx.info_name or ""]
    while ctx.parent is not None:
        ctx = ctx.parent
        names.insert(0, ctx.info_name or "")
    return " ".join(names[1:]).replace("_", "-")


class InOrder(Helpful, click.Group):
    """A group that lists its commands in their order of definition, each with its whole summary. Command names also work with underscores."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary_of(command)) for name, command in self.commands.items()])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name.replace("_", "-"))
        return command.loaded() if isinstance(command, Deferred) else command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """click would import each command for its summary."""
        if incomplete and not incomplete[0].isalnum():
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=summary_of(command)) for name, command in self.commands.items() if name.startswith(incomplete)]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click suggests similar names, but not names that begin with the given text (`import`).
            longer = [name for name in self.commands if name.startswith(error.command_name)]
            help_option = ["--help"] if error.command_name == "help" else []
            suggested = dict.fromkeys([*help_option, *longer, *(error.possibilities or ()), *self._in_groups(error.command_name)])
            from modeldesk.entrypoints.cli.usage_hints import did_you_mean  # noqa: PLC0415 - as above

            raise click.UsageError(error.message + did_you_mean(list(suggested)), ctx) from None

    def _in_groups(self, name: str) -> list[str]:
        """The commands of this name, or of the nearest one, in the groups below, with the group's name: `models browse`."""
        from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

        groups = {group: command.commands for group, command in self.commands.items() if isinstance(command, click.Group)}
        near = get_close_matches(name, {inner for commands in groups.values() for inner in commands}, n=1)
        return [f"{group} {near[0]}" for group, commands in groups.items() if near and near[0] in commands]


def summary_of(command: click.Command) -> str:
    """The first paragraph of a command's help, in one line."""
    return " ".join((command.help or "").partition("\n\n")[0].split())


class Deferred(click.Command):
    """The name and summary of a command. `target` is its `module:attribute` in this package, or that of its group; it is imported when the command is called."""

    def __init__(self, name: str, target: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.target = target

    def loaded(self) -> click.Command:
        """The command itself."""
        module, _, attribute = self.target.partition(":")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), attribute)
        return command.commands[self.name or ""] if isinstance(command, click.Group) else command


class DeferredGroup(InOrder):
    """The names and summaries of the commands of a group. `target` is the group itself, whose module is imported when one of them is called."""

    def __init__(self, name: str, target: str, summary: str, commands: Mapping[str, str]) -> None:
        self.target = target
        super().__init__(name, help=summary, commands=[Deferred(inner, target, of_inner) for inner, of_inner in commands.items()])


NO_SECTIONS: Mapping[str, Sequence[click.Command]] = {}


class Root(InOrder):
    """The root group. It imports commands lazily, and turns every exception into lines on standard error and an exit code.

    The help lists the commands in `sections`, by what people come for.
    """

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[click.Command]] = NO_SECTIONS, **attributes: Any) -> None:
        listed = [command for section in sections.values() for command in section]
        super().__init__(*args, **({"commands": listed} | attributes))
        self.sections = sections

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        longest = max(map(len, self.commands), default=0)
        for section, commands in self.sections.items():
            with formatter.section(section):
                formatter.write_dl([(f"{command.name:{longest}}", command.help or "") for command in commands])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with interrupts_raise():
                return super().invoke(ctx)
        except click.ClickException as error:
            if not isinstance(error, click.UsageError):  # wrong usage is of no interest to a program: it is a mistake in the program
                self._answer(ctx, error)
            raise
        except click.Abort as error:
            if not isinstance(error.__context__, KeyboardInterrupt):  # click raises it for Ctrl-C at a question, too
                raise
            end_interrupted(ctx)
        except (click.exceptions.Exit, BrokenPipeError):
            raise  # click handles these itself
        except KeyboardInterrupt:
            end_interrupted(ctx)
        except Exception as error:  # noqa: BLE001 - an exception that passes here would print a traceback
            self._refuse(ctx, error)

    def _refuse(self, ctx: click.Context, error: Exception) -> None:
        from modeldesk.entrypoints.cli.refusals import exit_code, refusal_lines  # noqa: PLC0415 - imports the domain, which --help does not need

        if ctx.params["debug"]:
            from traceback import format_exception  # noqa: PLC0415 - needed only with --debug

            echo_err("".join(format_exception(error)).rstrip())
        self._answer(ctx, error)
        for line in refusal_lines(error):
            echo_err(line)
        ctx.exit(exit_code(error))

    def _answer(self, ctx: click.Context, error: Exception) -> None:
        """Prints the problems as JSON, if the command prints JSON and standard output can be written."""
        if ctx.meta.get(ANSWERS_JSON) and not isinstance(error, OutputLost):
            from modeldesk.entrypoints.cli.refusals import problems_answer  # noqa: PLC0415 - as above

            with suppress(OutputLost):
                echo_json(problems_answer(error))
