"""Upgrades of databases that older code really wrote.

`tests/older_desks/SCHEMA.sql` are dumps of what the code of an older commit wrote, at that schema: `python -m tests.support.recorded_desk COMMIT`
runs that code, and says how. 0001 is the first schema, 0006 the first with keys, tokens and an audit log, 0008 one from the middle, and 0021 one with
uses. A dump is never recorded again: what is in it is what there was.
"""

import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.support.cli_folder import Folder
from tests.support.preloaded import ROOT
from tests.support.recorded_desk import MASTER_KEY, PASSWORD

RECORDED = ROOT / "tests" / "older_desks"
FIRST = "0001"
SCHEMAS = sorted({file.stem for file in RECORDED.glob("*.sql")} - {FIRST})
WITH_USES = "0009"
ANOTHER_KEY = "".join(reversed(MASTER_KEY))
AUDIT = [
    ("sara", "token-made", "shop"),
    ("sara", "signed-in", "sara"),
    ("cli", "use-created", "use:support-chat"),
    ("cli", "model-deselected", "openai/embedding"),
    ("cli", "model-selected", "openai/embedding"),
    ("cli", "choice-rolled-back", "openai/chat"),
    ("cli", "model-selected", "openai/chat"),
    ("cli", "model-selected", "openai/chat"),
    ("cli", "model-selected", "openai/chat"),
    ("cli", "key-set", "openai"),
    ("cli", "key-set", "openai"),
    ("cli", "admin-changed", "omid"),
    ("cli", "admin-created", "omid"),
    ("cli", "admin-created", "نیما"),
    ("cli", "admin-created", "sara"),
    ("cli", "provider-created", "acme"),
    ("cli", "provider-created", "openai"),
]


def test_there_are_older_desks() -> None:
    """Otherwise nothing below would run."""
    assert {"0006", "0008", "0021"} <= set(SCHEMAS)


