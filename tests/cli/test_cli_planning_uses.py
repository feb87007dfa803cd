"""Uses in `modeldesk plan` and `modeldesk apply`: what an admin set is kept or in conflict, never overwritten unseen; from desk to desk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_folder import CLAUDE, COHERE, Folder, stand_in

SUPPORT: dict[str, Any] = {"name": "support-chat", "provider": "anthropic", "capability": "chat", "description": "Answers customers"}
ANTHROPIC = {"provider": "anthropic", "capability": "chat", "fallbacks": []}
TO_COHERE = {"provider": "cohere", "capability": "chat", "fallbacks": []}


def declare(folder: Folder, *uses: dict[str, Any]) -> None:
    folder.declare(CLAUDE, COHERE, uses=uses)


@pytest.fixture
def imported(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A desk that imported one use."""
    declare_and_import(folder, CLAUDE, COHERE, uses=[SUPPORT])
    return folder


def plan_of_uses(folder: Folder, *options: str) -> Any:
    return folder.type("plan", *options, "--format", "json").json["uses"]


def target(folder: Folder) -> tuple[str, str]:
    """Where the use points, and its description."""
    (use,) = folder.type("uses", "list", "--format", "json").json["uses"]
    return use["provider"], use["description"]


def test_a_use_that_nobody_edited_is_the_files(imported: Folder) -> None:
    """It is pointed where the file says."""
    declare(imported, SUPPORT | {"provider": "cohere"})
    imported.type("plan", "--out", "desk.plan")
    assert "🔄 Updated use: support-chat (anthropic/chat → cohere/chat)" in imported.type("apply", "desk.plan").lines
    assert target(imported) == ("cohere", "Answers customers")


def test_where_an_admin_points_a_use_is_kept(imported: Folder) -> None:
    """If the file points it where it did; what the file says anew of the rest is imported."""
    imported.type("uses", "set", "support-chat", "cohere/chat")
    declare(imported, SUPPORT | {"description": "Answers everybody"})
    kept = {"use": "support-chat", "field": "target", "imported": ANTHROPIC, "stored": TO_COHERE, "declared": ANTHROPIC}
    planned = plan_of_uses(imported)
    assert (planned["kept"], planned["conflicts"], planned["updated"]) == ([kept], [], ["support-chat"])
    assert any(line.startswith("✋ Kept: use:support-chat.target: an admin changed") for line in imported.type("plan").lines)
    imported.type("plan", "--out", "desk.plan")
    imported.type("apply", "desk.plan")
    assert target(imported) == ("cohere", "Answers everybody")
    assert plan_of_uses(imported)["kept"] == [kept], "also after another import"


@pytest.mark.parametrize(("side", "provider"), [("file", "openai"), ("admin", "cohere")])
def test_a_use_that_both_pointed_elsewhere_is_a_conflict(
    folder: Folder, declare_and_import: Callable[..., None], side: str, provider: str
) -> None:
    """Somebody decides, or nothing is imported."""
    openai = {"slug": "openai", "name": "OpenAI", "capabilities": {"chat": {"supported": True, "models": ["gpt-5"]}}}
    declare_and_import(folder, CLAUDE, COHERE, openai, uses=[SUPPORT])
    folder.type("uses", "set", "support-chat", "cohere/chat")
    folder.declare(CLAUDE, COHERE, openai, uses=[SUPPORT | {"provider": "openai"}])
    assert [(one["field"], one["declared"]["provider"]) for one in plan_of_uses(folder)["conflicts"]] == [("target", "openai")]
    assert folder.type("plan", "--out", "desk.plan", exits=1).errors == ["Error: desk.plan was not written: the plan has 1 conflict"]
    folder.type("plan", "--prefer", side, "--out", "desk.plan")
    folder.type("apply", "desk.plan")
    assert target(folder)[0] == provider


