"""`modeldesk plan` and `modeldesk apply`: reviewed imports that keep what admins edited, from desk to desk."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, CapabilityChange, ProviderChange
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, MultilineText, Slug
from modeldesk.entrypoints.cli.running import writing
from tests.support.cli_folder import SHIPPED, Folder

ACME: dict[str, Any] = {
    "slug": "acme",
    "name": "Acme",
    "description": "first",
    "api_base_url": "https://api.acme.example/v1",
    "capabilities": {"chat": {"supported": True, "models": ["a"]}},
}

IDS = ModelId("a"), ModelId("b")


@pytest.fixture
def acme(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A desk that imported one provider."""
    declare_and_import(folder, ACME)
    return folder


def edit(description: str) -> None:
    """What an admin does in the panel."""
    change = ProviderChange(description=MultilineText(description))
    writing(lambda container: container.registration().change(Slug("acme"), change, CLI_ACTOR))


def planned(folder: Folder, *options: str, exits: int = 0) -> Any:
    return folder.type("plan", *options, "--format", "json", exits=exits).json


def test_a_plan_changes_nothing_and_its_file_does(acme: Folder) -> None:
    """It is reviewed as text or JSON, applied once, and then there is nothing left to do."""
    acme.declare({**ACME, "name": "Acme 2"})
    before = acme.type("export").out
    lines = acme.type("plan", "--out", "acme.plan").lines
    assert lines[0] == "🔍 Plan: nothing is changed by it"
    assert lines[-1] == "Apply it: modeldesk apply acme.plan"
    assert acme.type("export").out == before
    acme.write("providers.json", "later versions of the file do not matter")
    assert "🔄 Updated: Acme 2 (acme)" in acme.type("apply", "acme.plan").lines
    assert acme.refused("apply", "acme.plan") == [
        "Error: the plan of this import is not the one that you saw; nothing was imported; make a new one with: modeldesk plan --out FILE"
    ]


def test_drift_has_an_exit_code_of_its_own(acme: Folder) -> None:
    """2 where the database differs from the file, 0 where it does not, 1 where the file is wrong."""
    assert acme.type("plan", "--exit-code").lines[-1] == "The database is as declared"
    acme.declare({**ACME, "name": "Acme 2"})
    acme.type("plan", "--exit-code", exits=2)
    acme.type("plan")
    acme.write("providers.json", "{")
    acme.refused("plan", "--exit-code", exits=1)


def test_what_an_admin_edited_is_kept_where_the_file_is_as_it_was(acme: Folder) -> None:
    """And told; the rest of the file is imported."""
    edit("edited")
    acme.declare({**ACME, "name": "Acme 2"})
    plan = planned(acme)
    kept = {"provider": "acme", "field": "description", "imported": "first", "stored": "edited", "declared": "first"}
    assert (plan["kept"], plan["conflicts"]) == ([kept], [])
    assert list(plan["changes"]["acme"]) == ["name", "display_name"]
    assert '✋ Kept: acme.description: an admin changed "first" → "edited"; the file has not changed it' in acme.type("plan").lines


def test_a_capability_that_an_admin_edited_is_kept(acme: Folder) -> None:
    """By itself: what the file adds beside it is imported, and the text and the JSON of the plan show both lists."""
    both = CapabilityChange(capabilities={CapabilityName("chat"): Capability(supported=True, models=tuple(map(DeclaredModel, IDS)))})
    writing(lambda container: container.registration().change(Slug("acme"), both, CLI_ACTOR))
    acme.declare({**ACME, "capabilities": {**ACME["capabilities"], "image": {"supported": True}}})  # type: ignore[dict-item] # its JSON
    plan = planned(acme)
    assert [(edited["field"], len(edited["imported"]["models"]), len(edited["stored"]["models"])) for edited in plan["kept"]] == [
        ("capabilities.chat", 1, 2)
    ]
    assert (plan["conflicts"], list(plan["changes"]["acme"])) == ([], ["capabilities.image"])
    lines = acme.type("plan").lines
    at = lines.index("✋ Kept: acme.capabilities.chat")
    assert lines[at + 1 : at + 3] == [
        "     an admin: capabilities.chat.models: 1 model → 2 models (added b)",
        "     the file has not changed it",
    ]


@pytest.mark.parametrize(("side", "description"), [("file", "second"), ("admin", "edited")])
def test_a_conflict_is_decided_by_somebody_or_stops_the_import(acme: Folder, side: str, description: str) -> None:
    """It is named with all three values; a plan without a decision cannot be applied."""
    edit("edited")
    acme.declare({**ACME, "description": "second"})
    refused = acme.type("plan", "--out", "undecided.plan", exits=1)
    assert '⚔️  Conflict: acme.description: an admin changed "first" → "edited"; the file now has "second"' in refused.lines
    assert refused.errors == ["Error: undecided.plan was not written: the plan has 1 conflict"]
    assert not (acme.path / "undecided.plan").exists()
    acme.type("plan")
    acme.type("plan", "--exit-code", exits=2)
    acme.type("plan", "--prefer", side, "--out", "decided.plan")
    acme.type("apply", "decided.plan")
    assert acme.type("providers", "show", "acme", "--format", "json").json["description"] == description


