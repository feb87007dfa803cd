"""`modeldesk import-providers`: its lines, and what each option does."""

from typing import Any

import pytest

from tests.support.cli_folder import CLAUDE, COHERE, ELSEWHERE, Folder

FIRST = """\
📦 Found 2 provider(s) to import
✅ Created: Anthropic Claude (anthropic)
✅ Created: Cohere (cohere)
📊 Import Summary:
  ✅ Created: 2
  🔄 Updated: 0
  ⏭️  Skipped: 0
"""
DRY = "🔍 Dry run: nothing will be changed\n"


def test_the_first_import_creates(folder: Folder) -> None:
    """The lines of the contract to the letter, in the order of the file; on standard error, where the database was created."""
    folder.declare(CLAUDE, COHERE)
    printed = folder.type("import-providers")
    assert (printed.out, printed.errors) == (FIRST, [folder.creation])
    assert folder.provider("cohere")["display_name"] == "Cohere"


def test_a_second_import_says_the_same_whether_or_not_entries_are_known(empty_desk: Folder) -> None:
    """A provider that was written in between is compared again; the others are known by their digests."""
    empty_desk.declare(CLAUDE, COHERE)
    empty_desk.type("import-providers")
    equal = "⏭️  Skipped: Anthropic Claude (anthropic) (exists; equal)"
    assert empty_desk.type("import-providers").lines[1:3] == [equal, "⏭️  Skipped: Cohere (cohere) (exists; equal)"]
    assert empty_desk.type("import-providers", "--force").lines[1] == "⏸️  Unchanged: Anthropic Claude (anthropic)"
    empty_desk.type("providers", "disable", "cohere")
    empty_desk.declare(CLAUDE, {**COHERE, "is_active": True})
    different = "⏭️  Skipped: Cohere (cohere) (exists; 1 field differs, --force updates it)"
    assert empty_desk.type("import-providers").lines[1:3] == [equal, different]


def test_keys_of_config_that_are_not_used_are_named(empty_desk: Folder) -> None:
    """They are kept; those that shape the calls are checked, and a change of patterns is shown as it is."""
    capabilities = {"chat": {"supported": True, "has_dynamic_models": True, "include": ["a-*"]}}
    config = {"timeout": 5, "region": "eu", "headers": {"X-Project": "p"}, "list_path": "/catalog"}
    empty_desk.declare({**COHERE, "config": config, "capabilities": capabilities})
    assert empty_desk.type("import-providers").lines[1:3] == [
        "✅ Created: Cohere (cohere)",
        "     config.region is kept, and not used by Modeldesk",
    ]
    assert empty_desk.provider("cohere")["config"] == config
    assert empty_desk.type("import-providers", "--format", "json", "--dry-run", "--force").json.get("unused") is None, "nothing is stored"
    empty_desk.declare({**COHERE, "sort_order": 1, "config": config, "capabilities": capabilities})
    assert empty_desk.type("import-providers", "--format", "json", "--dry-run", "--force").json["unused"] == {"cohere": ["region"]}
    capabilities["chat"]["include"] = ["a-*", "b-*"]
    empty_desk.declare({**COHERE, "config": config, "capabilities": capabilities})
    assert empty_desk.type("import-providers", "--force").lines[2] == '     capabilities.chat.include: ["a-*"] → ["a-*", "b-*"]'
    empty_desk.declare({**COHERE, "config": {"headers": {"X-Api-Key": "sk-1", "a b": "c"}, "query": {"token": "x"}, "key_scheme": "a b"}})
    assert len(empty_desk.type("import-providers", exits=1).errors) == 4


def test_the_older_name_is_the_same_command(folder: Folder) -> None:
    """`import_providers`, as the older system spelled it."""
    folder.declare(CLAUDE, COHERE)
    assert folder.type("import_providers").out == FIRST


def test_what_exists_is_skipped_with_the_number_of_differing_fields(desk: Folder) -> None:
    """Equal ones count as skipped too; nothing is written, and no line speaks of unchanged ones."""
    three = {**CLAUDE, "name": "Claude", "sort_order": 1, "is_recommended": True}
    desk.declare(three, COHERE, {**CLAUDE, "slug": "third"})
    assert desk.type("import-providers").lines == [
        "📦 Found 3 provider(s) to import",
        "⏭️  Skipped: Anthropic Claude (anthropic) (exists; 3 fields differ, --force updates them)",
        "⏭️  Skipped: Cohere (cohere) (exists; equal)",
        "✅ Created: Anthropic Claude (third)",
        "📊 Import Summary:",
        "  ✅ Created: 1",
        "  🔄 Updated: 0",
        "  ⏭️  Skipped: 2",
    ]
    desk.declare({**COHERE, "sort_order": 3})
    assert "⏭️  Skipped: Cohere (cohere) (exists; 1 field differs, --force updates it)" in desk.type("import-providers").lines
    assert desk.provider("cohere")["sort_order"] == 8


