"""`modeldesk tokens create|list|revoke`: tokens made without a browser, and that their text goes to standard output alone."""

from typing import Any

import pytest

from modeldesk.domain.model.access.api_token import TokenIdentity
from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.support.cli_folder import PASSWORD, Folder

CREATE = ("tokens", "create", "nightly", "--scope", "resolve")


def holder(text: str) -> TokenIdentity | None:
    """Whom the desk of the folder takes the token for."""
    return run_with(lambda container: container.api_tokens().identify(text), open_container())


def listed(folder: Folder) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = folder.type("tokens", "list", "--format", "json").json["tokens"]
    return found


def with_admin(folder: Folder, name: str, role: str) -> None:
    folder.type("admin", "create", name, "--role", role, "--password-stdin", typed=PASSWORD + "\n")


def test_the_text_of_a_token_is_all_of_standard_output(sara: Folder) -> None:
    """So it can be piped; what a person wants to know stands on standard error, without the text."""
    printed = sara.type(*CREATE, "--scope", "read", "--days", "9")
    (text,) = printed.lines
    identity = holder(text)
    assert identity is not None
    assert (identity.admin.name, {scope.value for scope in identity.token.scopes}) == ("sara", {"resolve", "read"})
    assert (identity.token.expires_at - identity.token.created_at).days == 9
    assert printed.errors[0].startswith("created the token nightly: acts for sara, expires ")
    assert text not in printed.err


def test_the_command_line_made_it_for_the_admin(sara: Folder) -> None:
    """The audit log names who did it and whom the token acts for, and no text of a token."""
    text = sara.type(*CREATE, "--as", "sara").out.strip()
    (entry,) = sara.type("audit", "--action", "token-made", "--format", "json").json["entries"]
    assert (entry["by"], entry["subject"], entry["after"]["owner"]) == ("cli", "nightly", "sara")
    assert text not in str(entry)


def test_without_a_name_the_only_super_admin_is_meant(sara: Folder) -> None:
    """Normal and disabled admins are no choice; a second super admin is one, and then nobody is guessed."""
    with_admin(sara, "nima", "normal")
    with_admin(sara, "omid", "super")
    sara.type("admin", "disable", "omid")
    sara.type(*CREATE)
    sara.type("admin", "enable", "omid")
    (line,) = sara.refused("tokens", "create", "other", "--scope", "read")
    assert line == (
        "Error: a token acts for an active super admin, and there is not exactly one: name the admin; "
        "--as ADMIN names one; list them with: modeldesk admin list"
    )
    sara.type("tokens", "create", "other", "--scope", "read", "--as", "omid")
    assert [(token["name"], token["owner"]) for token in listed(sara)] == [("nightly", "sara"), ("other", "omid")]


def test_a_token_acts_for_active_super_admins_only(sara: Folder) -> None:
    """Each other admin is refused by a code of its own, with the way out."""
    with_admin(sara, "nima", "normal")
    with_admin(sara, "omid", "super")
    sara.type("admin", "disable", "omid")
    assert sara.refused(*CREATE, "--as", "nima") == [
        "Error: 'nima' is not a super admin, and a token acts for one; name another one, or run: modeldesk admin role nima super"
    ]
    assert sara.refused(*CREATE, "--as", "omid") == ["Error: the admin 'omid' is disabled; enable it with: modeldesk admin enable omid"]
    assert sara.refused(*CREATE, "--as", "nobody") == ["Error: there is no admin 'nobody'; list them with: modeldesk admin list"]
    assert sara.refused(*CREATE, "--as", "cli", exits=2)


def test_without_a_database_none_is_made(folder: Folder) -> None:
    """There is no admin whom a token could act for: neither without a database nor in a new one."""
    assert folder.refused(*CREATE)[-1].startswith("Error: there is no database at ")
    folder.type("db", "upgrade")
    assert folder.refused(*CREATE)[-1].startswith("Error: a token acts for an active super admin")


@pytest.mark.parametrize(
    "words",
    [
        ("tokens", "create", "nightly"),
        ("tokens", "create", "nightly", "--scope", "everything"),
        (*CREATE, "--days", "0"),
        (*CREATE, "--days", "367"),
        ("tokens", "create", "a/b", "--scope", "read"),
        ("tokens", "list", "--limit", "-1"),
    ],
)
def test_wrong_usage_makes_nothing(sara: Folder, words: tuple[str, ...]) -> None:
    """Nothing on standard output, which may be somebody's pipe."""
    assert sara.refused(*words, exits=2)


def test_a_name_is_taken_once(sara: Folder) -> None:
    """Whatever its letter case."""
    sara.type(*CREATE)
    (line,) = sara.refused("tokens", "create", "Nightly", "--scope", "read")
    assert line.startswith("Error: there is already a token ")
    assert "modeldesk tokens revoke" in line


def test_a_revoked_token_opens_nothing(sara: Folder) -> None:
    """It leaves the list, and a second time there is nothing to revoke."""
    text = sara.type(*CREATE).out.strip()
    assert sara.type("tokens", "revoke", "Nightly").out == "revoked the token nightly\n"
    assert holder(text) is None
    assert sara.type("tokens", "list").out.startswith("There are no API tokens.")
    assert sara.refused("tokens", "revoke", "nightly") == ["Error: there is no token 'nightly'; list them with: modeldesk tokens list"]


def test_a_slip_in_the_name_of_a_token_revokes_nothing(sara: Folder) -> None:
    """The refusal names the one that is meant."""
    sara.type(*CREATE)
    assert sara.refused("tokens", "revoke", "nigthly") == [
        "Error: there is no token 'nigthly'; did you mean 'nightly'? List them with: modeldesk tokens list"
    ]


def test_the_table_shows_what_a_token_may_do_and_never_its_text(sara: Folder) -> None:
    """One line each, with the last characters; a token whose time is over says so."""
    text = sara.type(*CREATE).out.strip()
    table = sara.type("tokens", "list").out
    assert text not in table
    header, row = table.splitlines()
    assert header.split() == ["name", "acts", "for", "scopes", "last", "used", "expires", "state", "ends", "with"]
    assert row.split()[:4] == ["nightly", "sara", "resolve", "never"]
    assert row.split()[-2:] == ["active", f"…{text[-4:]}"]
    sara.execute("UPDATE api_tokens SET expires_at = created_at")
    assert sara.type("tokens", "list").lines[1].split()[-2] == "expired"


def test_a_list_is_paged(sara: Folder) -> None:
    """By name; the count is the number of all."""
    for name in ("b", "a", "c"):
        sara.type("tokens", "create", name, "--scope", "read")
    page = sara.type("tokens", "list", "--limit", "1", "--offset", "1", "--format", "json").json
    assert (page["count"], [token["name"] for token in page["tokens"]]) == (3, ["b"])
