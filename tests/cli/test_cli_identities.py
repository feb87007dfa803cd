"""`modeldesk admin link|unlink|sign-in-link`, and the settings of sign-in by identity providers."""

import pytest

from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.support.cli_folder import PASSWORD, Folder
from tests.support.issuer import CLIENT_SECRET, ENTRY, providers_file

ISSUER = "https://login.example/realms/acme"


@pytest.fixture
def company(sara: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder in which an identity provider is set up, and where sara may sign in."""
    monkeypatch.setenv("MODELDESK_OIDC_FILE", str(providers_file(sara.path, {**ENTRY, "issuer": ISSUER})))
    return sara


def test_an_identity_is_linked_listed_and_unlinked(company: Folder) -> None:
    """Each command says what happened; what belongs to somebody else says to whom, and what to do."""
    folder = company
    folder.type("admin", "create", "omid", "--password-stdin", typed=PASSWORD)
    assert folder.type("admin", "link", "sara", ISSUER, "7").out == f"sara may sign in as 7 of {ISSUER}\n"
    assert folder.type("admin", "link", "sara", ISSUER, "7").out == f"sara may already sign in as 7 of {ISSUER}\n"
    assert f"7 of {ISSUER}" in folder.type("admin", "list").out
    listed = folder.type("admin", "list", "--format", "json").json["admins"]
    assert [entry["identities"] for entry in listed] == [[], [{"issuer": ISSUER, "subject": "7"}]]
    taken = folder.type("admin", "link", "omid", ISSUER, "7", exits=1)
    assert taken.err.startswith("Error: this identity belongs to the admin 'sara'")
    assert "modeldesk admin unlink sara ISSUER SUBJECT" in taken.err
    assert "no identity" in folder.type("admin", "unlink", "omid", ISSUER, "7", exits=1).err
    assert (
        folder.type("admin", "unlink", "sara", ISSUER, "7").out
        == f"sara can no longer sign in as 7 of {ISSUER}; all their sessions have ended\n"
    )
    assert ISSUER not in folder.type("admin", "list").out


def test_a_sign_in_link_stands_alone_on_standard_output(sara: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a script can pass it on; below the path of the public address."""
    monkeypatch.setenv("MODELDESK_PUBLIC_URL", "https://h.example/desk")
    made = sara.type("admin", "sign-in-link", "sara")
    link = made.out.removesuffix("\n")
    assert link.startswith("https://h.example/desk/admin/sign-in/link?token=")
    assert made.err == "whoever opens it within 15 minutes is signed in as sara\n"
    signed_in = run_with(lambda container: container.sign_in_links().sign_in(link.partition("=")[2]), open_container())
    assert signed_in.identity.admin.name == "sara"
    monkeypatch.delenv("MODELDESK_PUBLIC_URL")
    assert "put the path behind that one" in sara.type("admin", "sign-in-link", "sara").err
    sara.type("admin", "create", "omid", "--password-stdin", typed=PASSWORD)
    sara.type("admin", "disable", "omid")
    assert "is disabled" in sara.type("admin", "sign-in-link", "omid", exits=1).err


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [("login.example", "7"), ("", "7"), ("ftp://login.example", "7"), (ISSUER, ""), (ISSUER, "7\n8"), (ISSUER, "7\x1b[2J")],
)
def test_a_slip_in_an_identity_links_nobody(sara: Folder, issuer: str, subject: str) -> None:
    """An issuer is a URL, and a subject one line; the command says which of them is wrong."""
    assert "Invalid value for" in sara.refused("admin", "link", "sara", issuer, subject, exits=2)[-1]


def test_a_wrong_file_of_providers_stops_every_command(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is wrong, and shows no secret; passwords cannot be disabled where nothing else signs in."""
    monkeypatch.setenv("MODELDESK_PASSWORD_SIGN_IN", "false")
    alone = folder.type("admin", "list", exits=1)
    assert "MODELDESK_PASSWORD_SIGN_IN may be false only where MODELDESK_OIDC_FILE names identity providers" in alone.err
    monkeypatch.setenv("MODELDESK_OIDC_FILE", "nowhere.json")
    assert "MODELDESK_OIDC_FILE cannot be read: nowhere.json: no such file or directory" in folder.type("admin", "list", exits=1).err
    file = providers_file(folder.path, {**ENTRY, "issuer": ISSUER, "client_secrets": CLIENT_SECRET})
    monkeypatch.setenv("MODELDESK_OIDC_FILE", str(file))
    wrong = folder.type("admin", "list", exits=1)
    assert (
        "oidc.json, which is wrong: $.providers[0].client_secrets: unknown key 'client_secrets'; did you mean 'client_secret'?" in wrong.err
    )
    assert "client_secrets" in wrong.err
    assert CLIENT_SECRET not in wrong.err
    providers_file(folder.path, {**ENTRY, "issuer": ISSUER})
    folder.type("admin", "list")


def test_an_issuer_that_is_not_set_up_is_refused(company: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """With those that are; what is linked already can be unlinked when its provider is gone."""
    company.type("admin", "link", "sara", ISSUER, "7")
    where = "the file of MODELDESK_OIDC_FILE sets them up"
    assert company.refused("admin", "link", "sara", ISSUER + "/", "7") == [
        f"Error: no identity provider that is set up has the issuer {ISSUER}/; did you mean '{ISSUER}'? The file of MODELDESK_OIDC_FILE sets them up"
    ]
    assert company.refused("admin", "link", "sara", "https://elsewhere.example", "7") == [
        f"Error: no identity provider that is set up has the issuer https://elsewhere.example; known: {ISSUER}; {where}"
    ]
    monkeypatch.delenv("MODELDESK_OIDC_FILE")
    assert company.refused("admin", "link", "sara", ISSUER, "8") == [
        f"Error: no identity provider that is set up has the issuer {ISSUER}; {where}"
    ]
    company.type("admin", "unlink", "sara", ISSUER, "7")


def test_without_passwords_nobody_types_one(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """On an empty desk two commands let the operator in: an admin without a password, and a link. A password that is given is refused."""
    monkeypatch.setenv("MODELDESK_OIDC_FILE", str(providers_file(folder.path, {**ENTRY, "issuer": ISSUER})))
    monkeypatch.setenv("MODELDESK_PASSWORD_SIGN_IN", "false")
    refused = folder.refused("admin", "create", "sara", "--password-stdin", typed=PASSWORD)
    assert refused == ["Error: passwords are disabled here, so an admin is created without one; leave --password-stdin out"]
    made = folder.type("admin", "create", "sara lee")
    assert made.out == "created the super admin sara lee\n"
    assert "signs in by a link: modeldesk admin sign-in-link 'sara lee'" in made.err
    assert "modeldesk admin link 'sara lee' ISSUER SUBJECT" in made.err
    assert "/admin/sign-in/link?token=" in folder.type("admin", "sign-in-link", "sara lee").out
    assert folder.type("admin", "list", "--format", "json").json["admins"][0]["has_password"] is False
    changed = folder.type("admin", "password", "sara lee", "--password-stdin", typed=PASSWORD)
    assert "passwords are disabled (MODELDESK_PASSWORD_SIGN_IN=false)" in changed.err
