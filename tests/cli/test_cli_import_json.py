"""`modeldesk import-providers --format json`: what a program reads."""

import json
import re

from tests.support.cli_folder import CLAUDE, COHERE, Folder


def test_a_plan_names_slugs(folder: Folder) -> None:
    """Every list is there, in the order of the file, and nothing else stands on standard output."""
    folder.declare(COHERE, CLAUDE)
    answer = folder.type("import-providers", "--format", "json").json
    assert re.fullmatch("[0-9a-f]{64}", answer.pop("digest"))
    assert answer == {
        "created": ["cohere", "anthropic"],
        "updated": [],
        "unchanged": [],
        "skipped": [],
        "deactivated": [],
        "changes": {},
        "dry_run": False,
    }


def test_changes_are_told_field_by_field(desk: Folder) -> None:
    """Old and new of what is written over: an update's fields, and the flag of a pruned provider."""
    desk.declare({**CLAUDE, "sort_order": 3, "description": "بهترین"}, {**COHERE, "slug": "new"})
    answer = desk.type("import-providers", "--format", "json", "--force", "--prune").json
    assert re.fullmatch("[0-9a-f]{64}", answer.pop("digest"))
    assert answer == {
        "created": ["new"],
        "updated": ["anthropic"],
        "unchanged": [],
        "skipped": [],
        "deactivated": ["cohere"],
        "changes": {"anthropic": {"description": ["", "بهترین"], "sort_order": [7, 3]}, "cohere": {"is_active": [True, False]}},
        "dry_run": False,
    }


def test_what_is_skipped_or_unchanged_has_no_changes(desk: Folder) -> None:
    """A skip says what a forced import would change only to people."""
    desk.declare({**CLAUDE, "sort_order": 3}, COHERE)
    skipped = desk.type("import-providers", "--format", "json").json
    assert (skipped["skipped"], skipped["changes"]) == (["anthropic", "cohere"], {})
    forced = desk.type("import-providers", "--format", "json", "--slug", "cohere", "--force").json
    assert (forced["unchanged"], forced["changes"]) == (["cohere"], {})


def test_errors_come_with_their_places(desk: Folder) -> None:
    """Path, line, column and message of each; exit code 1, the same lines on standard error, and nothing changed."""
    desk.write("providers.json", '{"version": "1.0.0",\n "providers": [{"slug": "a", "name": 5},\n  {"slug": "b", "name": "B", "nam": 1}]}')
    before = desk.state()
    printed = desk.type("import-providers", "--format", "json", exits=1)
    assert printed.json == {
        "errors": [
            {"path": "$.providers[0].name", "line": 2, "column": 30, "message": "must be a string, not a number"},
            {"path": "$.providers[1].nam", "line": 3, "column": 30, "message": "unknown key 'nam'; did you mean 'name'?"},
        ]
    }
    assert printed.errors == [
        "$.providers[0].name: must be a string, not a number (line 2, column 30) in providers.json",
        "$.providers[1].nam: unknown key 'nam'; did you mean 'name'? (line 3, column 30) in providers.json",
    ]
    assert desk.state() == before


def test_other_refusals_have_the_same_shape(desk: Folder) -> None:
    """Places are null where there are none, and the path is the option or the whole document."""
    refused = desk.type("import-providers", "--format", "json", "--slug", "nosuch", exits=1).json
    message = "the declaration has no provider nosuch; it holds: anthropic, cohere"
    assert refused == {"errors": [{"path": "$.options.slug", "line": None, "column": None, "message": message}]}
    desk.type("models", "select", "anthropic", "chat", "x")
    desk.declare({**CLAUDE, "capabilities": {"chat": {"supported": False}}})
    (error,) = desk.type("import-providers", "--format", "json", "--force", exits=1).json["errors"]
    assert "(anthropic chat: x)" in error["message"]
    assert json.loads(desk.type("import-providers", "--format", "json", "--file", "nosuch.json", exits=1).out)["errors"] == [
        {"path": "nosuch.json", "line": None, "column": None, "message": "there is no such file"}
    ]
