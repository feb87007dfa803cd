"""`modeldesk --quiet`: errors, warnings and the result that was asked for, and nothing else."""

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.cli.test_cli_help import COMMANDS
from tests.support.cli_folder import CLAUDE, COHERE, PASSWORD, Folder, stand_in
from tests.support.issuer import ENTRY, providers_file
from tests.support.live_server import ready
from tests.support.ports import free_port
from tests.support.preloaded import modeldesk

SILENT = {
    "import-providers": "import-providers --force --file mine.json",
    "apply": "apply desk.plan",
    "populate": "populate old.py",
    "runscript": "runscript populate_ai_providers",
    "providers enable": "providers enable cohere",
    "providers disable": "providers disable cohere",
    "providers set-capability": "providers set-capability cohere chat --file capability.json",
    "providers remove-capability": "providers remove-capability cohere embedding",
    "models select": "models select cohere chat command-unlisted",
    "models deselect": "models deselect anthropic chat",
    "models rollback": "models rollback anthropic chat",
    "uses set": "uses set support-chat cohere/chat",
    "uses delete": "uses delete support-chat",
    "uses rollback": "uses rollback support-chat",
    "metadata refresh": "metadata refresh --file models.json",
    "cache clear": "cache clear",
    "keys set": "keys set cohere --key-stdin",
    "keys delete": "keys delete anthropic",
    "keys rotate-master": "keys rotate-master",
    "webhooks remove": "webhooks remove WEBHOOK",
    "webhooks enable": "webhooks enable WEBHOOK",
    "webhooks disable": "webhooks disable WEBHOOK",
    "webhooks test": "webhooks test WEBHOOK",
    "export": "export --output out.json",
    "admin create": "admin create nima --password-stdin",
    "admin password": "admin password sara --password-stdin",
    "admin role": "admin role amir normal",
    "admin link": "admin link sara https://login.example.org 9f1c",
    "admin unlink": "admin unlink amir https://login.example.org 4e7b",
    "admin enable": "admin enable amir",
    "admin disable": "admin disable amir",
    "tokens revoke": "tokens revoke shop",
    "sessions end": "sessions end --all",
    "db upgrade": "db upgrade",
    "db check": "db check",
    "db backup": "db backup new.backup",
    "db restore": "db restore old.backup --yes",
}
"""Commands that change something and have no result."""
RESULTS = {
    "plan": "plan --file mine.json",
    "overview": "overview",
    "doctor": "doctor --fail-on retired",
    "providers list": "providers list",
    "providers show": "providers show anthropic",
    "providers capability": "providers capability anthropic chat",
    "models browse": "models browse anthropic chat",
    "models list": "models list",
    "models changes": "models changes --limit 1",
    "models dependents": "models dependents anthropic chat",
    "uses list": "uses list",
    "resolve": "resolve support-chat",
    "metadata status": "metadata status",
    "keys list": "keys list",
    "tokens create": "tokens create pipeline --scope read --as sara",
    "tokens list": "tokens list",
    "webhooks list": "webhooks list",
    "webhooks add": "webhooks add https://more.example/hooks",
    "webhooks rotate": "webhooks rotate WEBHOOK",
    "webhooks deliveries": "webhooks deliveries WEBHOOK",
    "schema": "schema",
    "admin list": "admin list",
    "admin sign-in-link": "admin sign-in-link sara",
    "sessions list": "sessions list",
    "audit": "audit --limit 2",
    "db status": "db status",
    "settings": "settings",
    "version": "version",
}
WARNINGS = {
    "models select": ["the provider's list does not contain this model"],
    "models deselect": ["⚠️  1 program asked for what this changes within 30 days", "   shop"],
}
"""The warnings of the commands above: a model that is not in the list, and programs that lose their model."""

SERVES, ASKS_A_VENDOR = "serve", "keys check"
"""The one has a test of its own; the other's only line is its result."""


UNCHANGED = {"db upgrade", "db check", "providers enable", "admin enable", "webhooks enable"}
"""Commands that find everything as they would make it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A desk with something of everything, to be copied, and the id of its webhook."""
    path = tmp_path_factory.mktemp("busy")
    with pytest.MonkeyPatch.context() as patch:
        desk = stand_in(path, patch)
        desk.declare(CLAUDE, COHERE)
        desk.type("import-providers")
        return path, filled(desk)


