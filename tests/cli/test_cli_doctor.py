"""`modeldesk doctor`: the table, the proposals and the exit codes."""

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.cli_folder import Folder


def offering(*models: str) -> dict[str, Any]:
    """The declaration of a provider with these models."""
    return {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": list(models)}}}


@pytest.fixture
def acme(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A desk with one provider."""
    declare_and_import(folder, offering("gpt-1"))
    return folder


def test_nothing_active_is_nothing_wrong(acme: Folder) -> None:
    """Also of a vendor whose key is missing and that nobody chose."""
    assert acme.type("doctor", "--fail-on", "unverified").lines == ["No model is active."]


def test_a_model_that_left_the_list_and_the_command_for_its_successor(acme: Folder) -> None:
    """The command selects it; the doctor changes nothing."""
    acme.type("models", "select", "acme", "chat", "gpt-1")
    acme.declare(offering("gpt-2"))
    acme.type("import-providers", "--force")
    lines = acme.type("doctor").lines
    assert lines[1].split()[:4] == ["acme", "chat", "gpt-1", "not-in-catalogue"]
    assert lines[2] == "acme chat: refresh the list; if the model stays missing, select another one"
    assert lines[3].startswith("  modeldesk models select acme chat gpt-2    # it is of the same line (gpt)")
    assert acme.type("models", "list", "--active", "--format", "json").json["models"][0]["model_id"] == "gpt-1"


def test_an_id_of_a_vendor_is_one_word_of_its_command(acme: Folder) -> None:
    """Commands are copied into a shell, which executes no part of an id."""
    acme.type("models", "select", "acme", "chat", "gpt-1 $(touch run)")
    acme.declare(offering("gpt-2 $(touch run)"))
    acme.type("import-providers", "--force")
    command = acme.type("doctor").lines[3]
    assert shlex.split(command, comments=True) == ["modeldesk", "models", "select", "acme", "chat", "gpt-2 $(touch run)"]
    assert "'gpt-2 $(touch run)'" in command


def test_the_advice_has_its_command(empty_desk: Folder) -> None:
    """For a disabled provider, and for a key that a live list needs; the command clears the state."""
    empty_desk.declare(
        {
            "slug": "acme",
            "name": "Acme",
            "provider_class": "GroqProvider",
            "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
        }
    )
    empty_desk.type("import-providers")
    empty_desk.type("models", "select", "acme", "chat", "gpt-1")
    assert empty_desk.type("doctor", exits=1).lines[2:] == ["acme chat: enter a shared key for this provider", "  modeldesk keys set acme"]
    empty_desk.type("providers", "disable", "acme")
    command = empty_desk.type("doctor", exits=1).lines[-1]
    assert command == "  modeldesk providers enable acme"
    empty_desk.type(*command.split()[1:])
    assert "provider-inactive" not in empty_desk.type("doctor", exits=1).out


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("unverified", 1), ("price-unknown", 1), ("not-in-catalogue", 1), ("capability-mismatch", 0), ("retired", 0), (None, 0)],
)
def test_the_exit_code_hangs_on_the_worst_state(acme: Folder, fail_on: str | None, code: int) -> None:
    """1 where a slot is in that state or a worse one; `key-missing` unless another is named."""
    acme.type("models", "select", "acme", "chat", "gpt-9")
    named = () if fail_on is None else ("--fail-on", fail_on)
    assert acme.type("doctor", *named, exits=code).lines
    assert acme.type("doctor", "--fail-on", "worse", exits=2).err
