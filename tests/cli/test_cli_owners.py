"""What admins edited, as imports that take every value of the file show it, and as `modeldesk providers show` does."""

from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import CapabilityChange
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, Slug
from modeldesk.entrypoints.cli.running import writing
from tests.support.cli_folder import CLAUDE, COHERE, Folder
from tests.support.samples import lists

ACME: dict[str, Any] = {
    "slug": "acme",
    "name": "Acme",
    "description": "first",
    "capabilities": {"chat": {"supported": True, "models": ["a"]}, "embedding": {"supported": True, "has_dynamic_models": True}},
}
USE: dict[str, Any] = {"name": "support-chat", "provider": "anthropic", "capability": "chat"}
EDIT = CapabilityChange(
    description=MultilineText("edited"),
    capabilities={CapabilityName("chat"): lists("a", "mine"), CapabilityName("embedding"): None, CapabilityName("image"): lists()},
)


@pytest.fixture
def edited(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A desk where an admin has edited a text, a list, a use, and has added and removed a capability."""
    declare_and_import(folder, ACME, CLAUDE, COHERE, uses=[USE])
    writing(lambda container: container.registration().change(Slug("acme"), EDIT, CLI_ACTOR))
    folder.type("uses", "set", "support-chat", "cohere/chat")
    return folder


def test_an_import_says_which_edits_it_replaces(edited: Folder) -> None:
    """In the dry run and in the import, at each line and in a warning; in JSON with the three values."""
    answer = edited.type("import-providers", "--force", "--dry-run", "--format", "json").json
    replaced = {one["field"]: one for one in answer["replaced"]}
    assert sorted(replaced) == ["capabilities.chat", "capabilities.embedding", "capabilities.image", "description"]
    said = {"provider": "acme", "field": "description", "imported": "first", "stored": "edited", "declared": "first"}
    assert replaced["description"] == said
    assert [(one["use"], one["field"]) for one in answer["uses"]["replaced"]] == [("support-chat", "target")]
    for typed in (["--dry-run"], []):
        lines = edited.type("import-providers", "--force", *typed).lines
        assert '     description: "edited" → "first" (an admin edited it)' in lines
        assert "     capabilities.chat.models: 2 models → 1 model (removed mine) (an admin edited it)" in lines
        assert "     capabilities.embedding: none → live list (an admin removed it)" in lines
        assert "     capabilities.image: fixed list → none (an admin added it)" in lines
        (warning,) = (line for line in lines if "replaced: acme" in line)
        assert warning.startswith("⚠️  Edits of admins replaced: acme (")
        assert "capabilities.embedding" in warning
        assert "⚠️  Edits of admins replaced: use:support-chat (target)" in lines


def test_an_import_that_replaces_no_edit_says_nothing_of_them(edited: Folder) -> None:
    """Also after one that did: from then on the values are the file's."""
    edited.type("import-providers", "--force")
    edited.declare({**ACME, "description": "second"}, CLAUDE, COHERE, uses=[USE | {"provider": "cohere"}])
    answer = edited.type("import-providers", "--force", "--dry-run", "--format", "json").json
    assert (answer["updated"], "replaced" in answer, "replaced" in answer["uses"]) == (["acme"], False, False)
    assert not any("admin" in line for line in edited.type("import-providers", "--force").lines)


def test_quiet_imports_warn_of_replaced_edits(edited: Folder) -> None:
    """They say nothing else."""
    lines = edited.type("--quiet", "import-providers", "--force").errors
    assert [line.partition(" (")[0] for line in lines] == [
        "⚠️  Edits of admins replaced: acme",
        "⚠️  Edits of admins replaced: use:support-chat",
    ]


def test_a_provider_is_shown_with_the_owners_of_its_fields(edited: Folder) -> None:
    """The file, an admin, or sync; in text and JSON."""
    owners = edited.type("providers", "show", "acme", "--format", "json").json["owners"]
    admins = [name for name, owner in owners.items() if owner == "admin"]
    assert sorted(admins) == ["capabilities.chat", "capabilities.embedding", "capabilities.image", "description"]
    rows = [line.split() for line in edited.type("providers", "show", "acme").lines]
    assert ["description", "edited", "admin"] in rows
    assert ["capabilities.embedding", "removed", "admin"] in rows
    assert ["name", "Acme", "file"] in rows
    edited.type("import-providers", "--force")
    rows = [line.split() for line in edited.type("providers", "show", "acme").lines]
    assert ["capabilities.embedding", "live", "list", "file"] in rows
    assert ["capabilities.embedding.models", "listed", "live", "by", "the", "vendor", "sync"] in rows
