"""`modeldesk audit`, and `models rollback`."""

from collections.abc import Callable

import pytest

from tests.support.cli_folder import PASSWORD, Folder

ACME = {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": ["large", "small"]}}}


@pytest.fixture
def acme(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    declare_and_import(folder, ACME)
    return folder


def test_what_was_done_is_told(acme: Folder) -> None:
    """As a table for people, as REST answers it for programs; by whom and to what can be asked."""
    acme.type("models", "select", "acme", "chat", "large")
    acme.type("models", "select", "acme", "chat", "small")
    printed = acme.type("audit")
    assert printed.lines[0].split() == ["id", "at", "by", "from", "action", "subject", "change"]
    assert [line.split()[4:6] for line in printed.lines[1:]] == [
        ["model-selected", "acme/chat"],
        ["model-selected", "acme/chat"],
        ["provider-created", "acme"],
    ]
    assert printed.lines[1].endswith("  model_id: large → small")
    answer = acme.type("audit", "--subject", "acme/chat", "--limit", "1", "--format", "json").json
    assert (answer["count"], answer["entries"][0]["by"], answer["next"]) == (1, "cli", answer["entries"][0]["id"])
    assert answer["entries"][0]["after"] == {"model_id": "small", "slot_version": 2}
    assert "--older-than" in acme.type("audit", "--limit", "1").lines[-1]
    assert acme.type("audit", "--by", "sara").out == "No audit entries match.\n"
    assert len(acme.type("audit", "--older-than", str(answer["next"])).lines) == 3
    assert acme.type("audit", "--until", "2020-01-01").out == "No audit entries match.\n"


def test_nobody_of_that_name_is_said(acme: Folder) -> None:
    """With the admin who is meant; of one who is there but did nothing, and of the command line, nothing is said."""
    acme.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    printed = acme.type("audit", "--by", "Sara")
    assert (printed.out, printed.errors) == (
        "No audit entries match.\n",
        ["there is no admin 'Sara'; did you mean 'sara'? List them with: modeldesk admin list"],
    )
    assert acme.type("--quiet", "audit", "--by", "Sara").err == ""
    for name in ("sara", "cli"):
        assert acme.type("audit", "--by", name, "--until", "2020-01-01").err == ""


def test_without_a_database_nothing_was_done(folder: Folder) -> None:
    """And none is made by looking."""
    assert folder.type("audit").out == "No audit entries match.\n"
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "message"),
    [(["--since", "yesterday"], "a time is written as 2026-11-24"), (["--action", "slect"], "'slect' is not one of")],
)
def test_wrong_usage(acme: Folder, option: list[str], message: str) -> None:
    """Says what is wrong."""
    assert any(message in line for line in acme.refused("audit", *option, exits=2))


def test_what_a_step_back_leaves_in_use_is_said(acme: Folder) -> None:
    """A model in the place of another or of none, or none: as before the first choice, or as somebody had left it."""
    for words in (("select", "acme", "chat", "large"), ("deselect", "acme", "chat")):
        acme.type("models", *words)
    assert acme.type("models", "rollback", "acme", "chat").out == "acme chat: restored large (was: none)\n"
    assert acme.type("models", "rollback", "acme", "chat").out == "acme chat: restored none (was: large)\n"
    for words in (("select", "acme", "chat", "large"), ("deselect", "acme", "chat"), ("select", "acme", "chat", "small")):
        acme.type("models", *words)
    assert acme.type("models", "rollback", "acme", "chat").out == "acme chat: restored none (was: small)\n"


def test_a_choice_is_taken_back(acme: Folder) -> None:
    """Step by step, until there is nothing to take back."""
    acme.type("models", "select", "acme", "chat", "large")
    acme.type("models", "select", "acme", "chat", "small")
    assert acme.type("models", "rollback", "acme", "chat").out == "acme chat: restored large (was: small)\n"
    assert acme.type("models", "rollback", "acme", "chat").out == "acme chat: restored none (was: large)\n"
    refused = acme.refused("models", "rollback", "acme", "chat")
    assert refused == [
        "Error: there is no selection to roll back for 'acme' 'chat'; see the stored models with: modeldesk models list --provider acme"
    ]
    assert [entry["action"] for entry in acme.type("audit", "--subject", "acme/chat", "--format", "json").json["entries"]] == [
        "choice-rolled-back",
        "choice-rolled-back",
        "model-selected",
        "model-selected",
    ]