@pytest.fixture
def recorded(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder with the master key of all recorded desks."""
    monkeypatch.setenv("MODELDESK_MASTER_KEY", MASTER_KEY)
    return folder


@pytest.fixture(params=SCHEMAS)
def older(request: pytest.FixtureRequest, recorded: Folder) -> tuple[str, Folder]:
    """The schema, and a folder with its database, as the older version left it."""
    restore(recorded, request.param)
    return request.param, recorded


def restore(folder: Folder, schema: str) -> None:
    folder.database.parent.mkdir(mode=0o700)
    folder.database.touch(mode=0o600)
    with closing(sqlite3.connect(folder.database)) as connection:
        connection.executescript((RECORDED / f"{schema}.sql").read_text(encoding="utf-8"))


def shown(folder: Folder, *words: str) -> Any:
    return folder.type(*words, "--format", "json").json


def test_everything_is_there_after_the_upgrade(older: tuple[str, Folder]) -> None:
    """Providers, models with who selected them and when, admins, tokens, keys and the audit log, as they were shown when they were written."""
    schema, folder = older
    assert f"schema {schema}" in folder.refused("providers", "list")[0]
    assert folder.type("db", "upgrade").out.startswith(f"upgraded the schema from {schema} to ")
    assert folder.type("db", "check").out == "the database has no problems\n"

    providers = {entry["slug"]: entry for entry in shown(folder, "providers", "list")["providers"]}
    assert {slug: entry["is_active"] for slug, entry in providers.items()} == {"acme": False, "openai": True}
    assert shown(folder, "providers", "show", "openai")["description"] == "گفت‌وگو"
    assert [model["id"] for model in shown(folder, "models", "browse", "openai", "chat")["models"]] == ["gpt-4o", "gpt-5"]

    audit = shown(folder, "audit")["entries"]
    has_uses = schema >= WITH_USES
    assert [(entry["by"], entry["action"], entry["subject"]) for entry in audit] == [
        entry for entry in AUDIT if has_uses or "use" not in entry[1]
    ]
    stored = {(model["capability"], model["model_id"]): model for model in shown(folder, "models", "list")["models"]}
    assert [name for name, model in stored.items() if model["is_active"]] == [("chat", "gpt-5")]
    assert (stored["chat", "gpt-mine"]["model_name"], stored["chat", "gpt-mine"]["is_free"]) == ("Ours", True)
    assert set(stored) == {("chat", "gpt-4o"), ("chat", "gpt-5"), ("chat", "gpt-mine"), ("embedding", "e-3")}
    rolled_back = next(entry for entry in audit if entry["action"] == "choice-rolled-back")
    assert (stored["chat", "gpt-5"]["selected_at"], stored["chat", "gpt-5"]["selected_by"]) == (rolled_back["at"], "cli")

    assert [(entry["username"], entry["role"], entry["is_active"]) for entry in shown(folder, "admin", "list")["admins"]] == [
        ("omid", "normal", False),
        ("sara", "super", True),
        ("نیما", "normal", True),
    ]
    (token,) = shown(folder, "tokens", "list")["tokens"]
    assert (token["name"], token["owner"], token["scopes"], token["created_at"]) == ("shop", "sara", ["read"], audit[0]["at"])
    uses = [(use["name"], use["provider"], use["fallbacks"]) for use in shown(folder, "uses", "list")["uses"]]
    assert uses == ([("support-chat", "openai", ["acme"])] if has_uses else [])


def test_everything_can_be_used_after_the_upgrade(older: tuple[str, Folder], monkeypatch: pytest.MonkeyPatch) -> None:
    """The password signs in, the token is known by the digest that today's code computes, keys are decrypted, and the history rolls back."""
    schema, folder = older
    folder.type("db", "upgrade")
    run_with(lambda container: container.sign_in().sign_in("sara", PASSWORD), open_container())
    text = re.match(r"-- .* the token of shop: (\S+)\n", (RECORDED / f"{schema}.sql").read_text(encoding="utf-8"))
    assert text is not None
    with closing(sqlite3.connect(folder.database)) as connection:
        assert connection.execute("SELECT digest FROM api_tokens").fetchall() == [(credential_digest(text[1]),)]
    assert folder.type("resolve", "openai/chat", "--format", "json").json["model_id"] == "gpt-5"
    assert "restored gpt-4o (was: gpt-5)" in folder.type("models", "rollback", "openai", "chat").out
    folder.type("providers", "enable", "acme")
    folder.type("models", "select", "acme", "chat", "old-large")
    folder.type("uses", "set", "another", "acme/chat")
    monkeypatch.setenv("MODELDESK_MASTER_KEY", f"{ANOTHER_KEY},{MASTER_KEY}")
    assert "2" in folder.type("keys", "rotate-master").out
    monkeypatch.setenv("MODELDESK_MASTER_KEY", ANOTHER_KEY)
    assert [key["state"] for key in shown(folder, "keys", "list")["keys"]] == ["usable", "usable"]
    assert folder.type("db", "check").out == "the database has no problems\n"


def test_the_first_schema_is_upgraded(recorded: Folder) -> None:
    """It had providers, models and admins, and neither keys nor tokens nor an audit log. All of it is there, and what came later can be used."""
    folder = recorded
    restore(folder, FIRST)
    assert "schema 0001" in folder.refused("providers", "list")[0]
    assert folder.type("db", "upgrade").out.startswith("upgraded the schema from 0001 to ")
    assert folder.type("db", "check").out == "the database has no problems\n"
    assert [(entry["slug"], entry["is_active"]) for entry in shown(folder, "providers", "list")["providers"]] == [
        ("acme", False),
        ("openai", True),
    ]
    assert shown(folder, "providers", "show", "openai")["description"] == "گفت‌وگو"
    stored = {(model["capability"], model["model_id"]): model["is_active"] for model in shown(folder, "models", "list")["models"]}
    assert {name for name, is_active in stored.items() if is_active} == {("chat", "gpt-mine")}
    assert set(stored) == {("chat", "gpt-4o"), ("chat", "gpt-5"), ("chat", "gpt-mine"), ("embedding", "e-3")}
    admins = [(entry["username"], entry["role"], entry["is_active"]) for entry in shown(folder, "admin", "list")["admins"]]
    assert admins == [("omid", "normal", False), ("sara", "super", True), ("نیما", "normal", True)]
    run_with(lambda container: container.sign_in().sign_in("sara", PASSWORD), open_container())
    assert "restored gpt-5 (was: gpt-mine)" in folder.type("models", "rollback", "openai", "chat").out
    folder.type("keys", "set", "openai", "--key-stdin", typed="sk-newer-0123456789abcdef")
    folder.type("tokens", "create", "shop", "--scope", "resolve")
    folder.type("uses", "set", "support-chat", "openai/chat")
    assert folder.type("resolve", "support-chat", "--format", "json").json["model_id"] == "gpt-5"
    assert folder.type("db", "check").out == "the database has no problems\n"
