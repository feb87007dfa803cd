"""`modeldesk keys set|check|delete|list`: entered unseen, stored sealed, and never in any output."""

import pytest

from modeldesk.domain.model.keys.provider_key import Verdict
from tests.support.cli_folder import CLAUDE, COHERE, ELSEWHERE, Folder
from tests.support.fake_vendors import FakeVendors

KEY, ANOTHER = "sk-0123456789-abcd-WXYZ", "sk-another-key-of-theirs"
ADDRESS = "https://api.anthropic.com"


def enter(desk: Folder, key: str = KEY, provider: str = "anthropic") -> None:
    desk.type("keys", "set", provider, "--key-stdin", typed=key + "\n")


def listed(desk: Folder) -> list[dict[str, str]]:
    found: list[dict[str, str]] = desk.type("keys", "list", "--format", "json").json["keys"]
    return found


def test_a_key_is_stored(desk: Folder) -> None:
    """In the place of the one before; where it may travel is said, and nothing of the key."""
    reported = desk.type("keys", "set", "anthropic", "--key-stdin", typed=KEY + "\n")
    assert (reported.out, reported.err) == (f"🔑 Stored the shared key of anthropic; it is sent only to {ADDRESS}\n", "")
    enter(desk, ANOTHER)
    (key,) = listed(desk)
    assert key["set_at"].endswith("Z")
    assert len(key["master_key"]) == 16
    assert key | {"set_at": "", "master_key": ""} == {
        "provider": "anthropic",
        "scope": "shared",
        "owner": None,
        "hint": "eirs",
        "set_at": "",
        "set_by": "cli",
        "state": "usable",
        "master_key": "",
    }


def test_the_key_file_is_for_its_owner_alone(desk: Folder) -> None:
    """Made with the first key, beside the database; the database holds no key in the clear."""
    file = desk.database.parent / "master.key"
    assert not file.exists()
    enter(desk)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not any(KEY.encode() in path.read_bytes() for path in desk.path.rglob("*") if path.is_file())


@pytest.mark.parametrize("typed", [KEY, f"{KEY}\n", f"{KEY}\r\n", f"{KEY}\nmore\n", f"\ufeff {KEY} \t\n"])
def test_the_first_line_is_the_key(desk: Folder, vendors: FakeVendors, typed: str) -> None:
    """Without its end, and without the blanks and the mark that copying leaves around it."""
    desk.type("keys", "set", "anthropic", "--key-stdin", typed=typed)
    desk.type("keys", "check", "anthropic")
    assert vendors.asked == [("anthropic", KEY)]


@pytest.mark.parametrize(
    ("typed", "line", "exits"),
    [
        (" \n", "Error: an API key has 1 to 4,096 characters, not 0", 1),
        ("", "Error: an API key has 1 to 4,096 characters, not 0", 1),
        ("\n" + KEY, "Error: an API key has 1 to 4,096 characters, not 0", 1),
        (KEY + " more\n", "Error: an API key consists of printable ASCII without blanks", 1),
        (KEY + "\ufeff" + KEY, "Error: an API key consists of printable ASCII without blanks", 1),
        (KEY * 300, "Error: an API key has 1 to 4,096 characters, not 6,900", 1),
        (b"\xff" * 20, "Error: the key on standard input is not UTF-8", 2),
    ],
)
def test_what_cannot_be_a_key(desk: Folder, typed: str | bytes, line: str, exits: int) -> None:
    """One line that does not quote it; nothing is stored, and no key file is made."""
    assert desk.refused("keys", "set", "anthropic", "--key-stdin", typed=typed, exits=exits)[-1] == line
    assert not (desk.database.parent / "master.key").exists()


def test_what_cannot_hold_a_key(desk: Folder) -> None:
    """A provider that is not there or has no address; nothing is stored, and no key file is made."""
    desk.declare(CLAUDE, COHERE, {"slug": "homeless", "name": "Homeless"})
    desk.type("import-providers")
    assert desk.refused("keys", "set", "nosuch", "--key-stdin", typed=KEY) == [
        "Error: there is no provider 'nosuch'; known: homeless, anthropic, cohere"
    ]
    (line,) = desk.refused("keys", "set", "homeless", "--key-stdin", typed=KEY)
    assert line.startswith("Error: 'homeless' has no address to read its list from")
    assert not (desk.database.parent / "master.key").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["antropic"], "Error: there is no provider 'antropic'; did you mean 'anthropic'?"),
        (["anthropic", "--personal", "nobody"], "Error: there is no admin 'nobody'; list them with: modeldesk admin list"),
    ],
    ids=" ".join,
)
def test_nobody_types_a_key_that_cannot_be_stored(desk: Folder, words: list[str], line: str) -> None:
    """Refused before the question, whether there is a terminal or not."""
    assert desk.refused("keys", "set", *words) == [line]
    assert desk.at_a_terminal("keys", "set", *words, typed=[]) == (1, "", line + "\r\n")


