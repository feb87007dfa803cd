"""Files that a person or a setting names: regular ones, of a bounded size; authorities that others may write are refused. What others may open is shown."""

import os
from pathlib import Path

import pytest

from tests.support.certificates import Certificates
from tests.support.cli_folder import COHERE, Folder, stand_in

METADATA = '{"acme": {"models": {"m": {"name": "M"}}}}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return stand_in(tmp_path, monkeypatch)


@pytest.fixture
def authority(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that MODELDESK_CA_FILE names."""
    Certificates(folder.path)
    monkeypatch.setenv("MODELDESK_CA_FILE", "authority.pem")
    file = folder.path / "authority.pem"
    file.chmod(0o644)
    return file


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_authorities_that_others_may_write_are_refused(folder: Folder, authority: Path, mode: int) -> None:
    """Whoever adds one reads every key that is sent."""
    folder.type("providers", "list")
    authority.chmod(mode)
    assert folder.refused("providers", "list") == [
        f"Error: MODELDESK_CA_FILE names authority.pem, which is refused: others may write it (mode {mode:04o}); run: chmod go-w authority.pem"
    ]


def test_authorities_may_stand_between_comments(folder: Folder, authority: Path) -> None:
    """In any language; a file without a certificate is refused."""
    authority.write_bytes("# مرجع ما — é\n".encode() + authority.read_bytes() + b"\xff\n")
    folder.type("providers", "list")
    for content in (b"", b"\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        authority.write_bytes(content)
        assert folder.refused("providers", "list") == [
            "Error: MODELDESK_CA_FILE must be a file of certificates in PEM; 'authority.pem' is none"
        ]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("fifo", "it is not a regular file; a pipe is read from standard input"),
        ("large", "the file is larger than 4 MiB"),
        ("folder", "this is a folder, not a file"),
    ],
)
def test_authorities_are_a_regular_file_of_bounded_size(folder: Folder, authority: Path, kind: str, line: str) -> None:
    """A FIFO made every command wait for ever."""
    place(authority, kind, 5)
    assert folder.refused("providers", "list") == [f"Error: MODELDESK_CA_FILE names authority.pem, which is refused: {line}"]


@pytest.mark.parametrize(
    ("kind", "line"),
    [("fifo", "it is not a regular file; a pipe is read from standard input"), ("large", "the file is larger than 32 MiB")],
)
def test_metadata_is_a_regular_file_of_bounded_size(folder: Folder, kind: str, line: str) -> None:
    """A FIFO made the command wait for ever, and a large file was read whole."""
    place(folder.path / "given.json", kind, 33)
    assert folder.refused("metadata", "refresh", "--file", "given.json") == [f"Error: cannot use given.json: {line}"]


def test_kept_metadata_is_written_through_no_planted_link(folder: Folder) -> None:
    """Its temporary name could be guessed, and a link in its place was followed."""
    home, victim = folder.path / ".modeldesk", folder.write("victim", "mine")
    home.mkdir(mode=0o700)
    (home / f"models-dev.json.{os.getpid()}").symlink_to(victim)
    folder.write("given.json", METADATA)
    folder.type("metadata", "refresh", "--file", "given.json")
    assert victim.read_text() == "mine"
    assert (home / "models-dev.json.gz").is_file()


def test_the_status_shows_what_others_may_open(folder: Folder) -> None:
    """The home and the database, on standard error, as at a start."""
    folder.declare(COHERE)
    folder.type("import-providers")
    assert folder.type("db", "status").errors == []
    folder.database.chmod(0o644)
    folder.database.parent.chmod(0o750)
    for form in ("table", "json"):
        assert folder.type("db", "status", "--format", form).errors[:2] == [
            "Warning: others may open .modeldesk (mode 0750); run: chmod 700 .modeldesk",
            f"Warning: others may open {folder.database} (mode 0644); run: chmod 600 {folder.database}",
        ]


def place(file: Path, kind: str, mebibytes: int) -> None:
    file.unlink(missing_ok=True)
    match kind:
        case "fifo":
            os.mkfifo(file, 0o600)
        case "folder":
            file.mkdir()
        case _:
            file.touch(0o600)
            os.truncate(file, mebibytes * 2**20)