def filled(desk: Folder) -> str:
    for name in ("sara", "amir"):
        desk.type("admin", "create", name, "--password-stdin", typed=PASSWORD + "\n")
    desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    desk.type("models", "select", "anthropic", "chat", "claude-3-5-sonnet-20241022")
    desk.type("uses", "set", "support-chat", "anthropic/chat")
    desk.type("uses", "set", "support-chat", "anthropic/chat", "--description", "Answers")
    desk.type("keys", "set", "anthropic", "--key-stdin", typed="sk-0123456789abcdefghij\n")
    desk.type("tokens", "create", "shop", "--scope", "resolve", "--as", "sara")
    desk.type("db", "backup", "old.backup")
    run_with(lambda container: container.sign_in().sign_in("amir", PASSWORD, "192.0.2.7"), open_container())
    desk.execute("INSERT INTO admin_identities (admin, issuer, subject) VALUES ('amir', 'https://login.example.org', '4e7b')")
    desk.execute(
        "INSERT INTO dependents (token, consumer, asked, last_seen_at) VALUES ('shop', '', 'anthropic/chat', datetime('now') || '.000000')",
        "INSERT INTO dependent_hours (dependent, hour, requests) VALUES (last_insert_rowid(), strftime('%Y-%m-%d %H:00:00.000000', 'now'), 7)",
    )
    desk.declare(CLAUDE | {"sort_order": 9}, COHERE, name="mine.json")
    desk.type("plan", "--file", "mine.json", "--out", "desk.plan")
    desk.write("old.py", "providers_data = [{'name': 'Acme', 'slug': 'acme', 'is_active': True}]")
    desk.write("capability.json", '{"supported": true, "models": ["one"]}')
    desk.write("models.json", json.dumps({"anthropic": {"models": {"claude": {"name": "Claude"}}}}))
    return str(desk.type("webhooks", "add", "https://app.example/hooks", "--format", "json").json["id"])