def test_force_makes_equal_and_names_what_changes(desk: Folder) -> None:
    """Each changed field with both values; the equal provider counts as unchanged, in a line that only a forced import has."""
    desk.declare({**CLAUDE, "sort_order": 3}, COHERE)
    assert desk.type("import-providers", "--force").lines == [
        "📦 Found 2 provider(s) to import",
        "🔄 Updated: Anthropic Claude (anthropic)",
        "     sort_order: 7 → 3",
        "⏸️  Unchanged: Cohere (cohere)",
        "📊 Import Summary:",
        "  ✅ Created: 0",
        "  🔄 Updated: 1",
        "  ⏸️  Unchanged: 1",
        "  ⏭️  Skipped: 0",
    ]
    assert desk.provider("anthropic")["sort_order"] == 3


def test_force_takes_absent_fields_back_to_their_defaults(empty_desk: Folder) -> None:
    """All but the operator's flags: absent, those stay as they are; named, they are taken over."""
    flags = {"is_active": False, "allow_personal_keys": False, "allow_shared_for_normal_admins": True}
    given = {"description": "x", "website": "https://x.example", "is_recommended": True, "config": {"timeout": 5}, "pricing_info": {"a": 1}}
    empty_desk.declare({**CLAUDE, **flags, **given})
    empty_desk.type("import-providers")
    empty_desk.declare({"slug": "anthropic", "name": "Anthropic"})
    empty_desk.type("import-providers", "--force")
    now = empty_desk.provider("anthropic")
    assert {name: now[name] for name in flags} == flags
    reset = {
        "description": "",
        "website": "",
        "is_recommended": False,
        "config": {},
        "pricing_info": {},
        "capabilities": {},
        "sort_order": 0,
    }
    assert {name: now[name] for name in reset} == reset
    assert now["display_name"] == "Anthropic"
    empty_desk.declare({"slug": "anthropic", "name": "Anthropic", "is_active": True})
    empty_desk.type("import-providers", "--force")
    assert empty_desk.provider("anthropic")["is_active"] is True
    assert empty_desk.provider("anthropic")["allow_personal_keys"] is False


def test_an_operators_switch_survives_a_forced_import(desk: Folder) -> None:
    """The file does not name is_active, so that the provider that was switched off stays off, and unchanged."""
    desk.type("providers", "disable", "cohere")
    assert "⏸️  Unchanged: Cohere (cohere)" in desk.type("import-providers", "--force").lines
    assert desk.provider("cohere")["is_active"] is False


def test_long_changes_are_cut_to_what_differs(desk: Folder) -> None:
    """Of long texts the part where they begin to differ, of lists of models what was added, removed and changed."""
    models = ["claude-3-opus-20240229", "claude-new"]
    text = "word " * 30
    desk.declare({**CLAUDE, "description": text + "end", "capabilities": {"chat": {"supported": True, "models": models}}})
    desk.type("import-providers", "--force")
    models = [{"id": "claude-new", "name": "New"}, "claude-3-opus-20240229"]
    desk.declare({**CLAUDE, "description": text + "END", "capabilities": {"chat": {"supported": True, "models": models}}})
    lines = desk.type("import-providers", "--force").lines
    (description,) = [line for line in lines if "description: " in line]
    assert description == '     description: …d word word end" → …d word word END"'
    (changed,) = [line for line in lines if "models: " in line]
    assert changed == "     capabilities.chat.models: 2 models → 2 models (changed claude-new)"


def test_a_dry_run_makes_nothing(folder: Folder) -> None:
    """No database, no folder, no key: planned against an empty desk, with one line that there is no database."""
    folder.declare(CLAUDE, COHERE)
    before = folder.state()
    printed = folder.type("import-providers", "--dry-run")
    assert printed.out == DRY + FIRST
    assert printed.errors == [f"no database at {folder.database}; {ELSEWHERE}"]
    assert folder.state() == before
    assert [path.name for path in folder.path.iterdir()] == ["providers.json"]


@pytest.mark.parametrize(
    ("options", "exits"),
    [
        ([], 0),
        (["--force"], 1),
        (["--force", "--deactivate-lost"], 0),
        (["--force", "--deactivate-lost", "--prune"], 0),
        (["--slug", "new"], 0),
        (["--slug", "nosuch"], 1),
        (["--force", "--deactivate-lost", "--format", "json"], 0),
    ],
)
def test_a_dry_run_tells_what_the_run_then_does(desk: Folder, options: list[str], exits: int) -> None:
    """The same lines under a first one of its own, the same exit code; and nothing was changed in between."""
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    desk.declare({**CLAUDE, "capabilities": {"image": {"supported": True}}}, {**COHERE, "slug": "new"})
    before = desk.state()
    planned = desk.type("import-providers", "--dry-run", *options, exits=exits)
    assert desk.state() == before
    done = desk.type("import-providers", *options, exits=exits)
    if "json" in options:
        assert planned.json == {**done.json, "dry_run": True}
        assert done.json["dry_run"] is False
    else:
        assert planned.out == (DRY + done.out if exits == 0 else "")
    assert planned.err == done.err
    assert (desk.state() == before) is (exits == 1)


