"""Bad input at the command line: clear lines, exit code 1, and nothing changed, whether there was a database or not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.cli_folder import CLAUDE, ELSEWHERE, Folder, fits_a_line
from tests.support.invalid_declarations import BAD_DECLARATIONS


@pytest.mark.parametrize(("content", "expected"), BAD_DECLARATIONS.values(), ids=BAD_DECLARATIONS)
@pytest.mark.parametrize("has_database", [True, False], ids=["a desk", "no database"])
def test_a_bad_declaration_changes_nothing(
    folder: Folder, declare_and_import: Callable[..., None], content: bytes, expected: list[str], has_database: bool
) -> None:
    """A line for each error on standard error, in words that help; a dry run says the same."""
    if has_database:
        declare_and_import(folder, CLAUDE)
        folder.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    folder.write("providers.json", content)
    errors = folder.refused("import-providers", "--force", "--prune", "--deactivate-lost")
    assert len(errors) == len(expected)
    for line, beginning in zip(errors, expected, strict=True):
        assert line.startswith(beginning)
        assert line.count("providers.json") == 1
        assert fits_a_line(line)
    assert folder.refused("import-providers", "--force", "--dry-run") == errors
    assert folder.database.exists() is has_database


def test_a_file_that_is_too_large_is_not_read_whole(desk: Folder) -> None:
    """65 MiB, as a file and from standard input alike."""
    with (desk.path / "large.json").open("wb") as file:
        file.truncate(65 * 2**20)
    assert desk.refused("import-providers", "--file", "large.json") == ["large.json: the file is larger than 64 MiB"]
    with (desk.path / "large.json").open("rb") as file:
        done = desk.process("import-providers", "--file", "-", stdin=file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "standard input: the file is larger than 64 MiB\n"


def test_a_folder_is_no_file(desk: Folder) -> None:
    """Named as it was asked for, by the option and where one stands at the default place."""
    (desk.path / "a-folder").mkdir()
    assert desk.refused("import-providers", "--file", "a-folder") == ["a-folder: this is a folder, not a file"]
    (desk.path / "providers.json").unlink()
    (desk.path / "providers.json").mkdir()
    assert desk.refused("import-providers") == ["providers.json: this is a folder, not a file"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nosuch.json", "nosuch.json: there is no such file"),
        ("x" * 300, f"{'x' * 300}: the file cannot be read: File name too long"),
        ("providers.json/more", "providers.json/more: the file cannot be read: Not a directory"),
        ("a\nb", "a\\nb: there is no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(desk: Folder, name: str, message: str) -> None:
    """One line, whatever stands in the name."""
    assert desk.refused("import-providers", "--file", name) == [message]


HOMES = [("a-file/home", "Not a directory"), ("/dev/null/home", "Not a directory"), ("x" * 300, "File name too long")]


@pytest.mark.parametrize(("home", "reason"), HOMES, ids=["below a file", "below a device", "too long"])
def test_an_unwritable_home_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch, home: str, reason: str) -> None:
    """The line names the place; nothing is made. A file stands where the folder should be: rights would not stop root."""
    folder.write("a-file", "mine")
    monkeypatch.setenv("MODELDESK_HOME", home)
    place = Path(folder.path, home, "modeldesk.db")
    for words in (["import-providers"], ["populate"], ["db", "upgrade"], ["admin", "create", "sara", "--password-stdin"]):
        assert folder.refused(*words, typed="correct horse battery\n") == [f"Error: the database cannot be used: {place}: {reason}"]
    assert folder.type("providers", "list").errors == [f"no database at {place}; {ELSEWHERE}"]
    assert (folder.path / "a-file").read_text() == "mine"


def test_a_folder_where_the_database_should_be(folder: Folder) -> None:
    """Reading and writing commands say the same, and the folder stays."""
    folder.database.mkdir(parents=True)
    for words in (["import-providers"], ["providers", "list"], ["db", "status"]):
        (line,) = folder.refused(*words)
        assert line.startswith(f"Error: the database cannot be used: {folder.database}: ")
    assert folder.database.is_dir()


WRITES = [
    ["import-providers", "--force"],
    ["populate"],
    ["providers", "disable", "cohere"],
    ["models", "select", "anthropic", "chat", "x"],
    ["admin", "create", "sara", "--password-stdin"],
    ["cache", "clear"],
    ["db", "upgrade"],
]
READS = [
    ["providers", "list"],
    ["models", "list"],
    ["overview"],
    ["export"],
    ["admin", "list"],
    ["import-providers", "--dry-run"],
    ["db", "check"],
]


@pytest.mark.parametrize("words", [*WRITES, *READS], ids=" ".join)
def test_a_database_of_a_newer_schema_is_left_alone(desk: Folder, words: list[str]) -> None:
    """Whatever would read or write it says which schema it has, which is known, and what to do."""
    desk.execute("UPDATE alembic_version SET version_num = '9999'")
    (line,) = desk.refused(*words, typed="correct horse battery\n")
    assert line.startswith("Error: the database has schema 9999, newer than the ")
    assert line.endswith("of this version; run a newer Modeldesk")
