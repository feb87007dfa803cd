"""Uses in a declaration: imported by the rules of everything there, and exported."""

import json
from typing import Any

import pytest

from tests.support.cli_folder import CLAUDE, COHERE, Folder

SUPPORT = {"name": "support-chat", "capability": "chat", "provider": "cohere", "description": "for customers", "fallbacks": ["anthropic"]}


def declare(folder: Folder, *uses: Any) -> None:
    folder.write("providers.json", json.dumps({"version": "1.0.0", "$schema": "x", "providers": [CLAUDE, COHERE], "uses": uses}))


def uses(folder: Folder) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = folder.type("uses", "list", "--format", "json").json["uses"]
    return found


def test_a_declared_use_comes_in_with_its_provider(empty_desk: Folder) -> None:
    """In one import, with a line of its own; a second import skips it."""
    declare(empty_desk, SUPPORT)
    assert "✅ Created use: support-chat (cohere/chat)" in empty_desk.type("import-providers").lines
    assert uses(empty_desk) == [{**SUPPORT, "version": 1}]
    assert "⏭️  Skipped use: support-chat (exists)" in empty_desk.type("import-providers").lines


def test_force_makes_it_equal_to_the_declaration(empty_desk: Folder) -> None:
    """With the next version, and absent fields empty; without a difference nothing is written."""
    declare(empty_desk, SUPPORT)
    empty_desk.type("import-providers")
    declare(empty_desk, {"name": "support-chat", "capability": "chat", "provider": "anthropic"})
    assert (
        "🔄 Updated use: support-chat (cohere/chat → anthropic/chat)" in empty_desk.type("import-providers", "--force", "--dry-run").lines
    )
    assert uses(empty_desk)[0]["version"] == 1
    assert empty_desk.type("import-providers", "--force", "--format", "json").json["uses"]["updated"] == ["support-chat"]
    assert (uses(empty_desk)[0]["provider"], uses(empty_desk)[0]["description"], uses(empty_desk)[0]["version"]) == ("anthropic", "", 2)
    assert "⏸️  Unchanged use: support-chat" in empty_desk.type("import-providers", "--force").lines
    assert uses(empty_desk)[0]["version"] == 2


def test_uses_that_the_file_does_not_name_stay(empty_desk: Folder) -> None:
    """An import takes no name away from a product."""
    declare(empty_desk, SUPPORT)
    empty_desk.type("import-providers")
    declare(empty_desk)
    empty_desk.type("import-providers", "--force", "--prune")
    assert [use["name"] for use in uses(empty_desk)] == ["support-chat"]


def test_only_some_providers(empty_desk: Folder) -> None:
    """With --slug, the uses that point at one of them come along, and no others."""
    declare(empty_desk, SUPPORT, {"name": "other", "capability": "chat", "provider": "anthropic"})
    empty_desk.type("import-providers")
    for name in ("support-chat", "other"):
        empty_desk.type("uses", "delete", name)
    empty_desk.type("import-providers", "--slug", "cohere")
    assert [use["name"] for use in uses(empty_desk)] == ["support-chat"]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({**SUPPORT, "name": "support.chat"}, "$.uses[0].name"),
        ({**SUPPORT, "model": "x"}, "$.uses[0].model"),
        ({"name": "a", "capability": "chat"}, "$.uses[0]"),
        ({**SUPPORT, "fallbacks": "anthropic"}, "$.uses[0].fallbacks"),
        ("support-chat", "$.uses[0]"),
    ],
)
def test_a_wrong_use_is_told_with_its_place(folder: Folder, wrong: object, path: str) -> None:
    """And nothing of the file comes in."""
    declare(folder, wrong)
    errors = folder.type("import-providers", "--format", "json", exits=1).json["errors"]
    assert [error["path"] for error in errors] == [path]
    assert errors[0]["line"] is not None
    assert folder.type("providers", "list", "--format", "json").json["count"] == 0


def test_a_name_twice_is_told_with_its_place(folder: Folder) -> None:
    declare(folder, SUPPORT, {**SUPPORT, "provider": "anthropic"})
    (error,) = folder.type("import-providers", "--format", "json", exits=1).json["errors"]
    assert (error["path"], "stands twice" in error["message"]) == ("$.uses[1].name", True)


@pytest.mark.parametrize("change", [{"provider": "nobody", "fallbacks": []}, {"capability": "video"}, {"fallbacks": ["cohere"]}])
def test_a_use_that_points_nowhere_stops_the_import(empty_desk: Folder, change: dict[str, Any]) -> None:
    """All or nothing."""
    declare(empty_desk, {**SUPPORT, **change})
    empty_desk.type("import-providers", exits=1)
    assert empty_desk.type("providers", "list", "--format", "json").json["count"] == 0


def test_an_export_names_them(empty_desk: Folder) -> None:
    """Importing it changes nothing; without uses the member is not there."""
    declare(empty_desk, SUPPORT)
    empty_desk.type("import-providers")
    exported = empty_desk.type("export").out
    assert json.loads(exported)["uses"] == [SUPPORT]
    empty_desk.write("providers.json", exported)
    assert empty_desk.type("import-providers", "--force", "--format", "json").json["uses"]["unchanged"] == ["support-chat"]
    empty_desk.type("uses", "delete", "support-chat")
    assert "uses" not in empty_desk.type("export").json
