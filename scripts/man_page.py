"""Writes the manual page of `modeldesk` from its commands, their examples and the settings: python -m scripts.man_page

The page is committed, because building a wheel imports nothing of Modeldesk. tests/cli/test_man_page.py compares it with what this script makes.
"""

import re
import tomllib
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.examples import EXAMPLES
from modeldesk.entrypoints.cli.groups import Deferred
from modeldesk.entrypoints.cli.sections import SECTIONS
from modeldesk.entrypoints.setting_descriptions import DESCRIPTIONS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "src" / "entrypoints" / "cli" / "modeldesk.1"
EXIT_CODES = (
    ("0", "Done."),
    ("1", "Refused or failed, with a line for each error on standard error."),
    ("2", "Wrong usage; with plan --exit-code, a database that differs from the declaration."),
)
FILES = (
    ("./.modeldesk/modeldesk.db", "The embedded database, in MODELDESK_HOME."),
    ("./.modeldesk/master.key", "The master key, which encrypts vendors' keys. A backup of the database is of use only with it."),
    ("./.env", "Settings of the working folder; the environment comes first."),
    ("./providers.json", "The declaration that import-providers reads unless another is named."),
)


def page() -> str:
    """The page in the man macros, which every reader of manual pages has."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    context = click.Context(root, info_name="modeldesk", **root.context_settings)
    lines = [
        '.\\" Written by scripts/man_page.py from the commands. Do not edit.',
        f'.TH MODELDESK 1 "" "modeldesk {version}" "Modeldesk"',
        ".nh",  # names and options stay whole, so that they can be copied and searched
        ".ad l",
        *head("NAME"),
        r"modeldesk \- the register of a platform's AI models",
        *head("SYNOPSIS"),
        r"\fBmodeldesk\fR [\fIoptions\fR] \fIcommand\fR [\fIarguments\fR]",
        *head("DESCRIPTION"),
        escaped(summary(root)),
        ".PP",
        escaped("Reading commands take --format json; their JSON is the body that the REST API returns for the same question."),
        *head("OPTIONS"),
        *options(root, context),
    ]
    for section, commands in SECTIONS.items():
        lines += head(section.upper())
        for command in commands:
            lines += described(command.loaded() if isinstance(command, Deferred) else command, context, command.name or "")
    lines += [
        *head("ENVIRONMENT"),
        *(line for one in DESCRIPTIONS for line in term(bold(f"MODELDESK_{one.name}"), setting(one.default, one.meaning))),
    ]
    lines += [*head("FILES"), *(line for name, meaning in FILES for line in term(italic(name), escaped(meaning)))]
    lines += [*head("EXIT STATUS"), *(line for code, meaning in EXIT_CODES for line in term(bold(code), escaped(meaning)))]
    return "\n".join(lines) + "\n"


def described(command: click.Command, parent: click.Context, name: str) -> Iterator[str]:
    """A command with its options and examples, or each command of a group."""
    context = click.Context(command, info_name=name, parent=parent)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            assert found is not None, inner  # noqa: S101 - a group lists what it has
            yield from described(found, context, inner)
        return
    words = context.command_path.removeprefix("modeldesk ")
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS {escaped(words)}"
    yield f"{bold(context.command_path)} {escaped(usage)}"
    for paragraph in cleandoc((command.help or "").replace("\b\n", "")).split("\n\n"):
        yield from (".PP", escaped(" ".join(paragraph.split())))
    yield from options(command, context)
    for typed, meaning in EXAMPLES[words]:
        yield from (".PP", escaped(f"{meaning[0].upper()}{meaning[1:]}:"), ".RS 4", ".nf", escaped(f"modeldesk {typed}"), ".fi", ".RE")


def options(command: click.Command, context: click.Context) -> Iterator[str]:
    """Those of the command; --help, which each has, stands with those of the program."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and (command is root or parameter.name != "help"):
            yield from term(bold(record[0]), escaped(" ".join(record[1].split())))


def setting(default: str, meaning: str) -> str:
    return escaped(f"{meaning} Default: {default}.".replace("`", ""))


def summary(command: click.Command) -> str:
    return " ".join((command.help or "").split())


def head(title: str) -> list[str]:
    return [f".SH {title}"]


def term(name: str, meaning: str) -> list[str]:
    return [".TP", name, meaning]


def bold(text: str) -> str:
    return rf"\fB{escaped(text)}\fR"


def italic(text: str) -> str:
    return rf"\fI{escaped(text)}\fR"


def escaped(text: str) -> str:
    """The text so that nothing in it is a request of the formatter, and a hyphen can be copied."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^(?=[.'])", r"\\&", text)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
