"""What is meant by an argument or an option that a command does not take. Imported only where a command is typed wrongly."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import click

GLOBAL_OPTIONS = ("--debug", "--quiet", "-q")
"""Those of the root group, which stand before every command."""

OPTIONS_IN_PLACE: Mapping[str, Sequence[str]] = {
    "import-providers": ("--slug", "--file"),
    "plan": ("--slug", "--file"),
    "serve": ("--port",),
    "models browse": ("--search",),
    "models select": ("--name",),
    "models list": ("--provider", "--capability"),
    "models changes": ("--provider",),
    "uses set": ("--fallback",),
    "metadata refresh": ("--file",),
    "cache clear": ("--provider",),
    "keys check": ("--personal",),
    "keys delete": ("--personal",),
    "sessions list": ("--admin",),
    "audit": ("--by", "--subject"),
    "export": ("--output",),
}
"""The options by which commands take what is often typed as an argument. Options that take one of some words need not stand here."""

PARTS_OF_ONE = ("resolve",)
"""Commands whose argument has two parts joined by a slash, which are often typed as two arguments."""

FROM_STDIN = "_stdin"
"""How the names of options end by which a secret is read."""

YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
"""What is typed behind a flag that takes no value."""

FILE_WORDS = ("file", "path", "input", "output", "out")


def extra_argument(extra: Sequence[str], given: Sequence[str], ctx: click.Context, command: str) -> click.UsageError:
    """The refusal of arguments that are too many; `given` is all that was typed behind the words of the command, which are `command`.

    Of a command that reads a secret, it does not show them.
    """
    if (said := _value_of_flag(ctx, given)) is not None:
        return click.UsageError(said, ctx)
    meant = [*_choices(ctx, extra[0]), *_options_in_place(ctx, OPTIONS_IN_PLACE.get(command, ()), extra)]
    secret = next((name.removesuffix(FROM_STDIN) for name in ctx.params if name.endswith(FROM_STDIN)), None)
    if secret is not None and not meant:
        said = "never an argument: it would stay in the shell's history; it is asked for, or read with"
        return click.UsageError(f"a {secret} is {said} --{secret}-stdin", ctx)
    if command in PARTS_OF_ONE and len(extra) == 1:
        given = [ctx.params[argument.name] for argument in ctx.command.params if isinstance(argument, click.Argument) and argument.name]
        meant = [f"{value}/{extra[0]}" for value in given if "/" not in value]
    shown = f"Got unexpected extra argument{'s' if len(extra) > 1 else ''} ({' '.join(extra)})."
    return click.UsageError(shown + did_you_mean(meant), ctx)


def unknown_option(error: click.NoSuchOption, ctx: click.Context, command: str) -> click.UsageError:
    """The refusal of an option that the command does not have; `command` as above."""
    name = error.option_name
    if name in GLOBAL_OPTIONS:
        return click.UsageError(f"{name} stands before the command: {ctx.find_root().info_name} {name} {command}", ctx)
    if (argument := _argument_in_place(ctx, name.lstrip("-"))) is not None:
        return click.UsageError(f"{error.message} Give {argument} without an option.", ctx)
    meant = [*_choices(ctx, name.lstrip("-")), *(_long_forms(ctx, name) if len(name.lstrip("-")) == 1 else error.possibilities or ())]
    return click.UsageError(error.message + did_you_mean(meant), ctx)


def did_you_mean(meant: Sequence[str]) -> str:
    """A question behind a sentence, with everything that may be meant; empty if nothing may."""
    return f" Did you mean {' or '.join(map(repr, meant))}?" if meant else ""


def _options(ctx: click.Context) -> Iterator[click.Option]:
    return (parameter for parameter in ctx.command.params if isinstance(parameter, click.Option))


def _value_of_flag(ctx: click.Context, given: Sequence[str]) -> str | None:
    """What is said of a flag with a yes or no behind it; None where there is none."""
    flags = {form for option in _options(ctx) if option.is_flag for form in option.opts}
    for flag, word in pairwise(given):
        if flag in flags and word.lower() in (*YES, *NO):
            meant = f"give {flag} alone" if word.lower() in YES else f"leave {flag} out"
            return f"{flag} takes no value; instead of '{flag} {word}', {meant}."
    return None


def _choices(ctx: click.Context, word: str) -> Iterator[str]:
    """`--format json` for `json`."""
    return (f"{option.opts[0]} {word}" for option in _options(ctx) if isinstance(option.type, click.Choice) and word in option.type.choices)


def _options_in_place(ctx: click.Context, names: Sequence[str], extra: Sequence[str]) -> Iterator[str]:
    by_name = {option.opts[0]: option for option in _options(ctx)}
    for name in names:
        words = extra if by_name[name].multiple else extra[:1]
        if all(_fits(by_name[name], word) for word in words):
            yield " ".join(f"{name} {shlex.quote(word)}" for word in words)


def _fits(option: click.Option, word: str) -> bool:
    try:
        option.type.convert(word, None, None)
    except click.BadParameter:
        return False
    return True


def _argument_in_place(ctx: click.Context, name: str) -> str | None:
    """The argument that an option of this name stands for, as the usage shows it."""
    for argument in ctx.command.params:
        if isinstance(argument, click.Argument):
            shown = argument.make_metavar(ctx).strip("[]")
            names = {argument.name, *re.split(r"[|/_]", shown.lower())}
            if name in names or (isinstance(argument.type, click.Path) and name in FILE_WORDS) or (name == "slug" and "provider" in names):
                return shown
    return None


def _long_forms(ctx: click.Context, short: str) -> Iterator[str]:
    """The options whose long form begins with the letter."""
    return (form for option in _options(ctx) for form in option.opts if form.startswith(f"--{short[-1].lower()}"))
