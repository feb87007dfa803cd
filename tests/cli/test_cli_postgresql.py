"""The same commands on PostgreSQL; and a server that is not there."""

import pytest

from modeldesk.adapters.persistence.tables import SCHEMA_VERSION
from tests.support.cli_folder import CLAUDE, COHERE, Folder

SECRET = "hunter2-hunter2"


def test_commands_on_postgresql(folder: Folder, postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brought up to date by `db upgrade` alone, and then as with the embedded database; nothing is made in the folder."""
    monkeypatch.setenv("MODELDESK_DATABASE_URL", postgres_database)
    folder.declare(CLAUDE, COHERE)
    (reported,) = folder.refused("import-providers")
    assert reported.startswith(f"Error: the database has no schema yet, this version needs {SCHEMA_VERSION}; run: modeldesk db upgrade")
    assert folder.type("db", "upgrade").out == f"created the schema {SCHEMA_VERSION}\n"
    assert folder.type("import-providers").lines[-3:] == ["  ✅ Created: 2", "  🔄 Updated: 0", "  ⏭️  Skipped: 0"]
    folder.type("models", "select", "cohere", "chat", "command-r")
    assert folder.active() == {"cohere chat": "command-r"}
    exported = folder.type("export").out
    back = folder.type("import-providers", "--file", "-", "--force", "--format", "json", typed=exported).json
    assert back["unchanged"] == ["anthropic", "cohere"]
    status = folder.type("db", "status").out
    assert "PostgreSQL " in status
    assert "none: not SQLite" in status
    assert folder.type("db", "check").out == "the database has no problems\n"
    assert folder.refused("db", "backup", "x") == ["Error: back up a PostgreSQL database with its own tools: pg_dump"]
    assert folder.refused("db", "restore", "providers.json") == ["Error: restore a PostgreSQL database with its own tools: pg_restore"]
    assert [path.name for path in folder.path.iterdir()] == ["providers.json"]


@pytest.mark.parametrize(
    "words", [["providers", "list"], ["import-providers"], ["import-providers", "--dry-run"], ["db", "status"], ["--debug", "overview"]]
)
def test_a_server_that_is_not_there(folder: Folder, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the place and never the password, with a traceback either."""
    monkeypatch.setenv("MODELDESK_DATABASE_URL", f"postgresql://desk:{SECRET}@127.0.0.1:1/desk")
    errors = folder.refused(*words)
    assert errors[-1].startswith("Error: the database cannot be used: ")
    assert "127.0.0.1" in errors[-1]
    assert SECRET not in "\n".join(errors)
    assert len(errors) == 1 or "--debug" in words
