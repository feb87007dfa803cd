"""Arguments and options that several commands share."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from modeldesk.domain.errors import InvalidCombination, InvalidValue, RequestInvalid
from modeldesk.domain.model.access.admin_names import admin_name, stored_admin_name
from modeldesk.domain.model.values import texts
from modeldesk.domain.suggestions import nearest
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.container import Container

T = TypeVar("T")
LONGEST_LINE = 16 * 1024
"""Bytes of a password or a key on standard input."""


class Offered(click.types.StringParamType):
    """A text for which Tab offers the names of the kind `offers` in `completion`."""

    def __init__(self, offers: str) -> None:
        self.offers = offers

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from modeldesk.entrypoints.cli.completion import offered  # noqa: PLC0415 - only shells ask

        return [CompletionItem(name) for name in offered(self.offers, ctx, incomplete)] if self.offers else []


class Ruled(Offered):
    """An argument that a rule of the domain validates. A broken rule is a usage error, which names what may have been meant."""

    def __init__(self, name: str, rule: Callable[[str], str], offers: str = "") -> None:
        super().__init__(offers)
        self.name = name
        self.rule = rule

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self.rule(value)
        except InvalidValue as error:
            near = self._near(value, ctx)
            self.fail(CLI.refusal(error) + (f"; did you mean {near!r}?" if near else ""), param, ctx)

    def _near(self, text: str, ctx: click.Context | None) -> str | None:
        """What is meant by a wrong name, if it is in the database: the same words as a slug, a similar name, or the two parts of a slot. Never a name that nothing has."""
        if not self.offers or ctx is None:
            return None
        from modeldesk.entrypoints.cli.completion import names  # noqa: PLC0415 - only errors ask

        if self.offers == "providers" and text in names("slots", ctx):
            return text.replace("/", " ")
        known, slug = names(self.offers, ctx), "-".join(text.casefold().replace("_", " ").split())
        return slug if slug in known else nearest(slug, known)


def from_options(container: Container, kind: type[T], **options: object) -> T:
    """A command or query from the options of the same names; None means not given. Raises UsageError if one breaks a rule."""
    try:
        return container.request_parser().options(options, kind)
    except InvalidCombination as error:
        raise click.UsageError(CLI.reason(error.reason)) from None
    except RequestInvalid as error:
        problem, parameters = error.problems[0], click.get_current_context().command.params
        name = problem.path.removeprefix("$.options.")
        parameter = next((parameter for parameter in parameters if parameter.name == name), None)
        raise click.BadParameter(CLI.reason(problem.reason), param=parameter) from None


def confirm(question: str, instead: str) -> None:
    """Asks on a terminal. `instead` is the option that does not ask. Raises UsageError where nothing can be answered, Abort for a no."""
    if sys.stdin is None:
        raise click.UsageError(f"there is no terminal for the question; {instead} does not ask")
    click.confirm(question, abort=True, err=True)


def first_line_of_input(what: str) -> str:
    """The first line of standard input, without its newline. Raises UsageError if it is not UTF-8 or far too long."""
    line = b"" if sys.stdin is None else sys.stdin.buffer.readline(LONGEST_LINE + 1)
    if len(line) > LONGEST_LINE:
        raise click.UsageError(f"the {what} on standard input is too long: its line may have {LONGEST_LINE:,} bytes")
    try:
        return line.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise click.UsageError(f"the {what} on standard input is not UTF-8") from None


SLUG = Ruled("slug", texts.slug, "providers")
CAPABILITY = Ruled("capability", texts.capability_name, "capabilities")
MODEL_ID = Ruled("model", texts.model_id, "models")
LINE = Ruled("text", texts.single_line_text)
NEW_ADMIN_NAME = Ruled("name", admin_name)
ADMIN_NAME = Ruled("name", stored_admin_name, "admins")
SESSION = Ruled("text", texts.single_line_text, "sessions")
WEBHOOK = Offered("webhooks")

FILE = click.Path(path_type=Path, readable=False)
"""A file that a command reads or writes. What opens it says what is wrong with it, in the same words and with the same exit code for all files."""
FILE_OR_DASH = click.Path(path_type=Path, readable=False, allow_dash=True)
"""A file that a command reads or writes, or `-` for standard input or output."""

provider_argument = click.argument("provider", type=SLUG)
capability_argument = click.argument("capability", type=CAPABILITY)
