"""`modeldesk sessions list|end`: who is signed in, and ending that without the panel."""

from modeldesk.domain.model.access.session import SignedIn
from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.support.cli_folder import PASSWORD, Folder


def sign_in(name: str, address: str = "192.0.2.7") -> SignedIn:
    return run_with(lambda container: container.sign_in().sign_in(name, PASSWORD, address, device="Firefox on Linux"), open_container())


def is_signed_in(one: SignedIn) -> bool:
    return run_with(lambda container: container.sign_in().identify(one.session_id), open_container()) is not None


def with_nima(folder: Folder) -> None:
    folder.type("admin", "create", "nima", "--password-stdin", typed=PASSWORD + "\n")


def handle(one: SignedIn) -> str:
    return one.identity.session.handle


def test_sessions_are_listed_with_who_and_where(sara: Folder) -> None:
    """By admin; one admin's only, if asked; nothing in the list opens a session."""
    with_nima(sara)
    first, second = sign_in("sara"), sign_in("nima", "2001:db8::1")
    answer = sara.type("sessions", "list", "--format", "json")
    shown = answer.json["sessions"]
    assert answer.json["count"] == 2
    assert [(one["id"], one["admin"], one["address"], one["is_active"]) for one in shown] == [
        (handle(second), "nima", "2001:db8::1", True),
        (handle(first), "sara", "192.0.2.7", True),
    ]
    assert {one["device"] for one in shown} == {"Firefox on Linux"}
    assert shown[0]["seen_at"] == shown[0]["created_at"] < shown[0]["expires_at"]
    session = first.identity.session
    assert not [secret for secret in (first.session_id, session.digest, session.csrf_token) if secret in answer.out]
    header, row = sara.type("sessions", "list", "--admin", "sara").lines
    assert header.split() == ["id", "admin", "address", "device", "created", "last", "used", "expires", "state"]
    assert row.split()[:6] == [handle(first), "sara", "192.0.2.7", "Firefox", "on", "Linux"]
    assert row.split()[-1] == "active"


def test_a_session_whose_time_is_over_says_so(sara: Folder) -> None:
    """Until the next sign-in deletes it."""
    sign_in("sara")
    sara.execute("UPDATE sessions SET expires_at = created_at")
    assert sara.type("sessions", "list").lines[1].split()[-1] == "ended"


def test_nobody_is_signed_in(sara: Folder) -> None:
    """Also of an admin who exists; a name that nobody has is refused."""
    assert sara.type("sessions", "list", "--admin", "sara").out == "There are no sessions: nobody is signed in.\n"
    assert sara.refused("sessions", "list", "--admin", "nobody") == [
        "Error: there is no admin 'nobody'; list them with: modeldesk admin list"
    ]
    assert sara.type("sessions", "end", "--all").out == "ended 0 sessions of all admins\n"
    assert sara.type("audit", "--action", "sessions-ended", "--format", "json").json["entries"] == []


def test_one_session_ends_and_the_others_stay(sara: Folder) -> None:
    """And the audit log says that the command line ended it."""
    one, other = sign_in("sara"), sign_in("sara")
    assert sara.type("sessions", "end", handle(one)).out == "ended a session of sara\n"
    assert (is_signed_in(one), is_signed_in(other)) == (False, True)
    (entry,) = sara.type("audit", "--action", "sessions-ended", "--format", "json").json["entries"]
    assert (entry["by"], entry["subject"], entry["before"]) == ("cli", "sara", {"sessions": [handle(one)]})
    assert sara.refused("sessions", "end", handle(one)) == [
        f"Error: there is no session {handle(one)!r}; it may have ended already; list them with: modeldesk sessions list"
    ]


def test_all_sessions_of_an_admin_end(sara: Folder) -> None:
    """And nobody else's."""
    with_nima(sara)
    gone, kept = [sign_in("nima"), sign_in("nima")], sign_in("sara")
    assert sara.type("sessions", "end", "--admin", "nima").out == "ended 2 sessions of nima\n"
    assert [is_signed_in(one) for one in (*gone, kept)] == [False, False, True]
    assert sara.refused("sessions", "end", "--admin", "nobody") == [
        "Error: there is no admin 'nobody'; list them with: modeldesk admin list"
    ]


def test_all_sessions_end(sara: Folder) -> None:
    """With one entry of the audit log for each admin."""
    with_nima(sara)
    gone = [sign_in("nima"), sign_in("sara")]
    assert sara.type("sessions", "end", "--all").out == "ended 2 sessions of all admins\n"
    assert [is_signed_in(one) for one in gone] == [False, False]
    entries = sara.type("audit", "--action", "sessions-ended", "--format", "json").json["entries"]
    assert {entry["subject"] for entry in entries} == {"sara", "nima"}


def test_what_ends_is_said_in_one_way(sara: Folder) -> None:
    """None, or two of them, is wrong usage and ends nothing."""
    one = sign_in("sara")
    for words in ((), (handle(one), "--all"), ("--admin", "sara", "--all"), (handle(one), "--admin", "sara")):
        assert sara.refused("sessions", "end", *words, exits=2)
    assert is_signed_in(one)