@pytest.fixture
def busy(folder: Folder, made: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A desk with something of everything."""
    path, webhook = made
    copytree(path, folder.path, dirs_exist_ok=True)
    monkeypatch.setenv("WEBHOOK", webhook)
    monkeypatch.setenv("MODELDESK_OIDC_FILE", str(providers_file(folder.path, {**ENTRY, "issuer": "https://login.example.org"})))
    return folder


def words(typed: str) -> list[str]:
    return shlex.split(typed.replace("WEBHOOK", os.environ.get("WEBHOOK", "wh_0123456789abcdef")))


def given(name: str) -> str:
    """What the command reads from standard input."""
    return "sk-abcdefghij0123456789\n" if name.startswith("keys") else "another correct horse\n"


@pytest.mark.parametrize("name", SILENT)
def test_what_a_command_did_is_not_said(busy: Folder, name: str) -> None:
    """The command does its work; without --quiet it also reports it. Warnings go to standard error."""
    before = busy.state()
    printed = busy.type("--quiet", *words(SILENT[name]), typed=given(name))
    assert printed.out == ""
    assert [line.partition(", the last at")[0] for line in printed.errors] == WARNINGS.get(name, [])
    assert (busy.state() == before) is (name in UNCHANGED)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_stands_alone(busy: Folder, name: str) -> None:
    """Without notes beside it."""
    printed = busy.type("-q", *words(RESULTS[name]))
    assert printed.out.strip()
    assert printed.err == ""


def test_every_command_is_among_them() -> None:
    """A new one says which it is."""
    assert {*SILENT, *RESULTS, SERVES, ASKS_A_VENDOR} == set(COMMANDS)
    assert not set(SILENT) & set(RESULTS)


def test_around_a_table_stands_nothing(busy: Folder) -> None:
    """Neither a total before it nor a hint after it; what asks for attention belongs to the result."""
    loud, quiet = busy.type("overview").lines, busy.type("--quiet", "overview").lines
    assert loud[0].startswith("2 providers")
    assert loud[-1].startswith("2 more rows")
    assert quiet == loud[2:-1]
    assert (
        busy.type("--quiet", "models", "browse", "anthropic", "chat").lines == busy.type("models", "browse", "anthropic", "chat").lines[:3]
    )
    assert "--older-than" not in busy.type("--quiet", "audit", "--limit", "2").out


def test_a_plan_and_a_dry_run_are_results(busy: Folder) -> None:
    """With the programs that they would touch."""
    busy.declare(CLAUDE | {"is_active": False}, name="mine.json")
    for typed in (["import-providers", "--file", "mine.json", "--force", "--dry-run"], ["plan", "--file", "mine.json"]):
        loud, quiet = busy.type(*typed), busy.type("--quiet", *typed)
        assert (quiet.out, quiet.err) == (loud.out, loud.err)
        assert "1 program asked for what this changes" in quiet.err


def test_what_an_import_takes_away_is_said(busy: Folder) -> None:
    """It warns of a deselected model and of a use that is created again, and prints nothing else."""
    busy.type("uses", "delete", "support-chat")
    use = {"name": "support-chat", "provider": "cohere", "capability": "chat"}
    ends = {**CLAUDE, "capabilities": {"image": {"supported": True}}}
    busy.write("mine.json", json.dumps({"version": "1.0.0", "providers": [ends, COHERE], "uses": [use]}))
    loud = busy.type("import-providers", "--file", "mine.json", "--force", "--deactivate-lost", "--dry-run").lines
    printed = busy.type("--quiet", "import-providers", "--file", "mine.json", "--force", "--deactivate-lost")
    said = [line for line in printed.errors if line.startswith("⚠️") and "asked for what" not in line]
    assert printed.out == ""
    assert said == [line for line in loud if line.startswith("⚠️")]
    assert [line.split(":")[0] for line in said] == ["⚠️  Model deselected", "⚠️  Use created again"]


def test_who_comes_back_with_a_backup_is_said(busy: Folder) -> None:
    """An admin who was disabled since."""
    busy.type("admin", "disable", "amir")
    printed = busy.type("--quiet", "db", "restore", "old.backup", "--yes")
    assert printed.out == ""
    assert any(line.startswith("amir may sign in again") for line in printed.errors)


def test_errors_and_refusals_are_said(busy: Folder) -> None:
    """With the same exit codes."""
    assert busy.refused("--quiet", "models", "select", "nobody", "chat", "m") == [
        "Error: there is no provider 'nobody'; known: anthropic, cohere"
    ]
    assert busy.type("--quiet", "models", "browse", exits=2).err


NEED_NO_DATABASE = {"metadata status", "schema", "settings", "version", "webhooks add"}
"""Results that hold nothing of a database, and the one that creates it."""


@pytest.mark.parametrize("name", [name for name in RESULTS if name not in NEED_NO_DATABASE])
def test_a_missing_database_is_a_warning(folder: Folder, name: str) -> None:
    """An empty answer does not show why it is empty: in the wrong folder, every desk is empty."""
    folder.declare(CLAUDE, name="mine.json")
    done = CliRunner().invoke(root, ["--quiet", *words(RESULTS[name])])
    assert done.stderr.startswith(("no database at ", "Error: there is no database at "))


def test_a_server_says_nothing_at_its_start(desk: Folder) -> None:
    """Its log is another matter, and begins with the first request."""
    port = free_port()
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    serving = modeldesk("--quiet", "serve", "--port", str(port), folder=desk.path, text=True, **pipes)
    try:
        ready(f"http://127.0.0.1:{port}/health/ready", serving)
    finally:
        serving.send_signal(signal.SIGTERM)
        out, errors = serving.communicate(timeout=30)
    assert out == ""
    assert [line for line in errors.splitlines() if not line.startswith("{")] == []


@pytest.mark.parametrize("option", ["--quiet", "-q", "--debug"])
def test_behind_the_command_it_says_where_it_stands(folder: Folder, option: str) -> None:
    """As it is one of the program, not of each command."""
    error = folder.type("models", "list", option, exits=2).errors[-1]
    assert error == f"Error: {option} stands before the command: modeldesk {option} models list"
    error = folder.type("models", option, "list", exits=2).errors[-1]
    assert error == f"Error: {option} stands before the command: modeldesk {option} models"
