"""Settings as the command line meets them: where they come from, and the one line that a wrong value gets."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import make_url

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.catalogue.list_state import CacheTtl
from modeldesk.entrypoints.settings import load_settings
from tests.support.cli_folder import COHERE, SERVE, Folder

MASTER = "8f3b1c5de6a2940716bd2f83ca5e7094d1e86a3f50c97b24618d0ee5fb93472a"
SECRET = "hunter2-hunter2"
NO_DURATION = ["0", "-1", "1.5h", "soon", "15 m", "m", "1w", "٣m", "9999999999"]
NO_REDIS = ["http://h", "redis:", "redis://", f"redis://:{SECRET}@h:x/0", f"redis://:{SECRET}@h:99999", SECRET]
WRONG = [
    ("MODELDESK_DATABASE_URL", f"mysql://desk:{SECRET}@host/desk", "must be postgresql://user@host/name or sqlite:///file"),
    ("MODELDESK_DATABASE_URL", "sqlite:///", "must be postgresql://user@host/name or sqlite:///file"),
    ("MODELDESK_DATABASE_URL", SECRET, "must be postgresql://user@host/name or sqlite:///file"),
    ("MODELDESK_DATABASE_URL", f"postgresql://desk:{SECRET}@host:99999/desk", "must be postgresql://user@host/name, with a port from"),
    ("MODELDESK_DATABASE_URL", f"postgresql://desk:a?{SECRET}@host/desk", "has an @ after a question mark: write @ as %40"),
    ("MODELDESK_DATABASE_URL", f"postgresql://desk:a@b?{SECRET}@host/desk", "has an @ after a question mark: write @ as %40"),
    (
        "MODELDESK_DATABASE_URL",
        f"postgresql://desk@host/desk?password={SECRET}",
        "may carry these parameters: sslmode, sslrootcert, application_name, connect_timeout, host; 'password' is ",
    ),
    (
        "MODELDESK_DATABASE_URL",
        "postgresql://host/desk?sslmode=always",
        "must carry one of these as sslmode: disable, allow, prefer, require",
    ),
    ("MODELDESK_DATABASE_URL", "postgresql://host/desk?sslmode=require&sslmode=disable", "carries sslmode twice"),
    (
        "MODELDESK_DATABASE_URL",
        "postgresql://host/desk?sslrootcert=nowhere.pem",
        "must carry as sslrootcert the path of a file of certificates",
    ),
    ("MODELDESK_DATABASE_URL", "postgresql://host/desk?connect_timeout=0", "must carry 1 to 60 seconds as connect_timeout"),
    ("MODELDESK_DATABASE_URL", f"postgresql://host/desk?application_name={'x' * 64}", "must carry an application_name of at most 63 bytes"),
    ("MODELDESK_COOKIE_SECURE", "maybe", "must be true or false, not 'maybe'"),
    ("MODELDESK_PUBLIC_URL", "desk.example.org", "must be scheme and host, and a path if wanted, such as "),
    ("MODELDESK_PUBLIC_URL", "https://desk.example.org/a/../path", "must be scheme and host, "),
    ("MODELDESK_PUBLIC_URL", "https://desk.example.org:99999", "must be scheme and host, "),
    ("MODELDESK_PUBLIC_URL", "https://[::1", "must be scheme and host, "),
    ("MODELDESK_PUBLIC_URL", "https://desk.example.org/api/desk", "must not have a path that begins with '/api', "),
    ("MODELDESK_METADATA_URL", "https://[::1/api.json", "must be off, or an address such as "),
    *[
        ("MODELDESK_CATALOGUE_TTL", wrong, f"must be a number of seconds, or such as 90s, 15m, 12h, 7d; not {wrong!r}")
        for wrong in NO_DURATION
    ],
    *[
        ("MODELDESK_CATALOGUE_STALE", wrong, f"must be a number of seconds, or such as 90s, 15m, 12h, 7d; not {wrong!r}")
        for wrong in NO_DURATION
    ],
    *[
        ("MODELDESK_REFRESH_EVERY", wrong, f"must be a number of seconds, or such as 90s, 15m, 12h, 7d; not {wrong!r}")
        for wrong in NO_DURATION
    ],
    ("MODELDESK_REFRESH_EVERY", "4m", "must be off, or at least 5m; not '4m'"),
    ("MODELDESK_EVALUATIONS_PER_SECOND", "0", "must be a whole number above zero, or off; not '0'"),
    ("MODELDESK_EVALUATIONS_PER_SECOND", "1.5", "must be a whole number above zero, or off; not '1.5'"),
    ("MODELDESK_CATALOGUE_STALE", "367d", "must be at most 366 days, not '367d'"),
    ("MODELDESK_CATALOGUE_STALE", "14m", "must not be shorter than MODELDESK_CATALOGUE_TTL"),
    ("MODELDESK_CATALOGUE_TTL", "8d", "MODELDESK_CATALOGUE_STALE must not be shorter than MODELDESK_CATALOGUE_TTL"),
    *[("MODELDESK_REDIS_URL", wrong, "must be redis://host:6379/0, rediss:// for TLS, or unix:///path/to/socket") for wrong in NO_REDIS],
    ("MODELDESK_ALLOWED_HOSTS_OUTBOUND", "ollama.lan", "must list hosts with their ports: 'ollama.lan' is not a host with its port"),
    (
        "MODELDESK_ALLOWED_HOSTS_OUTBOUND",
        "localhost:11434, http://b:1",
        "must list hosts with their ports: 'http://b:1' is not a valid host name",
    ),
    ("MODELDESK_MASTER_KEY", SECRET, "must be 32 random bytes in base64 or hex; make one with: openssl rand -base64 32"),
    ("MODELDESK_MASTER_KEY", "00" * 32, "is not random: it can be guessed; make one with: openssl rand -base64 32"),
    (
        "MODELDESK_MASTER_KEY_FILE",
        "nowhere.key",
        "(nowhere.key) does not exist; make one with: openssl rand -base64 32 > nowhere.key",
    ),
    ("MODELDESK_TRUSTED_PROXIES", "10.0.0.1/8", "must list addresses or networks such as 10.0.0.0/8, fd00::/8; not '10.0.0.1/8'"),
    ("MODELDESK_CA_FILE", "nowhere.pem", "cannot be read: nowhere.pem: no such file or directory"),
    ("MODELDESK_CA_FILE", "/dev/null", "names /dev/null, which is refused: it is not a regular file; a pipe is read from standard input"),
    *[
        ("MODELDESK_OUTBOUND_PROXY", wrong, "must be the address of a proxy, such as http://proxy.example:3128")
        for wrong in (f"socks5://user:{SECRET}@proxy:1080", "proxy.example:3128", f"http://user:{SECRET}@proxy:port", "http://proxy/path")
    ],
    (
        "MODELDESK_NO_PROXY",
        "a.example, http://b",
        "must list hosts, suffixes, networks or *, such as localhost, .example.org, 10.0.0.0/8; not 'http://b'",
    ),
    ("MODELDESK_ALLOWED_ORIGINS", "https://a.example b.example", "must list origins such as https://panel.example.org; not 'b.example'"),
]


@pytest.mark.parametrize("password", ["p@ss@word", "pa/ss", "pa:ss", "pa#ss", "p%40ss", "é", "100%"])
def test_a_password_may_hold_anything(password: str) -> None:
    """Written as it is or percent-encoded, it arrives as it is meant, and nothing of it is taken for the host."""
    url = make_url(load_settings({"MODELDESK_DATABASE_URL": f"postgresql://desk:{password}@host:5433/name?sslmode=require"}).database_url)
    assert (url.username, url.password, url.host, url.port, url.database) == ("desk", unquote(password), "host", 5433, "name")
    assert SqlStore(url.render_as_string(hide_password=False)).database.location == "postgresql://desk:***@host:5433/name"


@pytest.mark.parametrize(("name", "value", "reason"), WRONG)
@pytest.mark.parametrize("words", [["providers", "list"], ["import-providers"], SERVE], ids=lambda words: words[0])
def test_a_wrong_value_stops_the_start(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str, words: list[str]
) -> None:
    """One line that names the setting and shows no password; nothing was made."""
    monkeypatch.setenv(name, value)
    (line,) = folder.refused(*words)
    assert line.startswith(f"Error: {reason if reason.startswith('MODELDESK_') else f'{name} {reason}'}")
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


@pytest.mark.parametrize(
    ("value", "seconds"), [("90", 90), ("90s", 90), ("15m", 900), ("12H", 43_200), ("6d", 518_400), ("1", 1), ("", 900)]
)
def test_a_duration_is_a_number_with_a_unit(folder: Folder, monkeypatch: pytest.MonkeyPatch, value: str, seconds: int) -> None:
    """Seconds where none is given; an empty value is none."""
    monkeypatch.setenv("MODELDESK_CATALOGUE_TTL", value)
    assert load_settings().ttl == CacheTtl(timedelta(seconds=seconds), timedelta(days=7))


def test_a_master_key_from_a_setting_makes_no_file(desk: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was sealed under it is not opened under another one."""
    monkeypatch.setenv("MODELDESK_MASTER_KEY", MASTER)
    desk.type("keys", "set", "anthropic", "--key-stdin", typed="sk-0123456789-abcd-WXYZ\n")
    assert not (desk.database.parent / "master.key").exists()
    monkeypatch.delenv("MODELDESK_MASTER_KEY")
    assert "cannot be decrypted with this master key" in desk.refused("keys", "check", "anthropic")[0]


def test_a_key_file_of_our_own_that_others_may_read_stops_what_needs_it(desk: Folder) -> None:
    """And the server before anything is made or changed."""
    file = desk.database.parent / "master.key"
    file.write_bytes(bytes.fromhex(MASTER))
    file.chmod(0o644)
    for words in (("keys", "set", "anthropic", "--key-stdin"), SERVE):
        (line,) = desk.refused(*words, typed="sk-0123456789-abcd-WXYZ\n")
        assert "master.key" in line
    assert desk.type("providers", "list").errors == []
