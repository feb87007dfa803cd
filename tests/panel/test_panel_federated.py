"""Sign-in by an identity provider in the panel: the way there and back, what is refused and how that is said, and the operator's way in without it."""

import logging
import socket
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.admin import AdminChange
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.sign_in_flow import FLOW_LIFETIME
from modeldesk.entrypoints.session_cookie import COOKIE
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PASSWORD, App
from tests.support.asgi import Answer
from tests.support.issuer import CLIENT_SECRET, ENTRY, SARA, Issuer, issuer, origin_of, providers_file
from tests.support.manual_clock import ManualClock
from tests.support.panel_client import PanelClient, text_of

NINA = {"sub": "sub-of-nina", "preferred_username": "nina", "groups": ["ai-users"]}
WITH = "/admin/sign-in/with/company"
FLOW = "admin_sign_in_flow"


class Door:
    """An application whose admins sign in by a provider, and that provider."""

    def __init__(self, app: App, there: Issuer) -> None:
        self.app, self.there = app, there

    def begin(self, client: PanelClient, query: str = "", base: str = "") -> str:
        """Where the browser is sent."""
        answer = client.get(f"{base}{WITH}{query}")
        assert answer.status == 303, text_of(answer)
        return str(answer.one("location"))

    def come_back(self, client: PanelClient, query: str, base: str = "") -> Answer:
        return client.get(f"{base}{WITH}/callback?{query}")

    def sign_in(self, client: PanelClient, person: dict[str, Any] = SARA, query: str = "") -> Answer:
        return self.come_back(client, self.there.authorize(self.begin(client, query), person))


@contextmanager
def door(folder: Path, **settings: Any) -> Iterator[Door]:
    """Two providers, of which one is there."""
    clock, listening = ManualClock(), socket.create_server(("127.0.0.1", 0))
    here, elsewhere = {"issuer": origin_of(listening)}, {"id": "other", "name": "Other", "issuer": "https://other.invalid"}
    file = providers_file(folder, {**ENTRY, **here}, {**ENTRY, **elsewhere})
    allowed = urlsplit(here["issuer"]).netloc
    with App(InMemoryStore(), Settings(oidc_file=file, allowed_hosts_outbound=allowed, **settings), clock) as app:
        serving = issuer(clock, listening)
        there = app.run(serving.__aenter__())
        yield Door(app, there)
        app.run(serving.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Door, Contents]]:
    """Sara and nima have passwords."""
    with door(tmp_path_factory.mktemp("oidc")) as at:
        at.app.fill()
        assert isinstance(at.app.store, InMemoryStore)
        yield at, at.app.store.contents


@pytest.fixture
def at(built: tuple[Door, Contents]) -> Door:
    """As new for every test."""
    at, contents = built
    at.app.renew(contents)
    at.app.container.identity_providers.reset()
    renewed = Issuer(at.there.origin, at.app.clock)
    for name in Issuer.__slots__:
        if not name.startswith("__"):
            setattr(at.there, name, getattr(renewed, name))
    return at


@pytest.fixture
def visitor(at: Door) -> PanelClient:
    return PanelClient(at.app)


def test_an_admin_signs_in_and_out(at: Door, visitor: PanelClient) -> None:
    """Back on the page where they wanted to be; out of the provider too, if they like."""
    page = text_of(visitor.get("/admin/sign-in?next=/admin/keys"))
    assert f'href="{WITH}?next=/admin/keys"' in page
    assert "Sign in with Acme Login" in page
    assert "Sign in with Other" in page
    answer = at.sign_in(visitor, NINA, "?next=/admin/keys")
    assert (answer.status, answer.one("location")) == (303, "/admin/keys")
    assert FLOW not in visitor.cookies
    assert "nina" in text_of(visitor.get("/admin/account"))
    answer = visitor.send("/admin/sign-out")
    assert answer.one("location") == "/admin/sign-in?left=company"
    assert 'href="/admin/sign-out/company"' in text_of(visitor.get("/admin/sign-in?left=company"))
    out = str(visitor.get("/admin/sign-out/company").one("location"))
    assert out == f"{at.there.origin}/end?client_id=modeldesk&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fadmin%2Fsign-in"
    assert str(visitor.get("/admin/").one("location")).startswith("/admin/sign-in"), "the session has ended here as well"


