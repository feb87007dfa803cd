"""Bad input at the command line: clear lines, exit code 1, and nothing changed, whether there was a database or not."""

import json
from pathlib import Path
from typing import Any

import pytest
from folders import CLAUDE, COHERE, SHIPPED, Folder, fits_a_line


def declared(*providers: object) -> bytes:
    return json.dumps({"version": "1.0.0", "providers": providers}).encode()


FIVE_WRONG_TYPES: Any = (
    {"slug": "a", "name": 5, "capabilities": {"chat": {"supported": "yes", "models": "gpt-4o"}}},
    {"slug": "b", "name": "B", "sort_order": 1.5, "config": {"max_retry": True}},
)
CASES: dict[str, tuple[bytes, list[str]]] = {
    "broken JSON": (
        b'{"version": "1.0.0",\n "providers": [\n  {"slug": "a" "name": 5}]}',
        ["$.providers[0].slug: expected ',' or '}', found '\"': is a comma missing? (line 3, column 16)"],
    ),
    "an empty file": (b"", ["$: there is no JSON in this text: it is empty (line 1, column 1)"]),
    "a key twice": (
        b'{"version": "1.0.0", "providers": [\n {"slug": "a", "name": "A",\n  "name": "B"}]}',
        ["$.providers[0].name: this key is given twice; the first stands at line 2, column 16 (line 3, column 3)"],
    ),
    "a slug twice": (
        declared(CLAUDE, CLAUDE),
        ["$.providers[1].slug: the slug 'anthropic' is given twice; the first stands at line 1, column "],
    ),
    "an unknown key": (
        declared({"slug": "a", "name": "A", "capabilites": {}}),
        ["$.providers[0].capabilites: unknown key 'capabilites'; did you mean 'capabilities'? (line 1, column "],
    ),
    "an unknown class": (
        declared({"slug": "a", "name": "A", "provider_class": "AntropicProvider"}),
        ["$.providers[0].provider_class: unknown provider class 'AntropicProvider'; known: OpenAIProvider, "],
    ),
    "five wrong types": (
        declared(*FIVE_WRONG_TYPES),
        [
            "$.providers[0].name: must be a string, not a number",
            "$.providers[0].capabilities.chat.supported: must be true or false, not a string",
            "$.providers[0].capabilities.chat.models: must be a list, not a string",
            "$.providers[1].sort_order: must be a whole number, not a number with a fraction",
            "$.providers[1].config.max_retry: must be a whole number, not true or false",
        ],
    ),
    "UTF-16": (SHIPPED.decode().encode("utf-16"), ["Error: this text looks like UTF-16; UTF-8 is wanted"]),
    "an older encoding": (declared(CLAUDE).replace(b"Claude", b"Cl\xe9ude"), ["$: byte 0xE9 is not UTF-8, which is wanted"]),
    "NaN": (
        b'{"version": "1.0.0", "providers": [{"slug": "a", "name": "A", "config": {"timeout": NaN}}]}',
        ["$.providers[0].config.timeout: NaN is not a number in JSON (line 1, column "],
    ),
    "depth 5,000": (
        b'{"version": "1.0.0", "providers": [{"slug": "a", "name": "A", "config": {"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}]}",
        ["$.providers[0].config.x[0][0]"],
    ),
    "a description of a megabyte": (
        declared({"slug": "a", "name": "A", "description": "x" * 2**20}),
        ["$.providers[0].description: a text has at most 10,000 characters, not 1,048,576"],
    ),
    "a forbidden character": (
        declared({"slug": "a", "name": "A\u202eB"}),
        ["$.providers[0].name: forbidden character U+202E at position 2"],
    ),
    "another version": (b'{"version": "2.0.0", "providers": []}', ["$.version: version 2.0.0 is not known here; known: 1.x.y"]),
    "good ones beside a bad one": (
        declared(COHERE, {**CLAUDE, "slug": "new"}, {"slug": "Bad One", "name": "B"}),
        ["$.providers[2].slug: "],
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("has_database", [True, False], ids=["a desk", "no database"])
def test_a_bad_declaration_changes_nothing(folder: Folder, content: bytes, expected: list[str], has_database: bool) -> None:
    """A line for each error on standard error, in words that help; a dry run says the same."""
    if has_database:
        folder.declare(CLAUDE)
        folder.type("import-providers")
        folder.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    folder.write("providers.json", content)
    errors = folder.refused("import-providers", "--force", "--prune", "--deactivate-lost")
    assert len(errors) == len(expected)
    for line, beginning in zip(errors, expected, strict=True):
        assert line.startswith(beginning)
        assert fits_a_line(line)
    assert folder.refused("import-providers", "--force", "--dry-run") == errors
    assert folder.database.exists() is has_database


def test_a_file_that_is_too_large_is_not_read_whole(desk: Folder) -> None:
    """65 MiB, as a file and from standard input alike."""
    with (desk.path / "large.json").open("wb") as file:
        file.truncate(65 * 2**20)
    assert desk.refused("import-providers", "--file", "large.json") == ["large.json: it has more than 64 MiB, which is all that is read"]
    with (desk.path / "large.json").open("rb") as file:
        done = desk.process("import-providers", "--file", "-", stdin=file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "standard input: it has more than 64 MiB, which is all that is read\n"


def test_a_folder_is_no_file(desk: Folder) -> None:
    """Named as it was asked for, by the option and where one stands at the default place."""
    (desk.path / "a-folder").mkdir()
    assert desk.refused("import-providers", "--file", "a-folder") == ["a-folder: it is a folder, not a file"]
    (desk.path / "providers.json").unlink()
    (desk.path / "providers.json").mkdir()
    assert desk.refused("import-providers") == ["providers.json: it is a folder, not a file"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nosuch.json", "nosuch.json: there is no such file"),
        ("x" * 300, f"{'x' * 300}: it cannot be read: File name too long"),
        ("providers.json/more", "providers.json/more: it cannot be read: Not a directory"),
        ("a\nb", "a\\nb: there is no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(desk: Folder, name: str, message: str) -> None:
    """One line, whatever stands in the name."""
    assert desk.refused("import-providers", "--file", name) == [message]


HOMES = [("a-file", "Not a directory"), ("/dev/null/home", "Not a directory"), ("x" * 300, "File name too long")]


@pytest.mark.parametrize(("home", "reason"), HOMES, ids=["a file", "below a device", "too long"])
def test_an_unwritable_home_is_told(folder: Folder, monkeypatch: pytest.MonkeyPatch, home: str, reason: str) -> None:
    """The line names the place; nothing is made. A file stands where the folder should be: rights would not stop root."""
    folder.write("a-file", "mine")
    monkeypatch.setenv("MODELDESK_HOME", home)
    place = Path(folder.path, home, "modeldesk.db")
    for words in (["import-providers"], ["populate"], ["db", "upgrade"], ["admin", "create", "sara", "--password-stdin"]):
        assert folder.refused(*words, typed="correct horse battery\n") == [f"Error: the database cannot be used: {place}: {reason}"]
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
    assert line.endswith("this version knows; run a newer Modeldesk")
