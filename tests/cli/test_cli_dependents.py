"""`modeldesk models dependents`, and what commands say of dependents before products get another answer."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.cli_folder import CLAUDE, COHERE, Folder

AT = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=5)
SHOP, ALL = ("nightly", "shop", "support-chat"), ("reports", "", "*")


@pytest.fixture
def asked(desk: Folder) -> Folder:
    """A use at Cohere, for which a product asked."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.type("uses", "set", "support-chat", "cohere/chat")
    record(desk, SHOP)
    return desk


def record(desk: Folder, *dependencies: tuple[str, str, str]) -> None:
    for token, consumer, name in dependencies:
        desk.execute(
            f"INSERT INTO dependents (token, consumer, asked, last_seen_at) VALUES ('{token}', '{consumer}', '{name}', '{AT}')",
            f"INSERT INTO dependent_hours (dependent, hour, requests) VALUES (last_insert_rowid(), '{AT:%Y-%m-%d %H:00:00}.000000', 1200)",
        )


def test_dependents_of_a_slot(asked: Folder) -> None:
    """As a table, and as REST answers it; nobody for another slot."""
    record(asked, ALL)
    printed = asked.type("models", "dependents", "cohere", "chat")
    assert [line.split() for line in printed.lines[1:]] == [
        ["nightly", "shop", "support-chat", f"{AT.isoformat(timespec='milliseconds')}Z", "1,200", "1,200"],
        ["reports", "everything", f"{AT.isoformat(timespec='milliseconds')}Z", "1,200", "1,200"],
    ]
    answer = asked.type("models", "dependents", "cohere", "chat", "--format", "json").json
    assert (answer["count"], answer["dependents"][0]["token"], answer["dependents"][1]["use"]) == (2, "nightly", None)
    assert asked.refused("models", "dependents", "nobody", "chat")


def test_nobody_asked(asked: Folder) -> None:
    """A sentence says so."""
    assert asked.type("models", "dependents", "anthropic", "chat").out == (
        "No program asked for it within the last 30 days; requests of the last minute may be missing.\n"
    )


def test_nobody_asked_for_what_nobody_offers(asked: Folder) -> None:
    """Beside the sentence stands what is meant."""
    assert asked.type("models", "dependents", "anthropic", "chta").errors == [
        "the provider 'anthropic' does not offer 'chta'; did you mean 'chat'? It offers: chat"
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("models", "deselect", "cohere", "chat"),
        ("uses", "set", "support-chat", "anthropic/chat"),
        ("uses", "delete", "support-chat"),
        ("providers", "disable", "cohere"),
    ],
)
def test_a_change_names_who_asked(asked: Folder, words: tuple[str, ...]) -> None:
    """On standard error; a change that affects nobody says nothing."""
    first, names = asked.type(*words).errors
    assert first == f"⚠️  1 program asked for what this changes within 30 days, the last at {AT.isoformat(timespec='milliseconds')}Z:"
    assert names.strip() == "nightly (shop)"


@pytest.mark.parametrize(
    "words",
    [
        ("models", "deselect", "anthropic", "chat"),
        ("uses", "set", "support-chat", "cohere/chat", "--description", "new"),
        ("uses", "set", "other", "cohere/chat"),
        ("providers", "disable", "anthropic"),
        ("providers", "enable", "cohere"),
    ],
)
def test_a_change_that_no_product_notices_names_nobody(asked: Folder, words: tuple[str, ...]) -> None:
    """Also where nothing was there to be changed."""
    assert asked.type(*words).errors == []


def test_an_import_names_who_asked(asked: Folder) -> None:
    """The plan and the import itself: for what they take away; one that takes nothing names nobody."""
    assert asked.type("import-providers", "--force", "--dry-run").errors == []
    record(asked, *((f"token{number}", "", "cohere/chat") for number in range(6)))
    asked.declare(CLAUDE, {**COHERE, "capabilities": {"chat": {"supported": False}}})
    for words in (("--dry-run",), ()):
        first, names = asked.type("import-providers", "--force", "--deactivate-lost", *words).errors
        assert first.startswith("⚠️  7 programs asked for what this changes")
        assert names.endswith(", and 2 more")


def test_an_import_names_them_in_its_json_too(asked: Folder) -> None:
    """Standard output holds one JSON value, as REST answers it."""
    asked.declare(CLAUDE, {**COHERE, "capabilities": {"chat": {"supported": False}}})
    answer = asked.type("import-providers", "--force", "--deactivate-lost", "--dry-run", "--format", "json").json
    assert [one["token"] for one in answer["dependents"]] == ["nightly"]