def test_every_way_in_ends_the_previous_session_of_the_browser(at: Door, visitor: PanelClient) -> None:
    """By password, by a provider, by a link: nobody keeps a session whose cookie the browser has lost. A refusal ends none."""

    def by_link() -> Answer:
        return visitor.post("/admin/sign-in/link", {"token": at.app.run(at.app.container.sign_in_links().make("sara"))})

    visitor.sign_in("sara")
    for sign_in in (lambda: at.sign_in(visitor, NINA), lambda: visitor.sign_in("nima"), by_link):
        before = visitor.cookies[COOKIE]
        assert at.sign_in(visitor, {**NINA, "sub": "another", "groups": []}).status == 401
        assert PanelClient(at.app, {COOKIE: before}).get("/admin/account").status == 200
        assert sign_in().status == 303
        assert visitor.cookies[COOKIE] != before
        assert PanelClient(at.app, {COOKIE: before}).get("/admin/account").status == 303


def test_the_cookie_of_a_flow_is_narrow(at: Door, visitor: PanelClient) -> None:
    """Only for the pages of sign-in, for ten minutes, closed to scripts."""
    cookie = next(one for one in visitor.get(WITH).all("set-cookie") if one.startswith(f"{FLOW}="))
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"path=/admin/sign-in", "max-age=600", "httponly", "samesite=lax"}


def test_the_name_of_an_admin_with_a_password_is_not_taken_over(at: Door, visitor: PanelClient) -> None:
    """Until the operator links them; then the password goes on working too."""
    answer = at.sign_in(visitor)
    assert answer.status == 401
    assert "There is already an admin <bdi>sara</bdi>, who does not sign in by this identity provider." in text_of(answer)
    at.app.run(at.app.container.admin_identities().link("sara", FederatedIdentity(at.there.origin, "sub-of-sara")))
    assert at.sign_in(visitor).status == 303
    assert PanelClient(at.app).sign_in("sara").status == 303


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "This sign-in was not begun in this browser, took more than ten minutes, or was used already. Please sign in again."),
     ("fa", "این ورود در این مرورگر شروع نشده، بیش از ده دقیقه زمان برده یا قبلاً استفاده شده است.")],
)  # fmt: skip
def test_an_answer_belongs_to_the_browser_that_asked(at: Door, visitor: PanelClient, language: str, sentence: str) -> None:
    """In another browser, with another state, or too late nobody is signed in, and the page says why without the code in it."""
    query, other = at.there.authorize(at.begin(visitor), NINA), PanelClient(at.app, language=language)
    visitor.language = language
    at.begin(other)
    for client, given in ((other, query), (PanelClient(at.app, language=language), query), (visitor, query.replace("state=", "state=x"))):
        held = dict(client.cookies)
        answer = at.come_back(client, given)
        assert answer.status == 401
        page = text_of(answer)
        assert sentence in page
        assert not any(secret in page for secret in dict(parse_qsl(given)).values() if secret != at.there.origin)
        client.cookies = held
    at.app.clock.forward(FLOW_LIFETIME)
    assert at.come_back(visitor, query).status == 401
    assert "/token" not in at.there.asked, "the provider is not even asked"


def test_an_answer_signs_in_once(at: Door, visitor: PanelClient) -> None:
    """Whoever finds it in a history gets nothing, even with the cookie, and even where the provider takes its code again."""
    at.there.takes_codes_twice = True
    query = at.there.authorize(at.begin(visitor), NINA)
    held = dict(visitor.cookies)
    assert at.come_back(visitor, query).status == 303
    assert at.come_back(PanelClient(at.app, held), query).status == 401


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example",
        "/admin/../x//y",
        "/admin/../x",
        "/admin/%2e%2e/x",
        "/admin/sign-out/acme",
        "/admin/sign-in",
        "/admin\\evil",
        "javascript:alert(1)",
    ],
)
def test_a_sign_in_leads_nowhere_else(at: Door, visitor: PanelClient, url: str) -> None:
    """Also where the cookie was changed on its way."""
    answer = at.sign_in(visitor, NINA, f"?{urlencode({'next': url})}")
    assert (answer.status, answer.one("location")) == (303, "/admin/")
    other = PanelClient(at.app)
    query = at.there.authorize(at.begin(other), NINA)
    parts = other.cookies[FLOW].split(".")
    other.cookies[FLOW] = ".".join([*parts[:3], urlsafe_b64encode(url.encode()).decode()])
    assert at.come_back(other, query).one("location") == "/admin/"


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c.d", f"{'x' * 43}.company.999999999999.", f"{'x' * 43}.company.1.___", "\xff"])
def test_a_broken_cookie_is_none(at: Door, visitor: PanelClient, cookie: str) -> None:
    """Nobody is signed in, and nothing breaks."""
    visitor.cookies[FLOW] = cookie
    assert at.come_back(visitor, "state=x&code=y").status == 401


