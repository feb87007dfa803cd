"""`modeldesk settings`, and what the start of a server tells about files."""

import pytest

from modeldesk.entrypoints.cli.running import open_container, reading
from modeldesk.entrypoints.cli.settings import shown
from modeldesk.entrypoints.cli.start_notes import dotenv_notes, master_key_notes, open_to_others
from modeldesk.entrypoints.settings import load_settings
from tests.support.cli_folder import COHERE, Folder
from tests.support.issuer import ENTRY, providers_file

SECRET = "hunter2-hunter2"
MASTER = "8f3b1c5de6a2940716bd2f83ca5e7094d1e86a3f50c97b24618d0ee5fb93472a"


def test_each_setting_has_its_source(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment, the `.env` or the default; nothing is made."""
    folder.write(".env", "MODELDESK_HOME=mine\nMODELDESK_CATALOGUE_TTL=5m\nMODELDESK_NO_PROXY=a.example\n")
    monkeypatch.setenv("MODELDESK_CATALOGUE_TTL", "1m")
    monkeypatch.setenv("MODELDESK_NO_PROXY", "")
    folder.declare(COHERE)
    answer = folder.type("settings", "--format", "json").json
    found = {row["name"].removeprefix("MODELDESK_"): (row["value"], row["source"]) for row in answer["settings"]}
    assert found["HOME"] == ("mine", ".env")
    assert found["CATALOGUE_TTL"] == ("1m", "environment")
    assert found["NO_PROXY"] == (None, "default")
    assert found["REFRESH_EVERY"] == (None, "default")
    assert answer["home"] == str(folder.path / "mine")
    assert answer["files"] == [str(folder.path / ".env"), str(folder.path / "providers.json")]
    assert not (folder.path / "mine").exists()
    table = folder.type("settings").out
    assert f"home: {folder.path}/mine" in table
    assert f"reads: {folder.path}/.env" in table


def test_no_secret_is_shown(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """In none of its places."""
    monkeypatch.setenv("MODELDESK_MASTER_KEY", MASTER)
    monkeypatch.setenv("MODELDESK_DATABASE_URL", f"postgresql://desk:a@{SECRET}@host/desk")
    monkeypatch.setenv("MODELDESK_REDIS_URL", f"redis://host:6379/0?password={SECRET}")
    monkeypatch.setenv("MODELDESK_OUTBOUND_PROXY", f"http://user:{SECRET}@proxy.example:3128")
    for form in ("table", "json"):
        out = folder.type("settings", "--format", form).out
        assert SECRET not in out
        assert MASTER not in out
        assert "****" in out


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("postgresql://desk:p@ss@host:5433/name?sslmode=require", "postgresql://****@host:5433/name?****"),
        ("postgresql://desk:p?ss@host/name", "postgresql://****@host/name"),
        ("redis://host:6379/0", "redis://host:6379/0"),
        ("redis://:a/b@host", "redis://****@host"),
        ("sqlite:////srv/desk.db", "sqlite:////srv/desk.db"),
    ],
)
def test_an_address_is_shown_without_its_password(value: str, line: str) -> None:
    """Whatever the password holds."""
    assert shown("DATABASE_URL", value) == line


def test_what_is_obeyed_and_what_others_may_open_is_told(folder: Folder) -> None:
    """A `.env`, and modes wider than 0700 of the home and 0600 of the database."""
    folder.type("import-providers")
    assert (dotenv_notes(load_settings()), open_to_others(load_settings())) == ([], [])
    folder.write(".env", "")
    folder.database.chmod(0o640)
    folder.database.parent.chmod(0o755)
    assert dotenv_notes(load_settings()) == [f"Settings also from {folder.path}/.env"]
    assert open_to_others(load_settings()) == [
        "Warning: others may open .modeldesk (mode 0755); run: chmod 700 .modeldesk",
        f"Warning: others may open {folder.database} (mode 0640); run: chmod 600 {folder.database}",
    ]
    assert len(folder.type("settings").errors) == 2


def test_client_secrets_that_others_may_read_are_told(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of identity providers holds them."""
    file = providers_file(folder.path, {**ENTRY, "issuer": "https://login.example/realms/acme"})
    monkeypatch.setenv("MODELDESK_OIDC_FILE", file.name)
    file.chmod(0o600)
    assert open_to_others(load_settings()) == []
    file.chmod(0o644)
    assert open_to_others(load_settings()) == [f"Warning: others may open {file.name} (mode 0644); run: chmod 600 {file.name}"]


def test_a_master_key_that_is_missing_is_told(desk: Folder) -> None:
    """Removed or replaced: at the start, by `db status` and by the doctor; setting a key is refused, and the file brought back opens it."""

    def notes() -> list[str]:
        return reading(master_key_notes, open_container())

    desk.type("keys", "set", "anthropic", "--key-stdin", typed="sk-0123456789-abcd-WXYZ\n")
    assert notes() == []
    file = desk.database.parent / "master.key"
    content = file.read_text()
    file.rename(desk.path / "away")
    (line,) = notes()
    assert line.startswith("Warning: the master key ")
    assert "is missing, and 1 stored secret cannot be decrypted." in line
    for words in (["db", "status"], ["doctor"]):
        assert line in desk.type(*words).errors
    (refusal,) = desk.refused("keys", "set", "anthropic", "--key-stdin", typed="sk-0123456789-abcd-WXYZ\n")
    assert refusal.startswith("Error: the master key of stored secrets is missing (1 cannot be decrypted), so nothing is encrypted now")
    assert not file.exists()
    file.write_text(MASTER + "\n")
    file.chmod(0o600)
    assert notes() == [line]
    file.write_text(content)
    assert notes() == []
