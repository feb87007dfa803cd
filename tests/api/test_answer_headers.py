"""What every answer carries, whatever was asked; and addresses that try to be two things at once."""

import re
from datetime import datetime

import pytest
from dependency_injector import providers as injection

from modeldesk.entrypoints.panel.responses import POLICY
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, PANEL, App, Client
from tests.support.asgi import Answer

PROTECTION = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TOO_LARGE = (("content-length", str(9 * 1024 * 1024)),)
"""Announced, and refused before it is read."""

HSTS = "strict-transport-security"
CHOICE = {"provider": "acme", "capability": "chat", "model_id": "large"}

ASKED = [
    ("GET", "/health/live", None, 200),
    ("HEAD", "/health/live", None, 200),
    ("GET", "/health/ready", None, 200),
    ("GET", "/schema", None, 200),
    ("GET", "/schema/openapi.json", None, 200),
    ("GET", "/schema/providers.json", None, 200),
    ("GET", "/static/schema.css", None, 200),
    ("GET", "/", None, 303),
    ("GET", "/nothing", None, 404),
    ("GET", "/schema/nothing", None, 404),
    ("DELETE", "/health/live", None, 405),
    ("OPTIONS", f"{API}/ai-providers/", None, 204),
    ("GET", f"{API}/auth/me/", None, 200),
    ("GET", f"{API}/ai-providers/", None, 200),
    ("GET", f"{API}/ai-providers/acme", None, 200),
    ("GET", f"{API}/ai-models/browse-models?provider=acme&capability=chat", None, 200),
    ("GET", f"{API}/ai/dashboard/overview", None, 200),
    ("GET", f"{API}/ai-providers/nobody", None, 404),
    ("GET", f"{API}/ai-providers/?x=1", None, 422),
    ("PUT", f"{API}/ai-providers/", None, 405),
    ("POST", f"{API}/ai-models/select-model/", CHOICE, 200),
    ("POST", f"{API}/ai-models/select-model/", b"{", 400),
    ("POST", f"{API}/ai-models/select-model/", {**CHOICE, "capability": "image"}, 409),
    ("POST", f"{API}/ai-models/select-model/", b" " * (1024 * 1024 + 1), 413),
    ("POST", f"{API}/auth/login/", {"username": "sara", "password": "x"}, 401),
    ("POST", f"{API}/ai/dashboard/cache/clear/", None, 200),
    ("POST", f"{API}/auth/logout/", None, 200),
]


def test_every_answer_is_protected(app: App) -> None:
    """Good ones and refusals, each header once; and each says whether it may be kept."""
    for method, path, body, status in ASKED:
        sara = app.signed_in()
        answer = sara.ask(method, path, body, {"origin": PANEL, "x-csrf-token": sara.token()})
        assert answer.status == status, (method, path, answer.body)
        assert {name: answer.one(name) for name in PROTECTION} == PROTECTION, (method, path)
        assert answer.one("cache-control") is not None, (method, path)
        assert answer.one("access-control-allow-origin") == PANEL, (method, path)
        assert answer.one("server") is None


def test_a_304_is_protected_too(sara: Client) -> None:
    """It may be what a browser goes by."""
    answer = sara.get("/ai-providers/", {"if-none-match": "*"})
    assert answer.status == 304
    assert {name: answer.one(name) for name in PROTECTION} == PROTECTION


def is_protected(answer: Answer, policy: str = PROTECTION["content-security-policy"]) -> bool:
    """Each header once, an id, and whether it may be kept; a page of the panel under the policy of those."""
    held = {name: answer.one(name) for name in PROTECTION} == {**PROTECTION, "content-security-policy": policy}
    return held and answer.one("x-request-id") is not None and answer.one("cache-control") is not None


def test_every_answer_of_every_route_is_protected(app: App) -> None:
    """All methods at all addresses, by a super admin and by nobody: what is served, what is refused, and what fails."""
    asked, cookie = 0, app.signed_in("sara").cookie
    contents = app.store.contents
    for path in sorted({re.sub(r"{(\w+):(str|path)}", "acme", route.path) for route in app.litestar.routes}):
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"):
            app.renew(contents)  # sara is signed in, whatever the last request did
            for client in (app.client(cookie), app.client()):
                for body, headers in ((None, ()), ({}, ()), (b"{", TOO_LARGE if method in ("POST", "PUT", "PATCH") else ())):
                    answer, asked = client.ask(method, path, body, headers), asked + 1
                    assert is_protected(answer) or (path.startswith("/admin") and is_protected(answer, POLICY)), (method, path, answer)
                    assert answer.one(HSTS) is None
    assert asked > 500


