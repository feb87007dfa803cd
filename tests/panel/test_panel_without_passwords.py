"""A desk where passwords are disabled: its panel and its REST API create admins without one, and say how they sign in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PASSWORD, App
from tests.support.issuer import ENTRY, providers_file
from tests.support.panel_client import PanelClient, text_of

LINK = "modeldesk admin sign-in-link"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[App]:
    """Where there is no admin yet."""
    file = providers_file(tmp_path, {**ENTRY, "issuer": "https://login.example"})
    with App(InMemoryStore(), Settings(oidc_file=file, password_sign_in=False)) as app:
        yield app


def new_token(app: App) -> str:
    token = app.run(app.container.initial_setup().new_token())
    assert token is not None
    return token


def signed_in(app: App, name: str) -> PanelClient:
    client, token = PanelClient(app), app.run(app.container.sign_in_links().make(name))
    assert client.post("/admin/sign-in/link", {"token": token}).status == 303
    return client


def test_the_set_up_link_signs_in_without_a_password(empty: App) -> None:
    """Its page has no field for one and names the later ways. A form with one is refused, and the link stays valid."""
    visitor, token = PanelClient(empty), new_token(empty)
    page = text_of(visitor.get(f"/admin/setup?token={token}"))
    assert 'type="password"' not in page
    assert LINK in page
    refused = visitor.post("/admin/setup", {"token": token, "username": "sara", "password": PASSWORD, "again": PASSWORD})
    assert refused.status == 422
    assert "Passwords are disabled here, so an admin is created without one" in text_of(refused)
    assert 'type="password"' not in text_of(refused)
    assert visitor.post("/admin/setup", {"token": token, "username": "sara"}).one("location") == "/admin/"
    assert visitor.get("/admin/").status == 200


def test_an_admin_is_created_without_a_password(empty: App) -> None:
    """The form says how they sign in, and so does the message. They do; their page offers no new password."""
    empty.fill()
    sara = signed_in(empty, "sara")
    page = text_of(sara.get("/admin/admins"))
    assert 'type="password"' not in page
    assert LINK in page
    created = sara.send("/admin/admins", {"username": "omid", "role": "normal"})
    assert created.one("location") == "/admin/admins"
    assert "created without a password. The form below says how they sign in." in text_of(sara.get("/admin/admins"))
    assert 'type="password"' not in text_of(sara.get("/admin/admins/omid"))
    assert signed_in(empty, "omid").get("/admin/account").status == 200


def test_rest_takes_no_password(empty: App) -> None:
    """For the first admin and the next; the answer says that there is none, and the refusal how they sign in."""
    first, token = empty.client(), new_token(empty)
    refused = first.post("/auth/setup/", {"token": token, "username": "sara", "password": PASSWORD})
    assert (refused.status, refused.json["errors"][0]["path"]) == (422, "$.password")
    assert refused.json["errors"][0]["message"].endswith("a link of the operator signs the new admin in")
    assert first.post("/auth/setup/", {"token": token, "username": "sara"}).json["role"] == "super"
    omid = {"username": "omid", "role": "normal"}
    assert first.post("/admins/", {**omid, "password": PASSWORD}).status == 422
    assert first.post("/admins/", omid).json["has_password"] is False
    assert [entry["has_password"] for entry in first.get("/admins/").json["admins"]] == [False, False]