def test_what_the_provider_refuses_is_said(at: Door, visitor: PanelClient) -> None:
    """Whoever clicks Cancel there, comes with the wrong groups, or is disabled."""
    begun = dict(parse_qsl(urlsplit(at.begin(visitor)).query))
    answer = at.come_back(visitor, urlencode({"error": "access_denied", "state": begun["state"], "iss": at.there.origin}))
    assert "Acme Login did not sign you in." in text_of(answer).replace("<bdi>", "").replace("</bdi>", "")
    assert "None of your groups may sign in here. Ask a super admin." in text_of(at.sign_in(visitor, {**NINA, "groups": ["x"]}))
    assert at.sign_in(visitor, NINA).status == 303
    at.app.run(at.app.container.admins().change("nina", AdminChange(is_active=False)))
    assert "is disabled" in text_of(at.sign_in(PanelClient(at.app), NINA))


def test_a_provider_that_is_down_stops_nobody_else(at: Door, visitor: PanelClient, caplog: pytest.LogCaptureFixture) -> None:
    """The page says so, the log why; passwords and the other provider are still offered. Neither secret nor code is in the log."""
    query = at.there.authorize(at.begin(visitor), NINA)
    at.there.is_down = True
    with caplog.at_level(logging.DEBUG):
        answer = at.come_back(visitor, query)
    page = text_of(answer)
    assert (answer.status, answer.one("retry-after")) == (503, "1")
    assert "Acme Login</bdi> cannot be reached at this moment; try again in a moment." in page
    assert 'name="password"' in page
    assert "vendor-status" in caplog.text
    assert not any(secret in caplog.text for secret in (CLIENT_SECRET, dict(parse_qsl(query))["code"]))


def test_an_unknown_provider_is_not_found(at: Door, visitor: PanelClient) -> None:
    """There is no way to it."""
    for path in ("/admin/sign-in/with/nobody", "/admin/sign-in/with/nobody/callback?code=x", "/admin/sign-out/nobody"):
        assert visitor.get(path).status == 404


def test_a_link_of_the_operator_lets_an_admin_in(at: Door, visitor: PanelClient) -> None:
    """With one click, since programs open links to look at them; once."""
    token = at.app.run(at.app.container.sign_in_links().make("sara"))
    at.there.is_down = True
    for _ in range(2):
        page = visitor.get(f"/admin/sign-in/link?token={token}")
        assert (page.status, visitor.cookies) == (200, {})
    assert visitor.post("/admin/sign-in/link", {"token": token}).one("location") == "/admin/"
    assert visitor.get("/admin/account").status == 200
    for answer in (visitor.post("/admin/sign-in/link", {"token": token}), visitor.get(f"/admin/sign-in/link?token={token}")):
        assert answer.status == 403
        assert "modeldesk admin sign-in-link NAME" in text_of(answer)


def test_passwords_can_be_disabled(tmp_path: Path) -> None:
    """Then neither the page nor REST takes one; providers and links go on. Below a path the way leads there and back."""
    with door(tmp_path, password_sign_in=False, public_url="https://h.example/desk") as at:
        at.app.fill()
        visitor = PanelClient(at.app, origin="https://h.example")
        page = text_of(visitor.get("/desk/admin/sign-in"))
        assert 'name="password"' not in page
        assert f'href="/desk{WITH}"' in page
        answer = visitor.post("/desk/admin/sign-in", {"username": "sara", "password": PASSWORD})
        assert answer.status == 403
        assert "Passwords are disabled here; sign in by an identity provider." in text_of(answer)
        rest = at.app.client().sign_in("sara")
        assert (rest.status, "passwords are disabled here" in rest.body.decode()) == (403, True)
        url = at.begin(visitor, base="/desk")
        assert dict(parse_qsl(urlsplit(url).query))["redirect_uri"] == f"https://h.example/desk{WITH}/callback"
        answer = at.come_back(visitor, at.there.authorize(url, NINA), base="/desk")
        assert (answer.status, answer.one("location")) == (303, "/desk/admin/")
        assert all("path=/desk/" in cookie.lower() and "secure" in cookie.lower() for cookie in answer.all("set-cookie"))
        assert visitor.get("/desk/admin/account").status == 200
