"""Who may do what in the panel: the server says so, whatever a page shows; and no form counts that was not meant."""

import pytest
from litestar.handlers import HTTPRouteHandler

from modeldesk.domain.model.access.admin import AdminChange
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.rights import RIGHT
from tests.support.app import OWN_ORIGIN, PASSWORD, App
from tests.support.panel_client import PanelClient, signed_in, text_of
from tests.support.panel_rights import ADMINS, SUPER, pages_for

FOR_SUPER, FOR_ALL = pages_for(SUPER), pages_for(ADMINS)
PLACES = {"slug": "acme", "capability": "chat", "name": "nima", "whose": "personal", "path": "x"}


def form_routes(app: App) -> list[str]:
    """Every address of the panel that takes a form of somebody who is signed in."""
    found = set()
    for route in app.litestar.routes:
        for handler in getattr(route, "route_handlers", ()):
            assert isinstance(handler, HTTPRouteHandler)
            if route.path.startswith("/admin") and "POST" in handler.http_methods and handler.opt[RIGHT] is not Right.OPEN:
                path = route.path
                for name, value in PLACES.items():
                    path = path.replace("{" + name + ":str}", value)
                found.add(path)
    assert len(found) > 12
    return sorted(found)


def test_a_stranger_is_led_to_the_door_and_back(app: App) -> None:
    """Every page asks to sign in, and the sign-in leads to where one wanted to go."""
    anonymous = PanelClient(app)
    for path in (*FOR_ALL, *FOR_SUPER, "/admin/nothing"):
        answer = anonymous.get(path)
        assert answer.status == 303, path
        assert str(answer.one("location")).startswith("/admin/sign-in"), path
    assert anonymous.get("/admin/").one("location") == "/admin/sign-in"
    led = str(anonymous.get("/admin/providers/acme/chat?search=x").one("location"))
    assert "next=%2Fadmin%2Fproviders%2Facme%2Fchat%3Fsearch%3Dx" in led
    answer = anonymous.post("/admin/sign-in", {"username": "sara", "password": PASSWORD, "next": "/admin/providers/acme/chat?search=x"})
    assert (answer.status, answer.one("location")) == (303, "/admin/providers/acme/chat?search=x")


@pytest.mark.parametrize(
    "place",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/admin/../x//y", "/adminx", "javascript:alert(1)", "/admin\n//x"],
)
def test_no_sign_in_leads_out_of_the_panel(app: App, place: str) -> None:
    """Whatever a link says."""
    answer = PanelClient(app).post("/admin/sign-in", {"username": "sara", "password": PASSWORD, "next": place})
    assert answer.one("location") == "/admin/"


def test_what_a_normal_admin_may_not_do_stands_in_no_page(nima: PanelClient) -> None:
    """Who may open what is the matrix's; here no link leads to where one is refused."""
    for path in FOR_ALL:
        page = text_of(nima.get(path))
        for place in (
            "/admin/import",
            "/admin/admins",
            "/admin/tokens",
            "/admin/audit",
            "/admin/cache",
            "/admin/enabled",
            "/admin/edit",
            "/shared",
        ):
            assert place not in page, (path, place)


@pytest.mark.parametrize("path", ["//admin/providers", "/admin//providers", "/admin/providers//acme", "/admin/providers/acme//"])
def test_a_path_that_a_proxy_may_read_otherwise_is_no_page(sara: PanelClient, path: str) -> None:
    """A proxy that guards `/admin/providers` may let `/admin//providers` pass; the router would take it for the same."""
    assert sara.get("/admin/providers/acme").status == 200
    assert sara.get(path).status == 404


def test_no_form_counts_without_the_token_of_its_session(app: App, sara: PanelClient) -> None:
    """On every address that takes one: none, somebody else's, a broken one; and nothing has changed."""
    before = app.run(app.store.current()).generation
    other = signed_in(app, "sara").token()
    before = app.run(app.store.current()).generation
    for path in form_routes(app):
        for token in ("", other, "%", "A" * 172):
            answer = sara.post(path, {"csrf_token": token, "model_id": "small", "act": "others"})
            assert answer.status == 403, (path, token)
    assert app.run(app.store.current()).generation == before


def test_no_form_counts_from_another_page(app: App, sara: PanelClient) -> None:
    """By its Origin or by what the browser says of the site, with the right token; the sign-in too."""
    token = sara.token()
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        for path in (*form_routes(app), "/admin/sign-in", "/admin/setup", "/admin/language"):
            assert sara.post(path, {"csrf_token": token}, headers).status == 403, (path, headers)
    sara.origin = None
    assert sara.post("/admin/providers/acme/chat/select", {"csrf_token": token, "model_id": "small", "version": "0"}).status == 303


def test_a_token_looks_different_on_every_page(sara: PanelClient) -> None:
    """So that the length of a packed page tells nothing of it; all of them are good."""
    tokens = {sara.token() for _ in range(20)}
    assert len(tokens) == 20
    for token in tokens:
        assert sara.post("/admin/account/sessions", {"csrf_token": token, "act": "others"}).status == 303


