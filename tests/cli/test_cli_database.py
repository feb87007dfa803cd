"""`modeldesk db upgrade|status|check|backup|restore`."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.tables import SCHEMA_VERSION
from tests.support.cli_folder import ELSEWHERE, Folder


def test_upgrading_makes_the_database(folder: Folder) -> None:
    """Where there is none; readable by its owner alone. A second time there is nothing to do."""
    assert folder.type("db", "upgrade").out == f"created the schema {SCHEMA_VERSION}\n"
    assert stat.S_IMODE(folder.database.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.database.parent.stat().st_mode) == 0o700
    assert folder.type("db", "upgrade").out == f"the schema is up to date: {SCHEMA_VERSION}\n"


def test_the_status_is_told(desk: Folder) -> None:
    """Engine, place, schema, guard and counts, to people and to programs."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    facts = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in desk.type("db", "status").lines}
    assert facts["database"] == f"SQLite {sqlite3.sqlite_version}"
    assert (facts["location"], facts["schema"]) == (str(desk.database), SCHEMA_VERSION)
    assert facts["WAL guard"].startswith(("on: ", "off: "))
    assert (facts["providers"], facts["stored models"], facts["active models"], facts["admins"]) == ("2", "1", "1", "0")
    assert facts["audit log entries"] == "3"
    answer = desk.type("db", "status", "--format", "json").json
    assert (answer["engine"], answer["location"], answer["schema"], answer["schema_wanted"]) == (
        "SQLite",
        str(desk.database),
        SCHEMA_VERSION,
        SCHEMA_VERSION,
    )
    in_use = {"providers": 2, "stored_models": 1, "active_models": 1, "slot_history": 1}
    assert answer["rows"] == {
        **in_use,
        "vendor_lists": 0,
        "provider_keys": 0,
        "admins": 0,
        "sessions": 0,
        "api_tokens": 0,
        "audit_trail": 3,
    }


def test_without_a_database_there_is_nothing_to_tell(folder: Folder) -> None:
    """Status answers emptily; check and backup, which would say that all is well, refuse."""
    status = folder.type("db", "status")
    assert (status.out, status.errors) == ("", [f"no database at {folder.database}; {ELSEWHERE}"])
    assert folder.type("db", "status", "--format", "json").json == {}
    refusal = f"there is no database at {folder.database}; {ELSEWHERE}"
    for words in (["check"], ["backup", "x.backup"]):
        assert folder.refused("db", *words) == [f"Error: {refusal}"]
    (error,) = folder.type("db", "check", "--format", "json", exits=1).json["errors"]
    assert error["message"] == refusal
    assert list(folder.path.iterdir()) == []


def test_a_sound_database_passes_the_check(desk: Folder) -> None:
    """In words, and as an empty list."""
    assert desk.type("db", "check").out == "the database has no problems\n"
    assert desk.type("db", "check", "--format", "json").json == {"problems": []}


