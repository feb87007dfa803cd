"""A write that carries the cookie was meant by the admin: types of bodies, origins, tokens, and leave for the origins that are listed."""

import hashlib
from pathlib import Path

import pytest
from attrs import evolve

from modeldesk.entrypoints.settings import load_settings
from tests.support.app import API, NO_TYPE, OWN_ORIGIN, PANEL, App, Client, live_declared

CHOICE = {"provider": "acme", "capability": "chat", "model_id": "large"}
SELECT = "/ai-models/select-model/"
WRITES = [
    (SELECT, CHOICE),
    ("/ai-models/deselect-model/", {"provider": "acme", "capability": "chat"}),
    ("/ai/dashboard/cache/clear/", None),
    ("/auth/logout/", None),
]
EVERY_WRITE = pytest.mark.parametrize(("path", "body"), WRITES, ids=[path for path, _ in WRITES])
EVIL = "https://evil.example"


def nothing_happened(sara: Client) -> bool:
    """Still signed in, nothing chosen, nothing renewed."""
    return sara.get("/ai-models/").json["count"] == 0 and sara.app.run(sara.app.store.current()).generation.catalogue == 1


@EVERY_WRITE
def test_a_program_with_the_cookie_alone_may_write(sara: Client, path: str, body: object) -> None:
    """The curl calls of the guide stand as they are: no origin, no token."""
    assert sara.post(path, body).status == 200


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
     "application/json-patch+json", "text/json", "*/*", "json"],
)  # fmt: skip
def test_a_body_that_is_not_json_is_415(sara: Client, kind: str) -> None:
    """Every type that a page elsewhere may send unasked, and all that only look alike; also where the write takes no body."""
    for path, body in WRITES:
        assert sara.post(path, body or {}, {"content-type": kind}).status == 415
        assert sara.post(path, b"", {"content-type": kind}).status == 415
    assert nothing_happened(sara)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON", " application/json ;x=y"])
def test_json_by_any_of_its_spellings(sara: Client, kind: str) -> None:
    """Parameters and letter case do not matter."""
    assert sara.post(SELECT, CHOICE, {"content-type": kind}).status == 200


def test_a_body_without_a_type(app: App, sara: Client) -> None:
    """Refused, whether its length was announced, comes in chunks, or is not announced at all."""
    assert sara.post(SELECT, CHOICE, [NO_TYPE]).status == 415
    for headers in ([NO_TYPE], [NO_TYPE, ("transfer-encoding", "chunked")]):
        assert app.run(sara.asking("POST", API + SELECT, CHOICE, headers, announced=False)).status == 415
    assert app.run(sara.asking("POST", f"{API}/auth/logout/", {}, [NO_TYPE], announced=False)).status == 415
    assert nothing_happened(sara)
    assert sara.post("/auth/logout/", None, {"content-length": "0"}).status == 200


def test_a_type_given_twice(sara: Client) -> None:
    """Both are judged: who sends two shall not choose which counts."""
    for kinds in (("application/json", "text/plain"), ("text/plain", "application/json")):
        assert sara.post(SELECT, CHOICE, [("content-type", kind) for kind in kinds]).status == 415
    assert nothing_happened(sara)


@pytest.mark.parametrize(
    "origin",
    [EVIL, "null", "", " ", "http://127.0.0.1", "http://127.0.0.1:8001", "https://127.0.0.1:8000", f"{OWN_ORIGIN}/", f"{OWN_ORIGIN}.evil.example",
     f"{PANEL}:444", "http://panel.example.org", "https://xpanel.example.org", "https://panel.example.org.evil.example", f"{PANEL}, {EVIL}", "*"],
)  # fmt: skip
def test_another_origin_may_not_write(sara: Client, origin: str) -> None:
    """Not even with the right token; nothing changes."""
    headers = [("origin", origin), ("x-csrf-token", sara.token())]
    for path, body in WRITES:
        answer = sara.post(path, body, headers)
        assert (answer.status, answer.json["type"]) == (403, "urn:modeldesk:problem:forbidden")
    assert nothing_happened(sara)


@EVERY_WRITE
@pytest.mark.parametrize("origin", [OWN_ORIGIN, "http://localhost:8000", PANEL, PANEL.upper()])
def test_our_own_or_an_allowed_origin_writes_with_the_token(sara: Client, path: str, body: object, origin: str) -> None:
    """And only with it: a page of ours that has no token is refused as well."""
    token = sara.token()
    for wrong in ([], [("x-csrf-token", "x" * 43)], [("x-csrf-token", token[:-1])], [("x-csrf-token", token), ("x-csrf-token", token)]):
        assert sara.post(path, body, [("origin", origin), *wrong]).status == 403
    assert nothing_happened(sara)
    assert sara.post(path, body, {"origin": origin, "x-csrf-token": token}).status == 200


