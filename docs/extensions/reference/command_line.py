"""Every command with its arguments and options, read from the commands themselves."""

from collections.abc import Iterator
from inspect import cleandoc

import click

from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.examples import EXAMPLES
from modeldesk.entrypoints.cli.groups import command_words
from reference.markdown import code, table

HEAD = """# Commands

Every command of `modeldesk`, from the program itself. `modeldesk COMMAND --help` prints the same. Reading commands take `--format json`; their JSON is
the body that the REST API returns for the same question. Exit codes: 0 done; 1 refused or failed, with a line for each error on standard error; 2 wrong
usage. `modeldesk --debug COMMAND` prints the traceback of an error. `modeldesk --quiet COMMAND` prints errors, warnings and the result that was asked for: a table, JSON, a plan, a new token or
secret. What a command did, notes and progress are not printed; a log is. Hyphens in names may be typed as underscores.
"""


def page() -> str:
    """A section for each command, in the order of the help."""
    return HEAD + "".join(sections(root, click.Context(root, info_name="modeldesk", **root.context_settings)))


def sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from sections(command, inner)
        else:
            yield section(command, inner)


def section(command: click.Command, context: click.Context) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    rows = [
        (code(", ".join(parameter.opts + parameter.secondary_opts) + metavar(parameter, context)), meaning(parameter))
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    ]
    return (
        f"\n## `{context.command_path.removeprefix('modeldesk ')}`\n\n{prose(command.help)}\n\n```text\n{context.command_path} {usage}\n```\n"
        + ("\n" + table(("option", "meaning"), rows) if rows else "")
        + examples(context)
    )


def examples(context: click.Context) -> str:
    lines = [f"modeldesk {typed:50}  # {meaning}" for typed, meaning in EXAMPLES[command_words(context)]]
    return "\n```text\n" + "\n".join(lines) + "\n```\n"


def metavar(option: click.Option, context: click.Context) -> str:
    return "" if option.is_flag else f" {option.make_metavar(context)}"


def meaning(option: click.Option) -> str:
    notes = [option.help or ""]
    if option.required:
        notes.append("Required.")
    if option.multiple:
        notes.append("May be given again.")
    if option.show_default and option.default is not None:
        notes.append(f"Default: `{option.default}`.")
    return " ".join(note for note in notes if note)


def prose(text: str | None) -> str:
    """A help text as paragraphs: click marks kept lines with `\\b`."""
    return cleandoc((text or "").replace("\b\n", "").replace("\f", ""))
