"""The first admin in the browser: by the link that the server prints, and by no other."""

from collections.abc import Iterator

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.setup_token import TOKEN_LIFETIME
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PASSWORD, App
from tests.support.panel_client import PanelClient, text_of

COMMAND = "modeldesk admin create NAME --role super"
FIRST = {"username": "eve", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def empty() -> Iterator[App]:
    """Where there is no admin yet."""
    with App(InMemoryStore(), Settings()) as app:
        yield app


def new_token(app: App) -> str:
    token = app.run(app.container.initial_setup().new_token())
    assert token is not None
    return token


def test_the_link_makes_the_first_admin(empty: App) -> None:
    """Signed in; looking at its page uses nothing up, and two passwords that differ neither."""
    anonymous, token = PanelClient(empty), new_token(empty)
    for _ in range(2):
        assert "Create the first admin" in text_of(anonymous.get(f"/admin/setup?token={token}"))
    differs = anonymous.post("/admin/setup", {**FIRST, "token": token, "again": "another long one"})
    assert (differs.status, "The two passwords differ; type the same one twice." in text_of(differs)) == (422, True)
    assert anonymous.post("/admin/setup", {**FIRST, "token": token}).one("location") == "/admin/"
    assert anonymous.get("/admin/").status == 200


def test_a_link_that_is_not_good_says_why_and_how_to_get_another(empty: App) -> None:
    """Mistyped, too old, or overtaken: before anything is filled in, and after."""
    old = new_token(empty)
    empty.clock.forward(TOKEN_LIFETIME)
    for token in (old, "mistyped"):
        for answer in (
            PanelClient(empty).get(f"/admin/setup?token={token}"),
            PanelClient(empty).post("/admin/setup", {**FIRST, "token": token}),
        ):
            page = text_of(answer)
            assert answer.status == 403
            assert "each start of the server prints a new link" in page
            assert COMMAND in page
            assert "<input" not in page.partition("</div>")[0], "there is nothing to fill in"
    assert "Set-up token" in text_of(PanelClient(empty).get("/admin/setup")), "another one can be typed"


def test_a_link_that_was_used_leads_to_the_sign_in(app: App) -> None:
    """It says so; without a token the way is straight. Nobody is made."""
    anonymous = PanelClient(app)
    for answer in (anonymous.get("/admin/setup?token=used"), anonymous.post("/admin/setup", {**FIRST, "token": "used"})):
        page = text_of(answer)
        assert answer.status == 403
        assert "an admin already exists" in page
        assert 'href="/admin/sign-in"' in page
        assert COMMAND in page
    assert anonymous.get("/admin/setup").one("location") == "/admin/sign-in"
    assert anonymous.get("/admin/").status == 303


def test_the_door_of_a_desk_without_admins_says_where_the_link_is(empty: App) -> None:
    assert "each start prints a new one" in text_of(PanelClient(empty).get("/admin/sign-in"))
