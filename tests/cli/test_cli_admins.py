"""`modeldesk admin create|password|role|list|enable|disable`: who may sign in, and that no secret ever comes out."""

import pytest

from modeldesk.domain.errors import SignInRefused
from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.support.cli_folder import PASSWORD, Folder

ANOTHER = "battery staple correct"


def may_sign_in(name: str, password: str) -> bool:
    """Asks the desk of the folder in which the test stands."""
    try:
        run_with(lambda container: container.sign_in().sign_in(name, password), open_container())
    except SignInRefused:
        return False
    return True


def test_an_admin_is_made_and_may_sign_in(folder: Folder) -> None:
    """The first command on a machine makes the database; super unless said otherwise."""
    made = folder.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    assert (made.out, made.errors) == ("created the super admin sara\n", [folder.creation])
    assert (
        folder.type("admin", "create", "بهار", "--role", "normal", "--password-stdin", typed=ANOTHER).out
        == "created the normal admin بهار\n"
    )
    assert may_sign_in("sara", PASSWORD)
    assert may_sign_in("بهار", ANOTHER)


@pytest.mark.parametrize(
    ("typed", "password"),
    [
        (f"{PASSWORD}\nmore\n", PASSWORD),
        (f"{PASSWORD}\r\n", PASSWORD),
        (PASSWORD, PASSWORD),
        (f"  {PASSWORD} \n", f"  {PASSWORD} "),
        ("گذرواژه‌ی بلند من\n", "گذرواژه‌ی بلند من"),
    ],
)
def test_the_first_line_is_the_password(empty_desk: Folder, typed: str, password: str) -> None:
    """Without its end, and with the blanks that stand in it."""
    empty_desk.type("admin", "create", "sara", "--password-stdin", typed=typed)
    assert may_sign_in("sara", password)


@pytest.mark.parametrize(
    ("typed", "line", "exits"),
    [
        ("short\n", "Error: a password has 12 to 128 characters, not 5", 1),
        (
            "password1234\n",
            "Error: this password is easy to guess: it is little more than common words; choose a longer, less common one",
            1,
        ),
        ("", "Error: a password has 12 to 128 characters, not 0", 1),
        ("\n" + PASSWORD, "Error: a password has 12 to 128 characters, not 0", 1),
        ("x" * 129, "Error: a password has 12 to 128 characters, not 129", 1),
        ("x" * 20_000, "Error: the password on standard input is too long: its line may have 16,384 bytes", 2),
        (b"\xff" * 20, "Error: the password on standard input is not UTF-8", 2),
    ],
)
def test_a_password_has_rules(sara: Folder, typed: str | bytes, line: str, exits: int) -> None:
    """For a new admin and for a change alike; what stood before stands still."""
    for words in (("admin", "create", "omid", "--password-stdin"), ("admin", "password", "sara", "--password-stdin")):
        assert sara.refused(*words, typed=typed, exits=exits)[-1] == line


@pytest.mark.parametrize("name", ["", " sara", "cli", "CLI", "a\nb", "x" * 65, "a\u202eb"])
def test_a_name_has_rules(sara: Folder, name: str) -> None:
    """What cannot be a name is wrong usage; nobody may be called as the command line is."""
    assert "Invalid value for 'NAME'" in sara.refused("admin", "create", name, "--password-stdin", typed=PASSWORD, exits=2)[-1]


def test_a_name_is_given_once(sara: Folder) -> None:
    """The password of the first stays."""
    assert sara.refused("admin", "create", "sara", "--password-stdin", typed=ANOTHER) == [
        "Error: there is already an admin 'sara'; take another name, or change this one with: modeldesk admin role"
    ]
    assert "'boss' is not one of 'super', 'normal'" in sara.refused("admin", "create", "omid", "--role", "boss", exits=2)[-1]


def test_a_password_is_changed(sara: Folder) -> None:
    """The old one is of no use any more, and sessions have ended."""
    assert may_sign_in("sara", PASSWORD)
    assert sara.type("db", "status", "--format", "json").json["rows"]["sessions"] == 1
    changed = sara.type("admin", "password", "sara", "--password-stdin", typed=ANOTHER)
    assert changed.out == "changed the password of sara; all their sessions have ended\n"
    assert sara.type("db", "status", "--format", "json").json["rows"]["sessions"] == 0
    assert may_sign_in("sara", ANOTHER)
    assert not may_sign_in("sara", PASSWORD)


def test_an_admin_is_disabled_and_enabled(sara: Folder) -> None:
    """Sessions end with it; doing it twice is fine, and says so."""
    sara.type("admin", "create", "boss", "--password-stdin", typed=ANOTHER)
    assert may_sign_in("sara", PASSWORD)
    assert sara.type("admin", "disable", "sara").out == "disabled sara; all their sessions have ended\n"
    assert sara.type("admin", "disable", "sara").out == "sara is already disabled\n"
    assert sara.type("db", "status", "--format", "json").json["rows"]["sessions"] == 0
    assert not may_sign_in("sara", PASSWORD)
    assert sara.type("admin", "enable", "sara").out == "enabled sara\n"
    assert sara.type("admin", "enable", "sara").out == "sara is already enabled\n"
    assert may_sign_in("sara", PASSWORD)