def test_a_conflict_that_came_after_the_plan_stops_it(acme: Folder) -> None:
    """An admin edits a field of which the plan file has another value."""
    acme.declare({**ACME, "description": "second"})
    acme.type("plan", "--out", "acme.plan")
    edit("edited")
    assert acme.refused("apply", "acme.plan")


def test_a_plan_file_holds_whatever_a_declaration_may_hold(acme: Folder) -> None:
    """Values of any depth are applied; the file shows the lines of the plan to whoever reviews it."""
    deep: Any = 10**11
    for _ in range(10):
        deep = {"deeper": [deep]}
    acme.declare({**ACME, "config": {"ours": deep}})
    acme.type("plan", "--out", "acme.plan")
    assert "🔄 Updated: Acme (acme)" in json.loads((acme.path / "acme.plan").read_bytes())["changes"]
    acme.type("apply", "acme.plan")
    assert acme.type("plan", "--exit-code").lines[-1] == "The database is as declared"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding_is_refused_as_an_import_refuses_it(acme: Folder, encoding: str) -> None:
    """No letter of it is replaced, and no plan file is made."""
    acme.write(
        "providers.json", json.dumps({"version": "1.0.0", "providers": [{**ACME, "name": "Café"}]}, ensure_ascii=False).encode(encoding)
    )
    assert acme.refused("plan", "--out", "acme.plan") == acme.refused("import-providers", "--force")
    assert not (acme.path / "acme.plan").exists()


def test_a_plan_is_bound_to_what_it_saw(acme: Folder) -> None:
    """Somebody edits what it would change: it is refused, and nothing is written."""
    acme.declare({**ACME, "description": "second"})
    acme.type("plan", "--out", "acme.plan")
    edit("edited")
    acme.refused("apply", "acme.plan")
    assert acme.type("providers", "show", "acme", "--format", "json").json["description"] == "edited"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"digest": "x"}', b'{"digest": "x", "declaration": 5}', b"\xff\xfe", b'{"declaration": "{"']
)
def test_what_is_no_plan_is_refused(acme: Folder, content: bytes) -> None:
    """With the file's name, and nothing imported."""
    acme.write("bad.plan", content)
    assert all("bad.plan" in line for line in acme.refused("apply", "bad.plan"))
    assert acme.refused("apply", "missing.plan")


def test_a_declaration_is_no_plan_file(acme: Folder) -> None:
    """One line says so, and what makes a plan file."""
    line = "Error: providers.json is not a plan file; modeldesk plan --out FILE makes one from a declaration"
    assert acme.refused("apply", "providers.json") == [line]


def test_every_problem_of_a_plan_file_has_its_line(acme: Folder) -> None:
    """And the name of the file, which alone is read: a `capabilities.json` beside it belongs to a declaration."""
    (acme.path / "capabilities.json").mkdir()
    acme.write("bad.plan", '{"digest": 7,\n"declaration": 1}')
    assert acme.refused("apply", "bad.plan") == [
        "$.digest: must be a string, not a number (line 1, column 2) in bad.plan",
        "$.declaration: must be a string, not a number (line 2, column 1) in bad.plan",
    ]
    assert acme.refused("apply", "-", typed='{"name": 1}')[0].startswith("Error: standard input is not a plan file")


def test_a_desk_is_promoted_to_another(acme: Folder, tmp_path: Path) -> None:
    """What was tried on one desk is exported, planned and applied on the other; both then export the same bytes, keys of vendors stay where they are."""
    acme.type("keys", "set", "acme", "--key-stdin", typed="sk-never-exported-0123456789\n")
    acme.type("uses", "set", "support-chat", "acme/chat")
    exported = acme.type("export").out
    assert exported == acme.type("export").out
    assert "never-exported" not in exported

    production = Folder(tmp_path / "production")
    production.write("staging.json", exported)
    assert production.process("plan", "--file", "staging.json", "--out", "promotion.plan", "--exit-code").returncode == 2
    assert production.process("apply", "promotion.plan").returncode == 0
    assert production.process("plan", "--file", "staging.json", "--exit-code").returncode == 0
    assert production.process("export").stdout == exported


def test_the_shipped_declaration_is_planned_and_applied(folder: Folder) -> None:
    """A file is longer than any text of a provider; so is the line of a plan about two long texts."""
    folder.write("providers.json", SHIPPED)
    folder.type("plan", "--out", "new.plan", "--exit-code", exits=2)
    folder.type("apply", "new.plan")
    assert folder.type("plan", "--exit-code").lines[-1] == "The database is as declared"

    declared = json.loads(SHIPPED)
    chat = next(provider for provider in declared["providers"] if provider["slug"] == "anthropic")["capabilities"]["chat"]
    chat["models"] = [{"id": f"claude-{'x' * 150}-{number}", "pricing": {"prompt": "3", "completion": "15"}} for number in range(100)]
    folder.write("providers.json", json.dumps(declared))
    folder.type("plan", "--out", "models.plan")
    assert "🔄 Updated: Anthropic Claude (anthropic)" in folder.type("apply", "models.plan").lines
