"""Files that this user may not read or enter: said as such, with the same words and exit code for every file."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from modeldesk.entrypoints.cli import root
from tests.support.cli_folder import Folder, Printed, stand_in

NOBODY = 65534


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user whom rights stop, which they do not for root."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """A desk that everybody may enter, but for its home, with a file that nobody may read."""
    with TemporaryDirectory(dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o755)
        folder = stand_in(path, monkeypatch)
        folder.type("db", "upgrade")
        folder.write("secret.json", "{}").chmod(0)
        yield folder
        (path / ".modeldesk").chmod(stat.S_IRWXU)


def printed_without_rights(words: str) -> Printed:
    CliRunner().invoke(root, words.split())  # imports everything, from folders that only root may read
    with without_rights():
        done = CliRunner().invoke(root, words.split())
    assert done.exit_code == 1, done.output
    return Printed(done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("import-providers --file secret.json --dry-run", "secret.json: this user may not read the file"),
        ("plan --file secret.json", "secret.json: this user may not read the file"),
        ("apply secret.json", "secret.json: this user may not read the file"),
        ("populate secret.json", "secret.json: this user may not read the file"),
        ("metadata refresh --file secret.json", "Error: cannot use secret.json: this user may not read the file"),
        ("db restore secret.json --yes", "Error: cannot restore secret.json: this user may not read the file"),
    ],
)
def test_a_file_without_rights(shared: Folder, words: str, said: str) -> None:
    """One line and exit code 1, not wrong usage."""
    printed = printed_without_rights(words)
    assert (printed.out, printed.errors) == ("", [said])


@pytest.mark.parametrize("words", ["overview", "providers list --format json", "models deselect anthropic chat", "db check"])
def test_a_home_without_rights_is_not_an_empty_desk(shared: Folder, words: str) -> None:
    """Nobody is told to create a database that is there."""
    (shared.path / ".modeldesk").chmod(0)
    (error,) = printed_without_rights(words).errors
    assert error.startswith("Error: ")
    assert "create it" not in error
    assert any(said in error for said in ("Permission denied", "unable to open database file"))
