"""Shell completion, as the shell asks for it: the script, and what comes at a Tab."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.completion import MOST_OFFERED, OFFERS
from tests.support.bash_terminal import bash_terminal
from tests.support.cli_folder import PASSWORD, Folder
from tests.support.preloaded import modeldesk

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "shell-completion.md").read_text(encoding="utf-8")


def completed(folder: Path, line: str) -> list[str]:
    """What Bash is offered after this line."""
    reported = run(folder, "bash_complete", COMP_LINE=line, COMP_BREAKS=" :=")
    return [entry.partition(",")[2] for entry in reported.splitlines()]


def run(folder: Path, instruction: str, **more: str) -> str:
    environment = {**os.environ, "_MODELDESK_COMPLETE": instruction, **more}
    with modeldesk(folder=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        out, errors = running.communicate(timeout=60)
    assert errors == ""
    return str(out)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_documented_shell(tmp_path: Path, shell: str) -> None:
    """It asks the program, under the name that the page gives."""
    script = run(tmp_path, f"{shell}_source") if shell != "bash" else run(tmp_path, "bash_source")
    assert f"_MODELDESK_COMPLETE={shell}_complete" in script
    assert f"_MODELDESK_COMPLETE={shell}_source modeldesk" in GUIDE


def test_commands_and_options_are_completed(tmp_path: Path) -> None:
    """Of the root, of a group, and of a command; nothing is opened or made for it."""
    assert {"models", "providers", "serve", "import-providers"} <= set(completed(tmp_path, "modeldesk "))
    assert completed(tmp_path, "modeldesk imp") == ["import-providers"]
    assert {"browse", "select", "deselect", "rollback"} <= set(completed(tmp_path, "modeldesk models "))
    assert "--dry-run" in completed(tmp_path, "modeldesk import-providers --d")
    assert list(tmp_path.iterdir()) == []


def test_names_are_completed_from_the_database(desk: Folder) -> None:
    """Providers, the capabilities of the one that stands before, its models, uses and admins."""
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    desk.type("uses", "set", "support-chat", "anthropic/chat")
    desk.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.type("models", "deselect", "cohere", "chat")
    assert completed(desk.path, "modeldesk models select a") == ["anthropic"]
    assert completed(desk.path, "modeldesk models select anthropic ") == ["chat"]
    assert completed(desk.path, "modeldesk models select cohere ") == ["chat", "embedding"]
    assert completed(desk.path, "modeldesk models select anthropic chat claude-3-5") == ["claude-3-5-sonnet-20241022"]
    assert completed(desk.path, "modeldesk resolve ") == ["support-chat", "anthropic/chat"]
    assert completed(desk.path, "modeldesk uses delete s") == ["support-chat"]
    assert completed(desk.path, "modeldesk admin disable ") == ["sara"]
    assert completed(desk.path, "modeldesk models list --provider co") == ["cohere"]
    assert completed(desk.path, "modeldesk uses set search co") == ["cohere/chat", "cohere/embedding"]


def test_no_more_is_offered_than_a_shell_shows(folder: Folder) -> None:
    """The first ones; more letters lead to the others."""
    folder.declare(*({"slug": f"p{number:03}", "name": f"P {number}"} for number in range(MOST_OFFERED + 1)))
    folder.type("import-providers")
    assert offered_at(folder) == [f"p{number:03}" for number in range(MOST_OFFERED)]


def offered_at(folder: Folder) -> list[str]:
    """What Bash is offered as the provider of a selection."""
    return [name for name in completed(folder.path, "modeldesk models select ") if name]


def test_a_shell_shows_no_error_of_a_completion(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a database, with a damaged one, or with a wrong setting nothing is offered; nothing is made."""
    assert offered_at(folder) == []
    assert list(folder.path.iterdir()) == []
    folder.write(".modeldesk/modeldesk.db", b"damaged" * 1000)
    assert offered_at(folder) == []
    monkeypatch.setenv("MODELDESK_CATALOGUE_TTL", "nonsense")
    assert offered_at(folder) == []


def test_a_real_bash_completes_an_id_after_its_colon(folder: Folder) -> None:
    """Bash replaces what stands after the colon alone: the id is on the line once."""
    tagged = {"supported": True, "models": ["llama3.2:1b", "llama3.2:3b"]}
    folder.declare({"slug": "local", "name": "Local", "capabilities": {"chat": tagged}})
    folder.type("import-providers")
    with bash_terminal(folder.path) as terminal:
        terminal.type(b"modeldesk models select local chat llama3.2:3\t")
        terminal.read_until(b"llama3.2:3b ")
        terminal.type(b"\x01echo \n")
        assert b"\nmodeldesk models select local chat llama3.2:3b\r" in terminal.read_until(b"3b\r\n$ ")


NOTHING_TO_OFFER = {
    "new or free text": {
        ("serve", "host"), ("models browse", "search"), ("models select", "model_name"), ("uses set", "description"),
        ("tokens create", "name"), ("webhooks add", "url"), ("admin create", "name"), ("admin link", "subject"),
    },
    "a number or a time": {
        *((command, name) for command in ("models browse", "tokens list") for name in ("limit", "offset")), ("tokens create", "expires_in_days"),
        *((command, name) for command in ("models changes", "audit") for name in ("limit", "older_than", "since")), ("audit", "until"),
    },
}  # fmt: skip
"""By command and parameter: every other text has names to offer."""


def test_every_text_offers_names_or_has_a_reason() -> None:
    """Of every command; a choice, a file and a bounded number offer themselves."""
    without = set[tuple[str, str]]()
    for command, parameter in texts_of(root, ()):
        offers = getattr(parameter.type, "offers", "")
        if offers:
            assert offers in OFFERS
        else:
            without.add((command, parameter.name or ""))
    assert without == set.union(*NOTHING_TO_OFFER.values())


def texts_of(command: click.Command, names: tuple[str, ...]) -> Iterator[tuple[str, click.Parameter]]:
    """The parameters with a free text, each with the words of its command."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from texts_of(child, (*names, name))
        return
    for parameter in command.params:
        is_flag = isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count)
        if not is_flag and not isinstance(parameter.type, (click.Choice, click.Path, click.File, click.IntRange)):
            yield " ".join(names), parameter


def test_further_names_are_completed(desk: Folder) -> None:
    """Tokens, webhooks, what the audit log is about, and what a command that deselects would end."""
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    desk.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    desk.type("tokens", "create", "shop", "--scope", "read")
    desk.type("webhooks", "add", "https://example.org/hook")
    (webhook,) = desk.type("webhooks", "list", "--format", "json").json["webhooks"]
    assert completed(desk.path, "modeldesk tokens revoke ") == ["shop"]
    assert completed(desk.path, "modeldesk webhooks test ") == [webhook["id"]]
    assert completed(desk.path, "modeldesk audit --by ") == ["sara", "cli"]
    assert "anthropic/chat" in completed(desk.path, "modeldesk audit --subject anth")
    assert completed(desk.path, "modeldesk plan --slug co") == ["cohere"]
    assert completed(desk.path, "modeldesk providers remove-capability anthropic chat --deselect chat:") == ["claude-3-opus-20240229"]
