"""Files that somebody else placed where Modeldesk looks: refused by name in one line, and nothing is made. Those that are obeyed are told."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.cli_folder import COHERE, SERVE, Folder, stand_in
from tests.support.preloaded import modeldesk

SOMEBODY = 54_321
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away")
SECRET = "hunter2-hunter2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return stand_in(tmp_path, monkeypatch)


@AS_ROOT
@pytest.mark.parametrize("words", [["providers", "list"], SERVE], ids=lambda words: words[0])
def test_a_dotenv_of_another_user_stops_the_start(folder: Folder, words: list[str]) -> None:
    """It could name another master key; a link of theirs to a file of ours is theirs, too."""
    os.chown(folder.write(".env", "MODELDESK_HOME=theirs\n"), SOMEBODY, SOMEBODY)
    (line,) = folder.refused(*words)
    assert line.startswith(f"Error: cannot use {folder.path}/.env: it belongs to another user (uid {SOMEBODY}), who could change it")
    (folder.path / ".env").rename(folder.path / "mine")
    os.chown(folder.path / "mine", 0, 0)
    (folder.path / ".env").symlink_to("mine")
    os.chown(folder.path / ".env", SOMEBODY, SOMEBODY, follow_symlinks=False)
    assert "it belongs to another user" in folder.refused(*words)[0]


@pytest.mark.parametrize("mode", [0o664, 0o602])
def test_a_dotenv_that_others_may_write_stops_the_start(folder: Folder, mode: int) -> None:
    """Its group as well; reading is no harm to what is obeyed."""
    folder.write(".env", "").chmod(mode)
    (line,) = folder.refused("providers", "list")
    assert line == (f"Error: cannot use {folder.path}/.env: others may write it (mode {mode:04o}); run: chmod go-w {folder.path}/.env")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("MODELDESK_HOME=a\n".encode("utf-16"), "the text looks like UTF-16; save it as UTF-8"),
        ("MODELDESK_HOME=a\n".encode("utf-16-le"), "the text looks like UTF-16; save it as UTF-8"),
        ("MODELDESK_HOME=é\n".encode("latin-1"), "byte 16 is not UTF-8; the text may be in an older encoding, or cut off"),
        (b"A=1\n\nMODELDESK_HOME 'a'\n", "line 3 is no NAME=value"),
        (b"MODELDESK_HOME='a\n", "line 1 is no NAME=value"),
        (b"MODELDESK_HOME\n", "line 1 is no NAME=value"),
    ],
)
def test_a_dotenv_that_cannot_be_read_stops_the_start(folder: Folder, content: bytes, reason: str) -> None:
    """It was ignored, line by line or as a whole, and the defaults held."""
    folder.write(".env", content)
    assert folder.refused("providers", "list") == [f"Error: cannot use {folder.path}/.env: {reason}"]


def test_a_dotenv_with_a_byte_order_mark_is_read(folder: Folder) -> None:
    """Windows writes one."""
    folder.write(".env", "MODELDESK_HOME=a\n".encode("utf-8-sig"))
    folder.type("import-providers")
    assert (folder.path / "a" / "modeldesk.db").is_file()


@pytest.mark.parametrize("name", [".env", "providers.json", "config/providers.json", "named.json"])
@pytest.mark.parametrize("kind", ["a FIFO", "a folder"])
def test_only_regular_files_are_read(folder: Folder, name: str, kind: str) -> None:
    """A FIFO made every command wait for ever."""
    path = folder.path / name
    path.parent.mkdir(exist_ok=True)
    if kind == "a FIFO":
        os.mkfifo(path, 0o600)
    else:
        path.mkdir()
    named = ["--file", name] if name == "named.json" else []
    done = folder.process("import-providers", *named)
    assert done.returncode == 1
    assert ("this is a folder, not a file" if kind == "a folder" else "it is not a regular file") in done.stderr
    assert name in done.stderr


@AS_ROOT
@pytest.mark.parametrize("name", ["providers.json", "config/providers.json", "capabilities.json"])
def test_a_declaration_of_another_user_is_not_obeyed(folder: Folder, name: str) -> None:
    """It moves a provider elsewhere, keys and all. Named by the user, it is imported."""
    folder.declare(COHERE)
    if name.startswith("config/"):
        (folder.path / "config").mkdir()
        (folder.path / "providers.json").rename(folder.path / name)
    if name == "capabilities.json":
        folder.write(name, "{}")
    os.chown(folder.path / name, SOMEBODY, SOMEBODY)
    (line,) = folder.refused("import-providers")
    assert name in line
    assert f"it belongs to another user (uid {SOMEBODY})" in line
    named = "config/providers.json" if name.startswith("config/") else "providers.json"
    assert folder.type("import-providers", "--file", named).lines[0] == "📦 Found 1 provider(s) to import"


def test_a_declaration_that_others_may_write_is_not_obeyed(folder: Folder) -> None:
    """The line says how to mend that."""
    folder.declare(COHERE).chmod(0o666)
    (line,) = folder.refused("import-providers")
    assert "others may write it (mode 0666)" in line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("MODELDESK_REDSI_URL", "MODELDESK_REDSI_URL is not a setting; did you mean MODELDESK_REDIS_URL?"),
        ("MODELDESK_PORT", "MODELDESK_PORT is not a setting"),
        ("MODELDESK_\x1b[31m", "MODELDESK_�[31m is not a setting; list them with: modeldesk settings"),
    ],
)
def test_a_name_that_is_no_setting_stops_the_start(folder: Folder, monkeypatch: pytest.MonkeyPatch, name: str, line: str) -> None:
    """In the environment and in a `.env`; its value is not shown."""
    monkeypatch.setenv(name, SECRET)
    (said,) = folder.refused("providers", "list")
    assert said.startswith(f"Error: {line}")
    assert SECRET not in said


def test_a_slip_in_a_dotenv_stops_the_start(folder: Folder) -> None:
    """By the same line."""
    folder.write(".env", "MODELDESK_HOEM=a\n")
    assert folder.refused("providers", "list") == ["Error: MODELDESK_HOEM is not a setting; did you mean MODELDESK_HOME?"]


def test_variables_of_a_service_are_no_settings(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kubernetes sets them in every pod beside a service called `modeldesk`."""
    for name in ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_8000_TCP", "PORT_8000_TCP_ADDR"):
        monkeypatch.setenv(f"MODELDESK_{name}", "10.0.0.1")
    monkeypatch.setenv("MODELDESK_PORT", "tcp://10.0.0.1:8000")
    assert folder.type("providers", "list").lines[0].startswith("There are no providers.")


def test_the_start_warns_of_a_missing_master_key(folder: Folder) -> None:
    """On standard error, before the server is ready; it serves all the same, and creates no other master key."""
    folder.declare({**COHERE, "api_base_url": "https://api.cohere.example/v1"})
    folder.type("import-providers")
    folder.type("keys", "set", "cohere", "--key-stdin", typed="sk-0123456789-abcd-WXYZ\n")
    (folder.database.parent / "master.key").unlink()
    with modeldesk(*SERVE, folder=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert "Modeldesk serves at" in server.stdout.readline()
        server.terminate()
        _, errors = server.communicate(timeout=30)
    assert "is missing, and 1 stored secret cannot be decrypted" in errors
    assert not (folder.database.parent / "master.key").exists()