def test_a_mistake_of_ours_is_protected(app: App, sara: Client) -> None:
    """500 as well."""

    def broken() -> datetime:
        raise ZeroDivisionError

    with app.container.clock.override(injection.Object(broken)):
        answer = sara.get("/auth/me/")
    assert answer.status == 500
    assert is_protected(answer)


@pytest.mark.parametrize(("path", "status"), [("/admin/", 303), ("/admin/sign-in", 200)])
def test_a_page_names_its_character_set_once(app: App, path: str, status: int) -> None:
    """Twice is a malformed parameter for a strict reader."""
    answer = app.client().ask("GET", path)
    assert (answer.status, answer.one("content-type")) == (status, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("url", "expected"), [("https://desk.example.org", "max-age=31536000"), ("http://desk.example.org", None), ("", None)]
)
def test_https_is_asked_for_where_it_is_there(url: str, expected: str | None) -> None:
    """Where our public URL is https, and nowhere else: a browser that believes it comes by http no more."""
    with App(settings=Settings(public_url=url)) as app:
        for path in ("/health/live", "/nothing", f"{API}/auth/me/", "/schema"):
            assert app.client().ask("GET", path).one(HSTS) == expected


@pytest.mark.parametrize(
    "path",
    [f"{API}//ai-providers", "/api//admin/ai-providers", f"/{API}/ai-providers", f"{API}/ai-providers//", f"{API}/ai-providers//acme",
     f"{API}/auth//me", f"{API}//auth/login"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_two_slashes_are_not_one(sara: Client, method: str, path: str) -> None:
    """A proxy that guards an address would not take them for it, so nor do we."""
    answer = sara.ask(method, path, CHOICE if method == "POST" else None)
    assert answer.status in (404, 405)
    assert sara.get("/ai-models/").json["count"] == 0


@pytest.mark.parametrize(
    "path",
    ["/health/%2e%2e/api/admin/ai-providers", "/health/../api/admin/ai-providers", "/static/../api/admin/ai-providers", "/static/%2e%2e/headers.py",
     "/static/..%2f..%2fapp.py", "/static/%2e%2e%2f%2e%2e%2fsettings.py", "/static/..\\app.py", "/static//etc/passwd", "/static/%00", "/static/",
     "/static/schema.css/../../app.py", "/schema/..%2f..%2f..%2fpyproject.toml", f"{API}/ai-providers/acme/..", f"{API}/./ai-providers",
     f"{API}/ai-providers;x=1", f"{API}/ai-providers%00", "/API/ADMIN/AI-PROVIDERS", f"{API}/ai-providers/acme/extra", "/%2e%2e/%2e%2e/etc/passwd"],
)  # fmt: skip
def test_addresses_that_climb(sara: Client, path: str) -> None:
    """No file but the one, no route by a way around."""
    assert sara.ask("GET", path).status == 404


@pytest.mark.parametrize("path", [f"{API}%2Fai-providers", "/api%2fadmin/ai-providers/", f"{API}/ai%2Dproviders", f"{API}/%61i-providers"])
def test_a_disguised_address_is_still_guarded(anonymous: Client, path: str) -> None:
    """Whether or not it is taken for the plain one, nobody gets by without signing in."""
    assert anonymous.ask("GET", path).status in (401, 404)


@pytest.mark.parametrize("value", ["a\r\nset-cookie: x=1", "%0d%0aset-cookie:%20x=1", "\u0080", "x" * 60_000])
def test_nothing_sent_comes_back_in_a_header(sara: Client, value: str) -> None:
    """Neither from headers nor from the address."""
    headers = {"origin": value, "if-none-match": value, "x-request-id": value, "host": value, "x-forwarded-host": value}
    path = f"{API}/ai-providers/{value}?{value}=1" if value.isascii() and value.isprintable() else f"{API}/ai-providers/"
    answer = sara.ask("GET", path, headers=headers)
    assert answer.status in (200, 404, 422)
    assert not [(name, text) for name, text in answer.headers if value in text or "\r" in text or "\n" in text]
    assert answer.all("set-cookie") == []


def test_thousands_of_headers(sara: Client) -> None:
    """Counted and refused; as many as are allowed are judged like few."""
    many = [(f"x-{number}", "y") for number in range(5_000)] + [("cookie", f"c{number}=1") for number in range(1_000)]
    assert sara.get("/auth/me/", many).status == 431
    assert sara.get("/auth/me/", [*many[:40], *many[-40:]]).status == 200


def test_a_foreign_host_gets_no_links(sara: Client) -> None:
    """No answer repeats the Host that was asked for."""
    for path in ("/schema", "/schema/openapi.json", f"{API}/ai-providers/", "/schema/", f"{API}/ai-providers"):
        answer = sara.ask("GET", path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
        assert answer.status == 200
        assert b"evil" not in answer.body
        assert "evil" not in str(answer.headers)