@pytest.mark.parametrize(
    ("verdict", "line", "exits"),
    [
        (Verdict.VALID, "✅ valid: the vendor knows this key", 0),
        (Verdict.REJECTED, "❌ rejected: the vendor knows this key", 1),
        (Verdict.INCONCLUSIVE, "❔ inconclusive: the vendor knows this key", 0),
    ],
)
def test_a_key_is_checked(desk: Folder, vendors: FakeVendors, verdict: Verdict, line: str, exits: int) -> None:
    """In a line, and as REST answers it; a rejected one is exit code 1."""
    enter(desk)
    vendors.verdict = verdict
    assert desk.type("keys", "check", "anthropic", exits=exits).out == line + "\n"
    answer = desk.type("keys", "check", "anthropic", "--format", "json", exits=exits).json
    assert answer == {"verdict": verdict.value, "detail": "the vendor knows this key", "checked_at": "2026-11-24T00:00:00.000Z"}
    assert vendors.asked == [("anthropic", KEY)] * 2


def test_a_rejection_by_a_check_is_listed(desk: Folder, vendors: FakeVendors) -> None:
    """By other processes too, until a check accepts the key."""
    enter(desk)
    for verdict, status in ((Verdict.REJECTED, "rejected"), (Verdict.VALID, "usable")):
        vendors.verdict = verdict
        desk.type("keys", "check", "anthropic", exits=1 if verdict is Verdict.REJECTED else 0)
        assert desk.type("keys", "list", "--format", "json").json["keys"][0]["state"] == status


def test_without_a_key_there_is_nothing_to_check(desk: Folder, vendors: FakeVendors) -> None:
    """The line says how to enter one."""
    assert desk.refused("keys", "check", "anthropic") == [
        "Error: 'anthropic' has no API key yet; enter it with: modeldesk keys set anthropic"
    ]
    assert desk.refused("keys", "check", "nosuch") == ["Error: there is no provider 'nosuch'; known: anthropic, cohere"]
    assert vendors.asked == []


def test_a_key_is_forgotten(desk: Folder) -> None:
    """Twice is fine, and says so."""
    enter(desk)
    assert desk.type("keys", "delete", "anthropic").out == "deleted the shared key of anthropic\n"
    assert desk.type("keys", "delete", "anthropic").out == "there is no shared key of anthropic\n"
    assert listed(desk) == []
    assert desk.refused("keys", "delete", "nosuch") == ["Error: there is no provider 'nosuch'; known: anthropic, cohere"]


def test_keys_are_listed(desk: Folder) -> None:
    """How each ends and whether it is used; none at all is said with what stores one."""
    assert desk.type("keys", "list").out == "There are no keys. Store one: modeldesk keys set PROVIDER\n"
    enter(desk)
    enter(desk, "12345678", "cohere")
    desk.declare({**CLAUDE, "api_base_url": "https://elsewhere.example"}, COHERE)
    desk.type("import-providers", "--force")
    lines = [line.split() for line in desk.type("keys", "list").lines]
    assert lines[0] == ["provider", "scope", "owner", "ends", "in", "state", "master", "key", "set", "by"]
    assert sorted(line[:4] for line in lines[1:3]) == [
        ["anthropic", "shared", "…WXYZ", "suspended"],
        ["cohere", "shared", "usable", lines[2][3]],
    ]
    assert [line[:7] for line in lines[3:]] == [["2", "keys", "under", "the", "newest", "master", "key"]]
    assert {key["provider"]: (key["hint"], key["state"]) for key in listed(desk)} == {
        "anthropic": ("WXYZ", "suspended"),
        "cohere": ("", "usable"),
    }


