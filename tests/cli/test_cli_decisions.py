"""Conflicts between a declaration and what admins edited, as `modeldesk plan` shows, decides and remembers them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import CapabilityChange
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.cli.running import writing
from tests.support.cli_folder import CLAUDE, COHERE, Folder
from tests.support.samples import lists

CHAT = CapabilityName("chat")
SUPPORT: dict[str, Any] = {"name": "support-chat", "provider": "anthropic", "capability": "chat"}


def acme(*models: str, **fields: object) -> dict[str, Any]:
    return {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": models}}, **fields}


@pytest.fixture
def in_conflict(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """An admin has added one model to a list, and the file another one."""
    declare_and_import(folder, acme("a-1", "a-2"))
    change = CapabilityChange(capabilities={CHAT: lists("a-1", "a-2", "mine")})
    writing(lambda container: container.registration().change(Slug("acme"), change, CLI_ACTOR))
    folder.declare(acme("a-1", "a-2", "a-3"))
    return folder


def after(lines: list[str], start: str) -> list[str]:
    """The line that begins like this, and those of its parts."""
    at = next(number for number, line in enumerate(lines) if line.startswith(start))
    return [lines[at], *(line for line in lines[at + 1 : at + 3] if line.startswith("     "))]


BOTH = [
    "     an admin: capabilities.chat.models: 2 models → 3 models (added mine)",
    "     the file: capabilities.chat.models: 2 models → 3 models (added a-3)",
]


def models(folder: Folder) -> list[str]:
    shown = folder.type("providers", "show", "acme", "--format", "json").json
    return [model["id"] for model in shown["capabilities"]["chat"]["models"]]


def test_a_conflict_about_a_list_names_the_models_of_both_sides(in_conflict: Folder) -> None:
    """As an update does; no JSON is cut."""
    lines = in_conflict.type("plan").lines
    assert after(lines, "⚔️") == ["⚔️  Conflict: acme.capabilities.chat", *BOTH]
    assert "  ⚔️  Conflicts: 1" in lines


@pytest.mark.parametrize("side", ["file", "admin"])
def test_a_decision_is_said_wherever_the_plan_is(in_conflict: Folder, side: str) -> None:
    """In text, JSON, summary and plan file, with all three values; and once more when it is applied."""
    typed = ["plan", "--prefer", side, "--out", "x.plan", "--exit-code"]
    (decided,) = in_conflict.type(*typed, "--format", "json", exits=2).json["decided"]
    assert (decided["provider"], decided["field"], decided["side"]) == ("acme", "capabilities.chat", side)
    ids = [[model["id"] for model in decided[name]["models"]] for name in ("imported", "stored", "declared")]
    assert ids == [["a-1", "a-2"], ["a-1", "a-2", "mine"], ["a-1", "a-2", "a-3"]]
    lines = in_conflict.type(*typed, exits=2).lines
    said = [f"⚖️  Decided for the {side}: acme.capabilities.chat", *BOTH]
    assert after(lines, "⚖️") == said
    assert ("  ⚖️  Decided: 1" in lines, lines[-1]) == (True, "Apply it: modeldesk apply x.plan")
    written = json.loads((in_conflict.path / "x.plan").read_bytes())
    assert (written["decided"], said[0] in written["changes"]) == ([decided], True)
    assert after(in_conflict.type("apply", "x.plan").lines, "⚖️") == said


def test_a_decision_for_the_admin_is_remembered(in_conflict: Folder) -> None:
    """The next plan keeps the value and asks no more; the audit log has who decided. Another file is another conflict."""
    in_conflict.type("plan", "--prefer", "admin", "--out", "x.plan")
    in_conflict.type("apply", "x.plan")
    assert models(in_conflict) == ["a-1", "a-2", "mine"]
    plan = in_conflict.type("plan", "--exit-code", "--format", "json").json
    assert ([edited["field"] for edited in plan["kept"]], plan["conflicts"], plan["decided"]) == (["capabilities.chat"], [], [])
    entry = in_conflict.type("audit", "--format", "json").json["entries"][0]
    assert (entry["action"], list(entry["after"])) == ("provider-updated", ["imported capabilities.chat"])
    in_conflict.declare(acme("a-1", "a-4"))
    assert len(in_conflict.type("plan", "--format", "json").json["conflicts"]) == 1


def test_a_plan_is_bound_to_the_values_of_its_decisions(in_conflict: Folder) -> None:
    """An admin edits the list again: the decision was about another one."""
    in_conflict.type("plan", "--prefer", "admin", "--out", "x.plan")
    change = CapabilityChange(capabilities={CHAT: lists("a-1", "another")})
    writing(lambda container: container.registration().change(Slug("acme"), change, CLI_ACTOR))
    in_conflict.refused("apply", "x.plan")
    assert models(in_conflict) == ["a-1", "another"]


def test_a_field_on_which_both_sides_agree_is_the_files(in_conflict: Folder) -> None:
    """Its value counts as imported: a later edit is kept, and is no conflict with an import from before."""
    in_conflict.declare(acme("a-1", "a-2", "mine"))
    in_conflict.type("plan", "--exit-code", "--out", "x.plan")
    in_conflict.type("apply", "x.plan")
    change = CapabilityChange(capabilities={CHAT: lists("a-1")})
    writing(lambda container: container.registration().change(Slug("acme"), change, CLI_ACTOR))
    plan = in_conflict.type("plan", "--format", "json").json
    assert (len(plan["kept"]), plan["conflicts"]) == (1, [])


def test_a_decision_about_a_use_is_remembered_beside_its_history(folder: Folder, declare_and_import: Callable[..., None]) -> None:
    """It is no change of the use: its version and its history stay as they are."""
    openai = {"slug": "openai", "name": "OpenAI", "capabilities": {"chat": {"supported": True}}}
    declare_and_import(folder, CLAUDE, COHERE, openai, uses=[SUPPORT])
    folder.type("uses", "set", "support-chat", "cohere/chat", "--fallback", "anthropic")
    folder.declare(CLAUDE, COHERE, openai, uses=[SUPPORT | {"provider": "openai"}])
    before = folder.type("uses", "list", "--format", "json").json
    said = "anthropic/chat → cohere/chat (fallbacks: anthropic); the file now has openai/chat"
    lines = folder.type("plan", "--prefer", "admin", "--out", "x.plan").lines
    assert f"⚖️  Decided for the admin: use:support-chat.target: an admin changed {said}" in lines
    folder.type("apply", "x.plan")
    assert folder.type("uses", "list", "--format", "json").json == before
    uses = folder.type("plan", "--exit-code", "--format", "json").json["uses"]
    assert ([edited["declared"]["provider"] for edited in uses["kept"]], uses["conflicts"]) == (["openai"], [])