@EVERY_WRITE
@pytest.mark.parametrize("site", ["same-origin", "same-site", "cross-site", "none"])
def test_a_browser_that_sends_no_origin_needs_the_token_too(sara: Client, path: str, body: object, site: str) -> None:
    """It gives itself away by Sec-Fetch-Site."""
    assert sara.post(path, body, {"sec-fetch-site": site}).status == 403
    assert nothing_happened(sara)
    assert sara.post(path, body, {"sec-fetch-site": site, "x-csrf-token": sara.token()}).status == 200


def test_the_token_belongs_to_one_session(app: App, sara: Client, nima: Client) -> None:
    """Neither another admin's nor that of one's own other session will do, nor one's session id or its digest."""
    assert sara.cookie is not None
    digest = hashlib.sha256(sara.cookie.encode()).hexdigest()
    for token in (nima.token(), app.signed_in().token(), sara.cookie, digest, "é", "\xff"):
        assert sara.post(SELECT, CHOICE, {"origin": OWN_ORIGIN, "x-csrf-token": token}).status == 403
    assert nothing_happened(sara)


def test_two_origins_are_both_judged(sara: Client) -> None:
    """In either order."""
    token = ("x-csrf-token", sara.token())
    for origins in ((OWN_ORIGIN, EVIL), (EVIL, OWN_ORIGIN)):
        assert sara.post(SELECT, CHOICE, [*(("origin", origin) for origin in origins), token]).status == 403
    assert nothing_happened(sara)


def test_signing_in_from_another_origin(anonymous: Client) -> None:
    """Nobody is signed in by a page elsewhere; from ours no token is needed yet, as there is none, nor with an old session at hand."""
    assert anonymous.sign_in(headers={"origin": EVIL}).status == 403
    assert anonymous.cookie is None
    for headers in ({"origin": OWN_ORIGIN}, {"origin": PANEL}, {"sec-fetch-site": "same-origin"}, {"origin": OWN_ORIGIN}):
        assert anonymous.sign_in(headers=headers).status == 200


def test_a_page_of_another_site_may_not_have_a_list_refreshed(app: App, sara: Client) -> None:
    """A link with `refresh=true` is enough to send one: it would spend the vendor's patience and the key. Nothing is asked of the vendor."""
    app.put(live_declared("OpenAICompatibleProvider", "chat"))
    app.vendors.write("live", ["one"])
    path = "/ai-models/browse-models/?provider=live&capability=chat&refresh=true"
    for sites in (["cross-site"], ["same-origin", "cross-site"]):
        refused = sara.get(path, [("sec-fetch-site", site) for site in sites])
        assert (refused.status, refused.json["type"]) == (403, "urn:modeldesk:problem:forbidden")
    assert app.vendors.asked == []
    for site in ("same-origin", "none"):
        assert sara.get(path, {"sec-fetch-site": site}).status == 200


def test_reading_is_not_held_to_that(sara: Client) -> None:
    """A GET changes nothing; another origin may send it, and is given no leave to see the answer."""
    answer = sara.get("/ai-providers/", {"origin": EVIL, "sec-fetch-site": "cross-site"})
    assert answer.status == 200
    assert not [name for name, _ in answer.headers if name.startswith("access-control")]


@EVERY_WRITE
def test_no_other_method_writes(sara: Client, path: str, body: object) -> None:
    """Least of all a GET, which an image tag can send."""
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE"):
        assert sara.ask(method, API + path, body).status == 405
    assert nothing_happened(sara)