def test_a_role_is_changed(sara: Folder) -> None:
    """Sessions end with it; the same again is fine, and says so; what is no role is wrong usage."""
    sara.type("admin", "create", "omid", "--role", "normal", "--password-stdin", typed=ANOTHER)
    assert may_sign_in("omid", ANOTHER)
    assert sara.type("admin", "role", "omid", "super").out == "omid is now a super admin; all their sessions have ended\n"
    assert sara.type("admin", "role", "omid", "super").out == "omid is already a super admin\n"
    assert sara.type("db", "status", "--format", "json").json["rows"]["sessions"] == 0
    assert [entry["role"] for entry in sara.type("admin", "list", "--format", "json").json["admins"]] == ["super", "super"]
    assert "'boss' is not one of 'super', 'normal'" in sara.refused("admin", "role", "omid", "boss", exits=2)[-1]


@pytest.mark.parametrize("words", [("role", "sara", "normal"), ("disable", "sara")], ids=" ".join)
def test_tokens_that_act_for_nobody_any_more_are_named(sara: Folder, words: tuple[str, ...]) -> None:
    """Whoever uses them is refused at once, and asks why; not where the admin may act again, or where nothing was changed."""
    sara.type("admin", "create", "boss", "--password-stdin", typed=PASSWORD)
    for name in ("shop", "nightly"):
        sara.type("tokens", "create", name, "--scope", "read", "--as", "sara")
    assert sara.type("--quiet", "admin", *words).err == "⚠️  2 API tokens act for sara and are refused now: nightly, shop\n"
    assert sara.type("admin", *words).err == ""
    assert sara.type("admin", *(("enable", "sara") if words[0] == "disable" else ("role", "sara", "super"))).err == ""


@pytest.mark.parametrize("words", [("role", "sara", "normal"), ("disable", "sara")], ids=" ".join)
def test_the_last_super_admin_stays_one(sara: Folder, words: tuple[str, ...]) -> None:
    """The operator too makes another one first; a normal one does not count, nor does a super one who may not sign in."""
    for name, role in (("omid", "normal"), ("boss", "super")):
        sara.type("admin", "create", name, "--role", role, "--password-stdin", typed=ANOTHER)
    sara.type("admin", "disable", "boss")
    reported = ["Error: 'sara' is the last super admin who may sign in; create another one with: modeldesk admin create NAME --role super"]
    assert sara.refused("admin", *words) == reported
    sara.type("admin", "enable", "boss")
    sara.type("admin", *words)


@pytest.mark.parametrize("command", ["password", "enable", "disable", "role"])
def test_an_unknown_admin_is_refused(sara: Folder, command: str) -> None:
    """Where there is a database, and where there is none, which then is not made."""
    options = {"password": ["--password-stdin"], "role": ["normal"]}.get(command, [])
    assert sara.refused("admin", command, "nobody", *options, typed=PASSWORD) == [
        "Error: there is no admin 'nobody'; list them with: modeldesk admin list"
    ]
    sara.database.unlink()
    assert sara.refused("admin", command, "nobody", *options, typed=PASSWORD)[-1].startswith("Error: there is no database at ")
    assert not sara.database.exists()


def test_admins_are_listed(sara: Folder) -> None:
    """By name, with role and whether they may sign in; never anything of their passwords."""
    sara.type("admin", "create", "omid", "--role", "normal", "--password-stdin", typed=ANOTHER)
    sara.type("admin", "disable", "omid")
    answer = sara.type("admin", "list", "--format", "json").json
    assert answer["count"] == 2
    assert [sorted(entry) for entry in answer["admins"]] == [
        ["created_at", "has_password", "identities", "is_active", "role", "username"]
    ] * 2
    assert [(entry["username"], entry["role"], entry["is_active"]) for entry in answer["admins"]] == [
        ("omid", "normal", False),
        ("sara", "super", True),
    ]
    assert [line.split()[:3] for line in sara.type("admin", "list").lines] == [
        ["name", "role", "active"],
        ["omid", "normal", "no"],
        ["sara", "super", "yes"],
    ]


def test_admins_that_look_alike_are_told(sara: Folder) -> None:
    """Older versions allowed them; their names are written so that the difference shows."""
    columns = "name, role, password_hash, is_active, created_at"
    sara.execute(f"INSERT INTO admins ({columns}) VALUES ('sara' || char(8206), 'normal', 'h', 1, '2026-11-24 12:00:00')")
    warning = "Warning: the admins 'sara', 'sara\\u200e' look like one in the audit log; disable all but one of them\n"
    assert sara.type("db", "upgrade").err == warning
    printed = sara.type("admin", "list")
    assert printed.err == warning
    assert len(printed.lines) == 3
    assert sara.type("admin", "disable", "sara\u200e").out.startswith("disabled sara\u200e;")


