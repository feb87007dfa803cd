"""`--format json` of every command: a program reads its refusals as it reads its answers."""

import json

import pytest

from tests.cli.test_cli_help import COMMANDS
from tests.cli.test_cli_quiet import ASKS_A_VENDOR, RESULTS, SILENT
from tests.support.cli_folder import CLAUDE, Folder, Printed

TYPED = {**SILENT, **RESULTS, ASKS_A_VENDOR: "keys check cohere"}
ANSWERS_JSON = [name for name, context in COMMANDS.items() if any(parameter.name == "form" for parameter in context.command.params)]
READ_NO_SETTING = {"version"}


def errors_in(printed: Printed) -> list[dict[str, object]]:
    """The problems that were printed; nothing else stands on standard output."""
    answer = printed.json
    assert list(answer) == ["errors"]
    assert [list(error) for error in answer["errors"]] == [["path", "message", "line", "column"]] * len(answer["errors"])
    return list(answer["errors"])


@pytest.mark.parametrize("name", [name for name in ANSWERS_JSON if name not in READ_NO_SETTING])
def test_a_refusal_is_json(folder: Folder, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Of every command that prints JSON: on standard output as on standard error, with exit code 1."""
    monkeypatch.setenv("MODELDESK_CATALOGUE_TTL", "soon")
    printed = folder.type(*TYPED[name].split(), "--format", "json", exits=1)
    (error,) = errors_in(printed)
    assert error["path"] == "$"
    assert str(error["message"]).startswith("MODELDESK_CATALOGUE_TTL")
    assert printed.errors == [f"Error: {error['message']}"]


def test_for_people_it_is_no_json(folder: Folder) -> None:
    """Without the option nothing stands on standard output."""
    assert folder.refused("apply", "nosuch.plan") == ["nosuch.plan: there is no such file"]


def test_a_plan_names_every_place(desk: Folder) -> None:
    """As an import does, of the declaration and of what it would take away."""
    desk.write("providers.json", '{"version": "1.0.0",\n "providers": [{"slug": "a", "name": 5},\n  {"slug": "b", "name": "B", "nam": 1}]}')
    errors = errors_in(desk.type("plan", "--format", "json", exits=1))
    assert [(error["path"], error["line"], error["column"]) for error in errors] == [
        ("$.providers[0].name", 2, 30),
        ("$.providers[1].nam", 3, 30),
    ]
    desk.type("models", "select", "anthropic", "chat", "x")
    desk.declare({**CLAUDE, "capabilities": {"chat": {"supported": False}}})
    (error,) = errors_in(desk.type("plan", "--format", "json", exits=1))
    assert "(anthropic chat: x)" in str(error["message"])


def test_files_of_other_commands_have_places_too(desk: Folder) -> None:
    """A capability with a wrong member, a plan that is none, and one that the database has left behind."""
    desk.write("chat.json", '{"supported": true,\n "modles": []}')
    (error,) = errors_in(desk.type("providers", "set-capability", "cohere", "chat", "--file", "chat.json", "--format", "json", exits=1))
    assert (error["path"], error["line"], error["column"]) == ("$.modles", 2, 2)
    desk.write("other.plan", "{}")
    (error,) = errors_in(desk.type("apply", "other.plan", "--format", "json", exits=1))
    assert str(error["message"]).startswith("other.plan is not a plan file")
    desk.declare({**CLAUDE, "sort_order": 1})
    desk.type("plan", "--out", "desk.plan")
    desk.declare({**CLAUDE, "sort_order": 2})
    desk.type("import-providers", "--force")
    desk.type("providers", "disable", "anthropic")
    (error,) = errors_in(desk.type("apply", "desk.plan", "--format", "json", exits=1))
    assert error["path"] == "$"


def test_a_plan_with_a_conflict_is_one_answer(desk: Folder) -> None:
    """The plan that names it; that the file was not written stands on standard error."""
    desk.write("chat.json", json.dumps({"supported": True, "models": ["mine"]}))
    desk.type("providers", "set-capability", "cohere", "chat", "--file", "chat.json")
    desk.declare({"slug": "cohere", "name": "Cohere", "capabilities": {"chat": {"supported": True, "models": ["theirs"]}}})
    printed = desk.type("plan", "--out", "desk.plan", "--format", "json", exits=1)
    assert printed.json["conflicts"]
    assert printed.errors == ["Error: desk.plan was not written: the plan has 1 conflict"]


def test_wrong_usage_is_for_people(desk: Folder) -> None:
    """Exit code 2, and nothing on standard output: the program itself is wrong."""
    assert desk.refused("providers", "show", "Open_AI!", "--format", "json", exits=2)