def leave(client: Client, method: str, path: str, origins: list[str]) -> dict[str, str]:
    """The headers by which a browser lets a page see the answer."""
    answer = client.ask(method, path, headers=[("origin", origin) for origin in origins])
    assert "Origin" in ", ".join(answer.all("vary"))
    return {name.removeprefix("access-control-"): value for name, value in answer.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("path", ["/api/admin/ai-providers/", "/api/admin/nothing", "/health/live", "/api/admin/auth/login"])
def test_allowed_origins_and_only_they_get_leave(sara: Client, path: str) -> None:
    """By name, never by a star; on refusals too, so that their pages can tell what was wrong."""
    given = leave(sara, "GET", path, [PANEL])
    assert given == {"allow-origin": PANEL, "allow-credentials": "true", "expose-headers": "ETag, Retry-After, X-Request-ID"}
    for origins in ([EVIL], ["null"], [OWN_ORIGIN], [], [PANEL, EVIL], [f"{PANEL}.evil.example"]):
        assert leave(sara, "GET", path, origins) == {}


@pytest.mark.parametrize("path", [f"{API}{path}" for path, _ in WRITES] + [f"{API}/ai-providers/", f"{API}/auth/login/"])
def test_a_browser_may_ask_first(anonymous: Client, path: str) -> None:
    """It does so without the cookie, and learns what pages of that origin may send; others learn the methods at most."""
    answer = anonymous.ask("OPTIONS", path, headers={"origin": PANEL, "access-control-request-method": "POST"})
    assert answer.status in (200, 204)
    assert answer.body == b""
    asked = leave(anonymous, "OPTIONS", path, [PANEL])
    assert asked["allow-origin"] == PANEL
    assert asked["allow-headers"] == "Content-Type, Idempotency-Key, If-Match, If-None-Match, X-CSRF-Token, X-Request-ID"
    assert {"GET", "POST"} <= set(asked["allow-methods"].split(", "))
    assert leave(anonymous, "OPTIONS", path, [EVIL]) == {}


def test_a_house_without_allowed_origins_gives_no_leave() -> None:
    """The default: only pages that Modeldesk serves."""
    with App() as app:
        sara = app.fill().signed_in()
        for method in ("GET", "OPTIONS"):
            answer = sara.ask(method, f"{API}/ai-providers/", headers={"origin": PANEL})
            assert not [name for name, _ in answer.headers if name.startswith("access-control")]
        assert sara.post(SELECT, CHOICE, {"origin": PANEL, "x-csrf-token": sara.token()}).status == 403


@pytest.mark.parametrize(
    ("environment", "bind", "own", "foreign"),
    [
        ({}, ("127.0.0.1", 9000), ["http://127.0.0.1:9000", "http://localhost:9000"], ["http://127.0.0.1:8000", "https://localhost:9000"]),
        ({}, ("::1", 8000), ["http://[::1]:8000", "http://localhost:8000"], ["http://::1:8000"]),
        ({}, ("192.0.2.7", 8000), ["http://192.0.2.7:8000"], ["http://localhost:8000"]),
        ({}, ("192.0.2.7", 80), ["http://192.0.2.7"], ["http://192.0.2.7:8000", "https://192.0.2.7"]),
        ({"PUBLIC_URL": "https://desk.example.org/"}, ("127.0.0.1", 8000), ["https://desk.example.org"], [OWN_ORIGIN, "http://desk.example.org"]),
        ({"PUBLIC_URL": "https://Desk.example.org:443"}, ("127.0.0.1", 8000), ["https://desk.example.org"], ["https://desk.example.org:8443"]),
        ({"PUBLIC_URL": "http://desk.example.org:80"}, ("127.0.0.1", 8000), ["http://desk.example.org"], ["https://desk.example.org"]),
        ({"PUBLIC_URL": "https://desk.example.org:8443"}, ("127.0.0.1", 8000), ["https://desk.example.org:8443"], ["https://desk.example.org"]),
        ({"ALLOWED_ORIGINS": "https://a.example, http://b.example:3000"}, ("127.0.0.1", 8000),
         [OWN_ORIGIN, "https://a.example", "http://b.example:3000"], ["http://a.example", "http://b.example"]),
        ({"ALLOWED_ORIGINS": "https://A.example:443"}, ("127.0.0.1", 8000), ["https://a.example"], ["https://a.example:80"]),
    ],
)  # fmt: skip
def test_what_our_own_origin_is(
    tmp_path: Path, environment: dict[str, str], bind: tuple[str, int], own: list[str], foreign: list[str]
) -> None:
    """That of the bind, unless a public URL is set; as browsers write it, which leave out the usual port."""
    read = load_settings({f"MODELDESK_{name}": value for name, value in environment.items()}, tmp_path)
    with App(settings=evolve(read, host=bind[0], port=bind[1])) as app:
        sara = app.fill().signed_in()
        token = sara.token()
        statuses = {origin: sara.post(SELECT, CHOICE, {"origin": origin, "x-csrf-token": token}).status for origin in own + foreign}
    assert statuses == {**dict.fromkeys(own, 200), **dict.fromkeys(foreign, 403)}