def test_no_admin_at_all(empty_desk: Folder) -> None:
    """The sentence says how to make one."""
    assert empty_desk.type("admin", "list").out == "There are no admins. Create one: modeldesk admin create NAME\n"


def test_a_secret_never_comes_out(folder: Folder) -> None:
    """Neither the password nor its hash, in whatever way the command ends, with a traceback either; and none is taken as an argument."""
    printed = [folder.type("--debug", "admin", "create", "sara", "--password-stdin", typed=PASSWORD)]
    printed.append(folder.type("--debug", "admin", "create", "sara", "--password-stdin", typed=PASSWORD, exits=1))
    printed.append(folder.type("--debug", "admin", "password", "nobody", "--password-stdin", typed=PASSWORD, exits=1))
    printed.append(folder.type("--debug", "admin", "create", "omid", "--password-stdin", typed=PASSWORD * 9, exits=1))
    printed.append(folder.type("admin", "list", "--format", "json"))
    printed.append(folder.type("db", "status"))
    printed.append(folder.type("export"))
    for one in printed:
        assert PASSWORD not in one.out + one.err
        assert "argon2" not in one.out + one.err.replace("argon2.py", "")
    folder.refused("admin", "create", "omid", "--password", PASSWORD, exits=2)
    folder.refused("admin", "create", "omid", PASSWORD, exits=2)


def test_a_password_typed_in_another_form_is_the_same(folder: Folder) -> None:
    """Two keyboards write an accented letter in two ways."""
    assert folder.at_a_terminal("admin", "create", "sara", typed=["caf\u00e9 battery staple", "cafe\u0301 battery staple"])[0] == 0


def test_nobody_types_a_password_for_a_name_that_cannot_be(sara: Folder) -> None:
    """One that is taken, or that nobody has: refused before the question, so that nothing is asked for at all."""
    before = sara.state()
    for words, line in (
        (
            ("admin", "create", "sara"),
            "Error: there is already an admin 'sara'; take another name, or change this one with: modeldesk admin role",
        ),
        (("admin", "password", "nobody"), "Error: there is no admin 'nobody'; list them with: modeldesk admin list"),
    ):
        assert sara.refused(*words) == [line]
        assert sara.at_a_terminal(*words, typed=[]) == (1, "", line + "\r\n")
    assert sara.state() == before


def test_a_password_is_changed_at_a_terminal(sara: Folder) -> None:
    """By the same questions; the name counts as part of the rule."""
    code, out, _ = sara.at_a_terminal("admin", "password", "sara", typed=["sara sara sara", ANOTHER, ANOTHER])
    assert (code, out) == (0, "changed the password of sara; all their sessions have ended\n")
    assert may_sign_in("sara", ANOTHER)


def test_without_a_terminal_nobody_is_asked(folder: Folder) -> None:
    """A script that forgot the option is told, instead of waiting for ever."""
    errors = folder.refused("admin", "create", "sara", exits=2)
    assert errors[-1] == "Error: there is no terminal for the password prompt; pass the password on standard input with --password-stdin"


SHORT = "Error: a password has 12 to 128 characters, not 5"
DIFFER = "Error: the two passwords differ; type the same one twice"


@pytest.mark.parametrize(
    ("typed", "exits", "reported"),
    [
        ([PASSWORD, PASSWORD], 0, []),
        ([PASSWORD, ANOTHER, PASSWORD, PASSWORD], 0, [DIFFER]),
        (["short", PASSWORD, ANOTHER, PASSWORD, PASSWORD], 0, [SHORT, DIFFER]),
        (["short", "short", "short"], 1, [SHORT] * 3),
        (["short", "short", PASSWORD, ANOTHER], 1, [SHORT, SHORT, DIFFER]),
    ],
    ids=["at once", "differing", "short and differing", "short", "differing at last"],
)
def test_a_terminal_is_asked_twice_and_shows_nothing(folder: Folder, typed: list[str], exits: int, reported: list[str]) -> None:
    """The rule stands in the question; what breaks it, or differs, is asked for again, three times in all.

    Nothing that is typed is ever shown, and standard output stays free of questions.
    """
    code, out, shown = folder.at_a_terminal("admin", "create", "sara", typed=typed)
    assert code == exits
    assert shown.startswith("Password (12 to 128 characters, not a common one): ")
    assert [line for line in shown.splitlines() if line.startswith("Error: ")] == reported
    assert out == ("created the super admin sara\n" if exits == 0 else "")
    assert not any(answer in shown for answer in typed)
    if exits == 0:
        assert may_sign_in("sara", typed[-1])