def test_what_was_typed_survives_the_end_of_a_session(app: App, sara: PanelClient) -> None:
    """It is kept through the sign-in, without secrets, and sent by a press of a button."""
    token = sara.token()
    app.run(app.container.admins().change("sara", AdminChange(password="another long secret")))
    fields = {"csrf_token": token, "model_id": "gpt-<4.5>", "model_name": "نام تازه", "password": "hidden-one", "version": "0"}
    answer = sara.post("/admin/providers/acme/chat/select", fields)
    page = text_of(answer)
    assert answer.status == 401
    assert "Your session has ended" in page
    assert 'name="kept:model_id" value="gpt-&lt;4.5&gt;"' in page
    assert "hidden-one" not in page
    assert token not in page
    kept = {"kept:model_id": "gpt-<4.5>", "kept:model_name": "نام تازه", "kept:version": "0", "next": "/admin/providers/acme/chat/select"}
    answer = sara.post("/admin/sign-in", {"username": "sara", "password": "another long secret", **kept})
    page = text_of(answer)
    assert answer.status == 200
    assert 'action="/admin/providers/acme/chat/select"' in page
    assert 'name="model_id" value="gpt-&lt;4.5&gt;"' in page
    assert app.run(app.store.current()).choices == {}
    sent = {"model_id": "gpt-<4.5>", "model_name": "نام تازه", "version": "0"}
    assert sara.send("/admin/providers/acme/chat/select", sent).status == 303
    (state,) = app.run(app.store.current()).choices.values()
    assert (state.active, state.active_model and state.active_model.model_name) == ("gpt-<4.5>", "نام تازه")


def test_a_choice_that_somebody_overtook_is_asked_again(sara: PanelClient, nima: PanelClient) -> None:
    """Who chooses has seen what would be replaced; otherwise they are shown it, and nothing is done."""
    place = "/admin/providers/acme/chat/select"
    assert nima.send(place, {"model_id": "small", "version": "0"}).status == 303
    answer = sara.send(place, {"model_id": "tiny", "version": "0"})
    assert answer.status == 412
    assert "The selection changed in the meantime" in text_of(answer)
    assert "Acme Small" in text_of(answer)
    assert sara.send(place, {"model_id": "tiny", "version": "1"}).status == 303
    assert sara.send("/admin/providers/acme/chat/roll-back", {"version": "1"}).status == 412
    assert sara.send("/admin/providers/acme/chat/roll-back", {"version": "2"}).status == 303
    assert "Active model:</" in text_of(sara.get("/admin/providers/acme/chat")) or "Acme Small" in text_of(
        sara.get("/admin/providers/acme/chat")
    )


def test_every_page_carries_its_policy_and_is_not_stored(sara: PanelClient) -> None:
    """Good ones and refusals; no inline script or style stands in any."""
    for path in (*FOR_ALL, *FOR_SUPER, "/admin/nothing", "/admin/providers/nobody", "/admin/sign-in"):
        answer = sara.get(path, {"accept-encoding": "gzip"})
        assert str(answer.one("content-security-policy")).startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert answer.one("cache-control") == "no-store", path
        assert answer.one("x-content-type-options") == "nosniff", path
        page = text_of(answer)
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert page.count("<script") == page.count('<script src="/admin/static/'), path


def test_style_and_script_may_be_kept_for_ever(app: App) -> None:
    """Under names of their content; another name is not there. Without a session."""
    anonymous = PanelClient(app)
    page = text_of(anonymous.get("/admin/sign-in"))
    names = [part.partition('"')[0] for part in page.split("/admin/static/")[1:]]
    assert len(set(names)) == 3
    for name in names:
        answer = anonymous.get(f"/admin/static/{name}", {"accept-encoding": "gzip"})
        assert (answer.status, answer.one("cache-control")) == (200, "public, max-age=31536000, immutable")
    assert anonymous.get("/admin/static/..%2f..%2fservices.py").status in (303, 404)


def test_what_only_takes_forms_leads_to_its_page(sara: PanelClient) -> None:
    """As after a sign-in, or from the history."""
    assert sara.get("/admin/providers/acme/chat/refresh").one("location") == "/admin/providers/acme/chat"
    assert sara.get("/admin/account/sessions").one("location") == "/admin/account"


@pytest.mark.parametrize(
    "path",
    ["/keys/%D8%B3/personal/check", "/keys/a%0d%0ab/personal/check", "/keys/%00/personal", "/providers/openai/%D8%B3/deselect", "/providers/a%00/chat",
     "/providers/%3F%23/chat/roll-back"],
)  # fmt: skip
def test_odd_addresses_are_no_mistakes_of_ours(sara: PanelClient, app: App, path: str) -> None:
    """Opened and sent to, by an admin and by nobody: an answer of ours, with its policy, and no header that they could write."""
    for client in (sara, PanelClient(app)):
        for answer in (client.get(f"/admin{path}"), client.post(f"/admin{path}", {"version": "1"})):
            assert answer.status < 500
            assert answer.one("content-security-policy")
            assert (answer.one("location") or "").isascii()


@pytest.mark.parametrize("charset", ["nope", "hex", "unicode_escape", "utf-7"])
def test_a_form_in_an_odd_charset_is_refused(app: App, charset: str) -> None:
    """400, where no text comes of it; half a character is none."""
    part = f'--x\r\nContent-Disposition: form-data; name="username"\r\nContent-Type: text/plain; charset={charset}\r\n\r\n\\ud800+2AA-\r\n--x--\r\n'
    for path in ("/admin/sign-in", "/admin/language", "/admin/setup"):
        answer = PanelClient(app).ask(
            "POST", path, part.encode(), {"content-type": "multipart/form-data; boundary=x", "origin": OWN_ORIGIN}
        )
        assert answer.status < 500
