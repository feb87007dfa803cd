"""Settings as the command line meets them: where they come from, and the one line that a wrong value gets."""

import pytest
from folders import COHERE, Folder

SECRET = "hunter2-hunter2"
WRONG = [
    ("MODELDESK_DATABASE_URL", f"mysql://desk:{SECRET}@host/desk", "must be postgresql://user@host/name or sqlite:///file"),
    ("MODELDESK_DATABASE_URL", "sqlite:///", "must be postgresql://user@host/name or sqlite:///file"),
    ("MODELDESK_DATABASE_URL", SECRET, "must be postgresql://user@host/name or sqlite:///file"),
    ("MODELDESK_COOKIE_SECURE", "maybe", "must be true or false, not 'maybe'"),
    ("MODELDESK_PUBLIC_URL", "desk.example.org", "must be scheme and host, such as https://desk.example.org; not 'desk.example.org'"),
    ("MODELDESK_PUBLIC_URL", "https://desk.example.org/path", "must be scheme and host, "),
    ("MODELDESK_PUBLIC_URL", "https://desk.example.org:99999", "must be scheme and host, "),
    ("MODELDESK_TRUSTED_PROXIES", "10.0.0.1/8", "must list addresses or networks such as 10.0.0.0/8, fd00::/8; not '10.0.0.1/8'"),
    ("MODELDESK_ALLOWED_ORIGINS", "https://a.example b.example", "must list origins such as https://panel.example.org; not 'b.example'"),
]


@pytest.mark.parametrize(("name", "value", "reason"), WRONG)
@pytest.mark.parametrize("words", [["providers", "list"], ["import-providers"], ["serve"]], ids=" ".join)
def test_a_wrong_value_stops_the_start(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str, words: list[str]
) -> None:
    """One line that names the setting and shows no password; nothing was made."""
    monkeypatch.setenv(name, value)
    (line,) = folder.refused(*words)
    assert line.startswith(f"Error: {name} {reason}")
    assert SECRET not in line
    assert list(folder.path.iterdir()) == []


def test_a_wrong_value_is_json_where_that_was_asked_for(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that imports reads one shape of errors, whatever was wrong."""
    monkeypatch.setenv("MODELDESK_COOKIE_SECURE", "maybe")
    printed = folder.type("import-providers", "--format", "json", exits=1)
    message = "MODELDESK_COOKIE_SECURE must be true or false, not 'maybe'"
    assert printed.json == {"errors": [{"path": "$", "line": None, "column": None, "message": message}]}


def test_help_and_version_need_no_settings(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks for what is wrong must be able to ask."""
    monkeypatch.setenv("MODELDESK_DATABASE_URL", "nonsense")
    folder.type("version")
    folder.type("import-providers", "--help")


def test_the_home_may_be_elsewhere(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative to the working folder, made with the folders before it."""
    monkeypatch.setenv("MODELDESK_HOME", "some/where")
    folder.type("import-providers")
    assert (folder.path / "some" / "where" / "modeldesk.db").is_file()
    assert not (folder.path / ".modeldesk").exists()


def test_a_dotenv_is_read_and_the_environment_wins(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With quotes and `export`; an empty value is none."""
    folder.declare(COHERE, name="mine.json")
    folder.write(".env", "# mine\nexport MODELDESK_HOME='a home'\nMODELDESK_PROVIDERS_FILE=mine.json\nMODELDESK_PUBLIC_URL=\nOTHER=1\n")
    assert folder.type("import-providers").lines[0] == "📦 Found 1 provider(s) to import"
    assert (folder.path / "a home" / "modeldesk.db").is_file()
    monkeypatch.setenv("MODELDESK_HOME", "another")
    assert folder.type("import-providers").lines[1] == "✅ Created: Cohere (cohere)"
    assert (folder.path / "another" / "modeldesk.db").is_file()


def test_a_wrong_value_in_a_dotenv_is_told(folder: Folder) -> None:
    """By the same line."""
    folder.write(".env", "MODELDESK_COOKIE_SECURE=maybe\n")
    assert folder.refused("overview") == ["Error: MODELDESK_COOKIE_SECURE must be true or false, not 'maybe'"]
