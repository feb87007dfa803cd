"""Files that a command writes: a slip of the keyboard costs no database, no key and no declaration; and what a damaged database needs."""

import os
from base64 import b64encode
from pathlib import Path

import pytest

from tests.support.cli_folder import CLAUDE, Folder

DATABASE = ".modeldesk/modeldesk.db"
WRITING = (
    ["export", "--output"],
    ["plan", "--out"],
    ["db", "backup", "--force"],
)


@pytest.fixture
def keyed(desk: Folder) -> Folder:
    """A desk with a master key."""
    desk.type("keys", "set", "anthropic", "--key-stdin", typed="sk-0123456789abcdefghij\n")
    return desk


@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[0])
@pytest.mark.parametrize("name", [DATABASE, f"{DATABASE}-wal", ".modeldesk/../.modeldesk/modeldesk.db", ".modeldesk/master.key", "link"])
def test_files_of_the_desk_are_not_written_over(keyed: Folder, words: list[str], name: str) -> None:
    """Wrong usage, under each name of the file, and everything is as it was."""
    (keyed.path / "link").symlink_to(DATABASE)
    key = (keyed.path / ".modeldesk/master.key").read_bytes()
    error = keyed.refused(*words, name, exits=2)[-1]
    assert error == f"Error: {name} is the {'master key' if name.endswith('key') else 'database'} itself"
    assert (keyed.path / ".modeldesk/master.key").read_bytes() == key
    assert keyed.type("db", "check").lines == ["the database has no problems"]


def test_a_master_key_elsewhere_is_not_written_over(desk: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of MODELDESK_MASTER_KEY_FILE."""
    key = desk.write("key", b64encode(os.urandom(32)))
    key.chmod(0o600)
    monkeypatch.setenv("MODELDESK_MASTER_KEY_FILE", str(key))
    assert desk.refused("export", "--output", "key", exits=2)[-1] == "Error: key is the master key itself"


def test_a_plan_is_not_written_over_its_declaration(desk: Folder) -> None:
    """Also where nobody named the declaration."""
    written = desk.declare({**CLAUDE, "sort_order": 1}).read_bytes()
    for words in (["plan", "--out", "providers.json"], ["plan", "--file", "providers.json", "--out", "./providers.json"]):
        assert desk.refused(*words, exits=2)[-1].endswith("providers.json is the declaration itself")
    assert (desk.path / "providers.json").read_bytes() == written


@pytest.mark.parametrize("words", WRITING, ids=lambda words: words[0])
def test_where_no_file_can_be_is_said_in_our_words(desk: Folder, words: list[str]) -> None:
    """A folder, and a folder that is missing."""
    (desk.path / "folder").mkdir()
    assert desk.refused(*words, "folder") == ["Error: cannot write folder: this is a folder, not a file"]
    assert desk.refused(*words, "nosuch/file") == ["Error: cannot write nosuch/file: there is no folder nosuch"]


@pytest.mark.parametrize(("name", "said"), [("folder", "this is a folder, not a file"), ("nosuch", "there is no such file")])
def test_a_file_that_cannot_be_read_is_no_wrong_usage(desk: Folder, name: str, said: str) -> None:
    """As of every other file that a command reads."""
    (desk.path / "folder").mkdir()
    assert desk.refused("metadata", "refresh", "--file", name) == [f"Error: cannot use {name}: {said}"]


def test_a_home_that_is_a_file_is_named(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command looks for a database in it."""
    monkeypatch.setenv("MODELDESK_HOME", str(folder.write("file", "")))
    assert folder.refused("overview") == [f"Error: MODELDESK_HOME must name a folder; '{folder.path / 'file'}' is a file"]


def test_a_damaged_database_says_how_it_is_replaced(desk: Folder) -> None:
    """And that is how it is done."""
    desk.type("db", "backup", "good.backup")
    desk.database.write_text("no database " * 1_000)
    for name in ("-wal", "-shm"):
        Path(f"{desk.database}{name}").unlink(missing_ok=True)
    for words in (["overview"], ["db", "restore", "good.backup", "--yes"], ["models", "deselect", "anthropic", "chat"]):
        (error,) = desk.type(*words, exits=1).errors
        assert error.startswith(f"Error: the database cannot be used: {desk.database}: file is not a database; move it away, ")
    desk.database.rename(desk.path / "aside")
    desk.type("db", "restore", "good.backup", "--yes")
    assert desk.type("providers", "list").lines[1].startswith("anthropic")
