"""A description that turns the text around it, and an address of an older database that colours the terminal: shown, not obeyed."""

import sqlite3
from pathlib import Path

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App
from tests.support.cli_folder import Folder
from tests.support.panel_client import signed_in, text_of

TURNED = "safe \u202eexe.fdp\u2066"
SHOWN = r"safe \u202eexe.fdp\u2066"
COLOURED = "fe80::1%\x9b31m"
ACME = {
    "slug": "acme",
    "name": "Acme",
    "display_name": "Acme",
    "description": TURNED,
    "capabilities": {"chat": {"supported": True, "description": TURNED}},
}


def test_pages_show_it() -> None:
    """On every page that holds it, the form that edits it included."""
    with App(InMemoryStore(), Settings()) as app:
        app.fill().put(ACME)
        sara = signed_in(app, "sara")
        pages = {path: text_of(sara.get(path)) for path in ("/admin/providers/acme", "/admin/edit/acme", "/admin/providers", "/admin/")}
    for path, page in pages.items():
        assert "\u202e" not in page, path
        assert "\u2066" not in page, path
    assert SHOWN in pages["/admin/providers/acme"]
    assert SHOWN in pages["/admin/edit/acme"]


@pytest.mark.parametrize("words", [["providers", "show", "acme"], ["providers", "show", "acme", "--format", "json"], ["export"]])
def test_commands_show_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """In tables, in JSON, where it means the same to a program, and in an export."""
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path)
    folder.declare(ACME)
    folder.type("import-providers")
    printed = folder.type(*words)
    assert "\u202e" not in printed.out
    assert SHOWN in printed.out


def test_what_an_older_database_holds_reaches_no_terminal(tmp_path: Path) -> None:
    """An address with a zone was stored whole once."""
    assert Folder(tmp_path).process("db", "upgrade").returncode == 0
    with sqlite3.connect(tmp_path / ".modeldesk" / "modeldesk.db") as database:
        columns = "at, done_by, address, action, subject"
        statement = f"INSERT INTO audit_trail ({columns}) VALUES ('2026-11-24 12:00:00', '', ?, 'sign-in-failed', '')"
        database.execute(statement, (COLOURED,))
    printed = Folder(tmp_path).process("audit").stdout
    assert "\x9b" not in printed
    assert r"fe80::1%\u009b31m" in printed
