"""What the help says: each command's at two widths as a text that somebody has read, with examples that can be typed.

After a change of a command `python -m tests.cli.test_cli_help` writes the texts anew; read the difference before you commit it.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.examples import EXAMPLES

FOLDER = Path(__file__).with_name("help")
WIDTHS = (80, 120)


def contexts(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    """Of a group and of every command inside it, in the order of the help."""
    yield context
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = command.context_class(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from contexts(command, inner)
        else:
            yield inner


def every_context(width: int = 80) -> list[click.Context]:
    """As on a terminal of this width."""
    return list(contexts(root, root.context_class(root, info_name="modeldesk", terminal_width=width, **root.context_settings)))


def help_texts(width: int) -> str:
    """The help of every command, one after the other."""
    return "\n\n".join(f"$ {context.command_path} --help\n{context.get_help()}" for context in every_context(width)) + "\n"


COMMANDS = {
    context.command_path.removeprefix("modeldesk "): context for context in every_context() if not isinstance(context.command, click.Group)
}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_help_is_as_it_was_read(width: int) -> None:
    """No line is wider than the terminal, no sentence is clipped, and nothing has changed unseen."""
    text = help_texts(width)
    assert max(map(len, text.splitlines())) <= width
    assert "..." not in text.replace("[ARGS]...", "")
    assert text == (FOLDER / f"{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", range(50, 125, 5))
def test_no_name_is_broken(width: int) -> None:
    """Whatever the width of the terminal, the help has the same words: `import-providers` never ends one line as `import-`."""
    assert help_texts(width).split() == help_texts(10_000).split()


def test_every_command_has_two_examples_and_nothing_else_has() -> None:
    """A command that is added needs them."""
    assert set(EXAMPLES) == set(COMMANDS)
    assert {name: len(examples) for name, examples in EXAMPLES.items() if len(examples) != 2} == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_can_be_typed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each names a command with arguments and options that it takes; the first is of the command itself."""
    monkeypatch.chdir(tmp_path)
    for file in ("models.json", "desk.backup", "old/populate_ai_providers.py"):
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).touch()
    assert EXAMPLES[name][0][0].startswith(name)
    for typed, _ in EXAMPLES[name]:
        words = shlex.split(typed.partition(" < ")[0].partition(" > ")[0])
        if words == ["--version"]:
            continue
        command = next(command for command in (" ".join(words[:2]), words[0]) if command in COMMANDS)
        context = COMMANDS[command]
        context.command.make_context(command, words[len(command.split()) :], parent=context.parent)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for chosen in WIDTHS:
        (FOLDER / f"{chosen}.txt").write_text(help_texts(chosen), encoding="utf-8")
