"""`modeldesk providers capability|set-capability|remove-capability`."""

import json
from typing import Any

from tests.support.cli_folder import Folder

CHAT: dict[str, Any] = {"supported": True, "description": "talks", "models": ["one", {"id": "two", "name": "Two"}]}
SET = ("providers", "set-capability", "cohere", "chat", "--file")


def shown(desk: Folder, capability: str = "chat") -> Any:
    return desk.type("providers", "capability", "cohere", capability, "--format", "json").json


def test_a_capability_is_set_as_a_whole_and_shown(desk: Folder) -> None:
    """It prints what changed; a second time it changes nothing. Models keep their order."""
    desk.write("chat.json", json.dumps(CHAT))
    lines = desk.type(*SET, "chat.json").lines
    assert lines[0] == "cohere chat: set (2 models)"
    assert '  capabilities.chat.models[two]: none → {"id": "two", "name": "Two"}' in lines
    assert desk.type(*SET, "chat.json").out == "cohere chat: is like this already (2 models)\n"
    rows = [line.split(maxsplit=1) for line in desk.type("providers", "capability", "cohere", "chat").lines]
    assert rows == [
        ["field", "value"],
        ["supported", "yes"],
        ["list", "fixed"],
        ["description", "talks"],
        ["models", "2"],
        ["1", "one"],
        ["2", "two (Two)"],
    ]


def test_what_was_printed_is_set_again_unless_somebody_was_faster(desk: Folder) -> None:
    """From standard input too; JSON is what REST answers."""
    printed = shown(desk)
    printed["models"].insert(0, {"id": "first"})
    answer = desk.type(*SET, "-", "--format", "json", typed=json.dumps(printed)).json
    assert (answer["version"], answer["deselected"], answer["models"]) == (printed["version"] + 1, [], printed["models"])
    (line,) = desk.refused(*SET, "-", typed=json.dumps(printed))
    assert line.startswith("Error: somebody changed the provider 'cohere' meanwhile")


def test_a_capability_with_an_active_model_ends_where_that_is_allowed(desk: Folder) -> None:
    """Removing it and marking it as unsupported are refused; with --deselect of that model, and with --deactivate-lost, they warn."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.write("off.json", '{"supported": false}')
    desk.write("on.json", '{"supported": true, "models": ["command-r"]}')
    for words in ([*SET, "off.json"], ["providers", "remove-capability", "cohere", "chat"]):
        (line,) = desk.refused(*words)
        assert "cohere chat: command-r" in line
        assert "--deactivate-lost" in line
        assert "cohere chat: command-r" in desk.refused(*words, "--deselect", "chat:command-a")[0]
    assert desk.type(*SET, "off.json", "--deselect", "chat:command-r").lines[-1] == "⚠️  Model deselected: cohere chat: command-r"
    desk.type(*SET, "on.json")
    desk.type("models", "select", "cohere", "chat", "command-r")
    assert desk.type(*SET, "off.json", "--deactivate-lost").lines[-1] == "⚠️  Model deselected: cohere chat: command-r"
    assert desk.active() == {}
    assert desk.type("providers", "remove-capability", "cohere", "chat").out == "cohere chat: removed\n"
    removed = desk.type("providers", "remove-capability", "cohere", "embedding", "--format", "json").json
    assert (removed["capability"], removed["deselected"]) == ("embedding", [])
    for words in (["capability", "cohere", "chat"], ["remove-capability", "cohere", "chat"]):
        assert "declares no capability 'chat'" in desk.refused("providers", *words)[0]


def test_every_problem_of_the_file_is_said(desk: Folder) -> None:
    """Each error names its path and the file; nothing is changed."""
    before = shown(desk)
    desk.write("chat.json", '{"supported": "yes",\n "models": [{"id": "x", "context_length": 0}],\n "modles": [],\n "models": []}')
    errors = desk.refused(*SET, "chat.json")
    assert [(line.split(":")[0], line.rpartition(" (")[2]) for line in errors] == [
        ("$.supported", "line 1, column 2) in chat.json"),
        ("$.modles", "line 3, column 2) in chat.json"),
        ("$.models", "line 4, column 2) in chat.json"),
    ]
    desk.write("chat.json", '{"supported": true,\n "models": [{"id": "x", "context_length": 0}]}')
    assert desk.refused(*SET, "chat.json")[0].startswith("$.models[0].context_length: ")
    desk.write("chat.json", '{"supported": true, "provider": "anthropic"}')
    assert desk.refused(*SET, "chat.json") == ["$.provider: this is the capability 'anthropic/chat', not cohere/chat in chat.json"]
    assert desk.refused(*SET, "-", typed="{")[0].endswith("in standard input")
    desk.write("chat.json", "{")
    assert len(desk.refused(*SET, "chat.json")) == 1
    assert shown(desk) == before


def test_no_other_file_is_read(desk: Folder) -> None:
    """A `capabilities.json` beside it belongs to a declaration."""
    (desk.path / "capabilities.json").mkdir()
    desk.write("chat.json", json.dumps(CHAT))
    assert desk.type(*SET, "chat.json").lines[0] == "cohere chat: set (2 models)"