def test_what_is_wrong_with_a_database_is_told(desk: Folder) -> None:
    """Each thing in a line on standard error, with exit code 1: our rules and the references alike."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.type("models", "select", "anthropic", "chat", "x")
    desk.execute("DELETE FROM slot_history WHERE provider = 'cohere'", "DELETE FROM providers WHERE slug = 'anthropic'")
    errors = desk.refused("db", "check")
    assert "Error: 'cohere' 'chat': the history does not count up to the version 1" in errors
    assert any(line.startswith("Error: a row of ") and "refers to a row of providers that does not exist" in line for line in errors)
    printed = desk.type("db", "check", "--format", "json", exits=1)
    assert [f"Error: {problem}" for problem in printed.json["problems"]] == printed.errors == errors


def test_a_backup_holds_everything(desk: Folder) -> None:
    """For its owner alone, and one that was made before is not overwritten unasked."""
    assert desk.type("db", "backup", "a.backup").out == f"backed up {desk.database} to a.backup\n"
    assert stat.S_IMODE((desk.path / "a.backup").stat().st_mode) == 0o600
    copy = (desk.path / "a.backup").read_bytes()
    desk.type("providers", "disable", "cohere")
    assert desk.refused("db", "backup", "a.backup") == ["Error: a.backup exists already; --force overwrites it"]
    assert (desk.path / "a.backup").read_bytes() == copy
    desk.type("db", "backup", "a.backup", "--force")
    assert (desk.path / "a.backup").read_bytes() != copy
    assert sorted(path.name for path in desk.path.iterdir()) == [".modeldesk", "a.backup", "providers.json"]


def test_a_copy_is_put_back(desk: Folder) -> None:
    """All that came after it is gone; the number that servers go by went up."""
    desk.type("models", "select", "cohere", "chat", "command-r")
    desk.type("db", "backup", "a.backup")
    desk.type("models", "select", "cohere", "chat", "another")
    before = desk.type("overview", "--format", "json").json["generation"]
    assert desk.type("db", "restore", "a.backup", "--yes").out == "restored the database from a.backup\n"
    assert desk.active() == {"cohere chat": "command-r"}
    assert desk.type("overview", "--format", "json").json["generation"] > before
    assert desk.type("db", "check").out == "the database has no problems\n"


def test_a_copy_is_put_where_nothing_is(desk: Folder) -> None:
    """Moving to another machine."""
    exported = desk.type("export").out
    desk.type("db", "backup", "a.backup")
    for file in desk.database.parent.iterdir():
        file.unlink()
    desk.type("db", "restore", "a.backup", "--yes")
    assert desk.type("export").out == exported


def test_putting_back_is_asked_for(desk: Folder) -> None:
    """The question names both; no, or nobody there to answer, changes nothing."""
    desk.type("db", "backup", "a.backup")
    desk.type("providers", "disable", "cohere")
    question = f"Replace everything in {desk.database} with a.backup? [y/N]: "
    assert desk.refused("db", "restore", "a.backup", typed="n\n")[0].startswith(question)
    assert desk.refused("db", "restore", "a.backup")[0].startswith(question)
    yes = desk.type("db", "restore", "a.backup", typed="y\n")
    assert yes.err.startswith(question)
    assert yes.out.endswith("restored the database from a.backup\n")
    assert desk.provider("cohere")["is_active"] is True


def test_putting_back_is_told_in_the_trail(desk: Folder) -> None:
    """Who, when, from which file, and how many lines there were: those that came after the copy are gone, and no id comes again."""
    desk.type("db", "backup", "a.backup")
    desk.type("providers", "disable", "cohere")
    desk.type("providers", "enable", "cohere")
    last = desk.type("audit", "--format", "json").json["entries"][0]["id"]
    desk.type("db", "restore", "a.backup", "--yes")
    reported, *before = desk.type("audit", "--format", "json").json["entries"]
    assert [entry["action"] for entry in before] == ["provider-created", "provider-created"]
    assert (reported["action"], reported["by"], reported["subject"]) == ("database-restored", "cli", "")
    assert (reported["before"], reported["after"]) == ({"entries": 4}, {"file": "a.backup", "entries": 2})
    assert reported["at"] > before[0]["at"]
    assert reported["id"] > last
    assert desk.type("audit", "--action", "database-restored").lines[1].endswith("entries: 4 → 2; file: a.backup")
    desk.type("providers", "disable", "cohere")
    assert desk.type("audit", "--format", "json").json["entries"][0]["id"] == reported["id"] + 1


def test_a_name_that_is_no_text_is_told_as_far_as_it_can_be(desk: Folder) -> None:
    """File names are bytes, and may hold what no line can."""
    desk.type("db", "backup", "a.backup")
    name = os.fsdecode(b"a\n\xff.backup")
    (desk.path / "a.backup").rename(desk.path / name)
    desk.type("db", "restore", name, "--yes")
    assert desk.type("audit", "--format", "json").json["entries"][0]["after"]["file"] == "a��.backup"


def damaged(desk: Folder) -> str:
    """A backup of which a page is gone."""
    desk.type("db", "backup", "damaged.backup")
    content = bytearray((desk.path / "damaged.backup").read_bytes())
    content[4096:12288] = b"\xee" * 8192
    desk.write("damaged.backup", bytes(content))
    return "damaged.backup"


def newer(desk: Folder) -> str:
    desk.type("db", "backup", "newer.backup")
    connection = sqlite3.connect(desk.path / "newer.backup")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    return "newer.backup"


def another(desk: Folder) -> str:
    connection = sqlite3.connect(desk.path / "another.db")
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    return "another.db"


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (lambda _: "nosuch.backup", "Error: cannot restore nosuch.backup: there is no such file"),
        (lambda _: ".", "Error: cannot restore .: this is a folder, not a file"),
        (lambda _: "providers.json", "Error: cannot restore providers.json: it is not a copy of a Modeldesk database"),
        (damaged, "Error: cannot restore damaged.backup: "),
        (
            newer,
            "Error: cannot restore newer.backup: it has schema 9999, which this version does not know; use a newer Modeldesk",
        ),
        (another, "Error: cannot restore another.db: it is not a copy of a Modeldesk database"),
    ],
    ids=["missing", "a folder", "no database", "damaged", "newer", "another program's"],
)
def test_what_is_no_sound_copy_is_not_put_back(desk: Folder, made: object, line: str) -> None:
    """The database stays as it is."""
    assert callable(made)
    (reported,) = desk.refused("db", "restore", made(desk), "--yes")
    assert reported.startswith(line)


def test_what_cannot_be_put_back_is_not_asked_for(desk: Folder) -> None:
    """A question about a file that is not there, or is something else, would only frighten."""
    for name in ("nosuch.backup", ".", "providers.json", another(desk), newer(desk)):
        (line,) = desk.refused("db", "restore", name)
        assert line.startswith(f"Error: cannot restore {name}: ")


def test_the_database_itself_is_no_copy(desk: Folder) -> None:
    """Neither to write to nor to read from, by whatever name."""
    (desk.path / "link").symlink_to(desk.database)
    for name in (str(desk.database), ".modeldesk/../.modeldesk/modeldesk.db", "link"):
        assert desk.refused("db", "backup", name, "--force", exits=2)[-1] == f"Error: {name} is the database itself"
        assert desk.refused("db", "restore", name, "--yes", exits=2)[-1] == f"Error: {name} is the database itself"


def test_a_backup_that_cannot_be_written_is_told(desk: Folder) -> None:
    """By its name."""
    assert desk.refused("db", "backup", "nosuch/a") == ["Error: cannot write nosuch/a: there is no folder nosuch"]
    (desk.path / "a-folder").mkdir()
    (reported,) = desk.refused("db", "backup", "a-folder", "--force")
    assert reported == "Error: cannot write a-folder: this is a folder, not a file"


def test_a_restore_without_standard_input_names_the_option(desk: Folder) -> None:
    """Where nothing can be answered, as in a service: no error of Python's own."""
    desk.type("db", "backup", "good.backup")
    done = desk.process("db", "restore", "good.backup", fresh=True, stdin=None, preexec_fn=lambda: os.close(0))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Error: there is no terminal for the question; --yes does not ask"


def test_the_database_of_a_setting(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative to the working folder, its folder made for it; the home is not."""
    monkeypatch.setenv("MODELDESK_DATABASE_URL", "sqlite:///data/desk.db")
    folder.type("import-providers")
    assert Path(folder.type("db", "status", "--format", "json").json["location"]) == folder.path / "data" / "desk.db"
    assert [path.name for path in folder.path.iterdir()] == ["data"]