def test_an_edit_that_was_taken_back_was_none(imported: Folder) -> None:
    """By hand, or by a rollback."""
    for back in (["uses", "set", "support-chat", "anthropic/chat"], ["uses", "rollback", "support-chat"]):
        imported.type("uses", "set", "support-chat", "cohere/chat")
        imported.type(*back)
        assert (plan_of_uses(imported)["kept"], imported.type("plan", "--exit-code").lines[-1]) == ([], "The database is as declared")


def test_a_rollback_of_an_import_is_an_edit(imported: Folder) -> None:
    """What the last import wrote is remembered, so that the next one does not undo the rollback unseen."""
    declare(imported, SUPPORT | {"provider": "cohere"})
    imported.type("import-providers", "--force")
    imported.type("uses", "rollback", "support-chat")
    (kept,) = plan_of_uses(imported)["kept"]
    assert (kept["imported"], kept["stored"], kept["declared"]) == (TO_COHERE, ANTHROPIC, TO_COHERE)


def test_a_use_that_an_admin_made_is_not_the_files(imported: Folder) -> None:
    """Where the file declares it, too, and otherwise, that is a conflict; where both agree, it becomes the file's."""
    imported.type("uses", "set", "search", "cohere/embedding")
    declare(imported, SUPPORT, {"name": "search", "provider": "anthropic", "capability": "chat"})
    (conflict,) = plan_of_uses(imported)["conflicts"]
    assert (conflict["use"], conflict["imported"], conflict["stored"]["provider"]) == ("search", None, "cohere")
    assert any(line.startswith("⚔️  Conflict: use:search.target: an admin set ") for line in imported.type("plan").lines)
    declare(imported, SUPPORT, {"name": "search", "provider": "cohere", "capability": "embedding"})
    assert plan_of_uses(imported)["conflicts"] == []


def test_a_use_that_somebody_deleted_is_said_before_it_is_created_again(imported: Folder) -> None:
    """The plan, the import and their JSON name it with who deleted it. A new use is not named."""
    imported.type("uses", "delete", "support-chat")
    declare(imported, SUPPORT, {**SUPPORT, "name": "search"})
    for typed in (["plan"], ["import-providers", "--dry-run"], ["import-providers"]):
        if typed == ["plan"]:
            (deleted,) = plan_of_uses(imported)["deleted"]
            assert (deleted["name"], deleted["deleted_by"]) == ("support-chat", "cli")
        (line,) = (line for line in imported.type(*typed).lines if "created again" in line)
        assert line == f"⚠️  Use created again: support-chat (cli deleted it at {deleted['deleted_at']})"
    assert "deleted" not in plan_of_uses(imported)


def test_uses_are_promoted_to_another_desk(
    imported: Folder, declare_and_import: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was tried on one desk comes to the other, whose own edits are listed, and stay or go as its operator decides; both then export the same."""
    imported.type("uses", "set", "support-chat", "cohere/chat", "--fallback", "anthropic")
    imported.type("uses", "set", "search", "cohere/embedding")
    exported = imported.type("export").out
    place = tmp_path / "production"
    place.mkdir()
    production = stand_in(place, monkeypatch)
    declare_and_import(production, CLAUDE, COHERE, uses=[SUPPORT])
    production.type("uses", "set", "support-chat", "anthropic/chat", "--description", "Answers customers, day and night")
    production.write("staging.json", exported)

    planned = plan_of_uses(production, "--file", "staging.json")
    assert (planned["created"], planned["updated"]) == (["search"], ["support-chat"])
    assert [one["stored"] for one in planned["kept"]] == ["Answers customers, day and night"]
    production.type("plan", "--file", "staging.json", "--out", "promotion.plan")
    production.type("apply", "promotion.plan")
    assert production.type("plan", "--file", "staging.json", "--exit-code").lines[-1] == "The database is as declared"
    production.type("uses", "set", "support-chat", "cohere/chat", "--description", "Answers customers")
    assert production.type("export").out == exported