def test_an_import_that_moves_a_provider_says_what_becomes_of_its_key(desk: Folder, vendors: FakeVendors) -> None:
    """A dry run says the same and changes nothing; what was suspended is asked with no more, until it is entered again."""
    enter(desk)
    desk.declare({**CLAUDE, "api_base_url": "https://elsewhere.example/v1"}, COHERE)
    planned = desk.type("import-providers", "--force", "--dry-run")
    reported = '     shared key: "set" → "suspended until it is entered again"'
    assert reported in planned.lines
    assert listed(desk)[0]["state"] == "usable"
    done = desk.type("import-providers", "--force")
    assert done.lines == planned.lines[1:]
    assert listed(desk)[0]["state"] == "suspended"
    assert "is suspended until it is entered again" in desk.refused("keys", "check", "anthropic")[0]
    enter(desk)
    desk.type("keys", "check", "anthropic")
    assert vendors.asked == [("anthropic", KEY)]


def test_the_changes_of_an_import_tell_it_to_programs(desk: Folder) -> None:
    """Beside the field that moves it."""
    enter(desk)
    desk.declare({**CLAUDE, "api_base_url": "https://elsewhere.example/v1"}, COHERE)
    changes = desk.type("import-providers", "--force", "--format", "json").json["changes"]
    assert changes["anthropic"]["shared key"] == ["set", "suspended until it is entered again"]


def test_providers_are_listed_with_their_keys(desk: Folder) -> None:
    """How it ends, and whether it is used; in the JSON as REST shows it to a super admin."""
    enter(desk)
    rows = {line.split()[0]: line.split() for line in desk.type("providers", "list").lines}
    assert "…WXYZ" in rows["anthropic"]
    assert not any("…" in word for word in rows["cohere"])
    assert desk.provider("anthropic")["key"] == {"shared": True, "personal": False, "usable": True, "hint": "WXYZ"}
    assert "key.hint" in desk.type("providers", "show", "anthropic").out
    desk.declare({**CLAUDE, "api_base_url": "https://elsewhere.example"}, COHERE)
    desk.type("import-providers", "--force")
    (row,) = [line for line in desk.type("providers", "list").lines if line.startswith("anthropic")]
    assert "…WXYZ (suspended)" in row


def test_no_key_ever_comes_out(desk: Folder, vendors: FakeVendors) -> None:
    """In whatever way a command ends, with a traceback either."""
    printed = [desk.type("--debug", "keys", "set", "anthropic", "--key-stdin", typed=KEY)]
    printed.append(desk.type("--debug", "keys", "set", "nosuch", "--key-stdin", typed=KEY, exits=1))
    printed.append(desk.type("--debug", "keys", "set", "anthropic", "--key-stdin", typed=f"{KEY} x", exits=1))
    vendors.verdict = Verdict.REJECTED
    printed.append(desk.type("--debug", "keys", "check", "anthropic", exits=1))
    for words in (["keys", "list"], ["providers", "list"], ["overview"], ["export"], ["db", "status"], ["providers", "show", "anthropic"]):
        printed.append(desk.type(*words))
    printed.append(desk.type("providers", "list", "--format", "json"))
    for one in printed:
        assert KEY not in one.out + one.err
        assert KEY[:12] not in one.out + one.err


def test_a_key_is_no_argument(desk: Folder) -> None:
    """Arguments stand in the list of processes and in histories: there is no such option."""
    for words in (["keys", "set", "anthropic", KEY], ["keys", "set", "anthropic", "--key", KEY], ["keys", "set"]):
        desk.refused(*words, exits=2)
    assert listed(desk) == []


def test_without_a_terminal_nobody_is_asked(desk: Folder) -> None:
    """A script that forgot the option is told, instead of waiting for ever."""
    errors = desk.refused("keys", "set", "anthropic", exits=2)
    assert errors[-1] == "Error: there is no terminal for the key prompt; pass the key on standard input with --key-stdin"


@pytest.mark.parametrize(("typed", "exits"), [(KEY, 0), ("with blank", 1)])
def test_a_terminal_is_asked_and_shows_nothing(desk: Folder, typed: str, exits: int) -> None:
    """Nothing that is typed is ever shown, and standard output stays free of questions."""
    code, out, shown = desk.at_a_terminal("keys", "set", "anthropic", typed=[typed])
    assert code == exits
    assert out == (f"🔑 Stored the shared key of anthropic; it is sent only to {ADDRESS}\n" if exits == 0 else "")
    assert typed not in shown


def test_without_a_database_there_are_no_keys(folder: Folder) -> None:
    """Looking makes nothing."""
    printed = folder.type("keys", "list")
    assert printed.out == "There are no keys.\n"
    assert printed.errors == [f"no database at {folder.database}; {ELSEWHERE}"]
    assert folder.refused("keys", "set", "openai", "--key-stdin", typed=KEY)[-1].startswith(
        f"Error: there is no database at {folder.database}"
    )
    assert list(folder.path.iterdir()) == []