def test_slugs_narrow_down_what_is_judged(empty_desk: Folder) -> None:
    """`Found N` counts after them; what they leave out may be wrong."""
    empty_desk.declare(CLAUDE, COHERE, {"slug": "wrong", "name": 5})
    assert empty_desk.type("import-providers", "--slug", "cohere").lines[:2] == [
        "📦 Found 1 provider(s) to import",
        "✅ Created: Cohere (cohere)",
    ]
    found = empty_desk.type("import-providers", "--slug", "anthropic", "--slug", "cohere", "--slug", "cohere").lines
    assert found[0] == "📦 Found 2 provider(s) to import"
    assert len(empty_desk.refused("import-providers")) == 1


def test_a_slug_that_is_not_there_is_told_with_those_that_are(folder: Folder) -> None:
    """And nothing is imported, of those that are there neither."""
    folder.declare(CLAUDE, COHERE)
    assert folder.refused("import-providers", "--slug", "nosuch", "--slug", "cohere") == [
        "Error: no provider nosuch in providers.json; it holds: anthropic, cohere"
    ]


def test_prune_deactivates_what_the_file_does_not_hold(desk: Folder) -> None:
    """Never deletes; counts only those that were active; without it nobody is touched."""
    desk.declare(CLAUDE)
    assert "Deactivated" not in desk.type("import-providers").out
    assert desk.provider("cohere")["is_active"] is True
    assert desk.type("import-providers", "--prune").lines[1:] == [
        "⏭️  Skipped: Anthropic Claude (anthropic) (exists; equal)",
        "🚫 Disabled: Cohere (cohere)",
        "📊 Import Summary:",
        "  ✅ Created: 0",
        "  🔄 Updated: 0",
        "  ⏭️  Skipped: 1",
        "  🚫 Disabled: 1",
    ]
    assert desk.provider("cohere")["is_active"] is False
    assert "  🚫 Disabled: 0" in desk.type("import-providers", "--prune").lines


def test_prune_does_not_go_with_slug(desk: Folder) -> None:
    """Wrong usage: pruning judges the file as a whole."""
    errors = desk.refused("import-providers", "--prune", "--slug", "anthropic", exits=2)
    assert errors[-1] == "Error: --prune compares the whole file, so it cannot be combined with --slug"
    assert errors[0].startswith("Usage: modeldesk import-providers ")


LOSES: list[Any] = [
    {**CLAUDE, "capabilities": {"chat": {"supported": False}}},
    {**CLAUDE, "capabilities": {"image": {"supported": True}}},
]


@pytest.mark.parametrize("declared", LOSES, ids=["unsupported", "undeclared"])
def test_a_capability_in_use_is_not_taken_away(desk: Folder, declared: Any) -> None:
    """The import refuses and names the model; nothing of it was done, of the new provider beside it neither."""
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    desk.declare(declared, {**COHERE, "slug": "new"})
    assert desk.refused("import-providers", "--force") == [
        "Error: this takes away capabilities that have an active model (anthropic chat: claude-3-opus-20240229); "
        "nothing was changed; --deactivate-lost deselects those models"
    ]
    printed = desk.type("import-providers", "--force", "--deactivate-lost").lines
    assert "⚠️  Model deselected: anthropic chat: claude-3-opus-20240229 (its capability was removed)" in printed
    assert printed[-1] == "  ⚠️  Models deselected: 1"
    assert desk.active() == {}
    (stored,) = desk.type("models", "list", "--format", "json").json["models"]
    assert (stored["model_id"], stored["is_active"]) == ("claude-3-opus-20240229", False)


@pytest.mark.parametrize(
    ("capabilities", "in_catalogue"),
    [
        ({"chat": {"supported": True, "has_dynamic_models": True}}, None),
        ({"chat": {"supported": True, "models": ["another"]}}, False),
        ({}, None),
    ],
    ids=["now live", "gone from the list", "takes every capability"],
)
def test_what_takes_nothing_away_needs_no_leave(desk: Folder, capabilities: Any, in_catalogue: bool | None) -> None:
    """A list that became live, or lost the model, leaves it in use."""
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    desk.declare({**CLAUDE, "capabilities": capabilities})
    desk.type("import-providers", "--force")
    (stored,) = desk.type("models", "list", "--format", "json").json["models"]
    assert (stored["is_active"], stored["in_catalogue"]) == (True, in_catalogue)
