"""Shell completion, as the shell asks for it: the script, and what comes at a Tab."""

import os
import subprocess
from pathlib import Path

import pytest

from modeldesk.entrypoints.cli.completion import MOST_OFFERED
from tests.support.cli_folder import PASSWORD, Folder
from tests.support.preloaded import modeldesk

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "shell-completion.md").read_text(encoding="utf-8")


def completed(folder: Path, line: str) -> list[str]:
    """What Bash is offered after this line."""
    words = line.split(" ")
    reported = run(folder, "bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
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
