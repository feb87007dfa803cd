"""Whatever is asked, by whom and how: never a mistake of ours, and never an answer without its protection."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, COOKIE, OWN_ORIGIN, PANEL, App, Client
from tests.support.asgi import Answer
from tests.support.counts import count
from tests.support.stores import database_of

READS = [
    "/auth/me",
    "/ai-providers",
    "/ai-providers/acme",
    "/ai-models",
    "/ai-models/browse-models",
    "/ai/dashboard/overview",
    "/tokens",
    "/audit",
]
WRITES = [
    "/auth/login",
    "/auth/logout",
    "/ai-models/select-model",
    "/ai-models/deselect-model",
    "/ai-models/rollback",
    "/ai/dashboard/cache/clear",
    "/tokens",
]
KEYS = [
    ("PATCH", "/ai-providers/acme"),
    ("POST", "/ai-providers/import"),
    ("PUT", "/ai-providers/acme/key"),
    ("DELETE", "/ai-providers/acme/key"),
    ("POST", "/ai-providers/acme/key/check"),
    ("DELETE", "/tokens/x"),
]
ROUTES = [("GET", API + path) for path in READS] + [("POST", API + path) for path in WRITES] * 2 + [(way, API + path) for way, path in KEYS]
OTHERS = ["/health/live", "/health/ready", "/schema", "/static/schema.css", "/"]
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"]
WORDS = ["acme", "open", "switched-off", "nobody", "chat", "image", "video", "content", "large", "small", "true", "false", "0", "1", "-1", "10000",
         "name", "-price", "shared", "personal", "sk-0123456789abcdef", "sara", "correct horse battery", "", " ", "\x00", "\ud800", "\u202e", "é", "e\u0301", "🙂", "9" * 30, "x" * 300]  # fmt: skip
NAMES = ["provider", "capability", "model_id", "model_name", "is_free", "is_active", "limit", "offset", "search", "free", "sort", "username",
         "password", "refresh", "accept", "explain", "scope", "api_key", "name", "scopes", "expires_in_days", "sort_order", "api_base_url", "dry_run", "slug", "version", "providers", "__class__"]  # fmt: skip

text = st.sampled_from(WORDS) | st.text(max_size=20)
leaf = st.none() | st.booleans() | st.integers() | st.floats() | text
value = st.recursive(leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=6)
document = st.dictionaries(st.sampled_from(NAMES) | text, leaf | value, max_size=5)
key = st.fixed_dictionaries({"scope": st.sampled_from(["shared", "personal"])}, optional={"api_key": text})
likely = st.fixed_dictionaries(
    {"provider": st.sampled_from(WORDS[:4]) | text, "capability": st.sampled_from(WORDS[4:8]) | text},
    optional={"model_id": text, "model_name": text | st.none(), "is_free": st.booleans() | st.none()},
)
body = st.none() | likely | likely | key | document | value | st.binary(max_size=40)
wire = st.characters(codec="latin-1")


@st.composite
def target(draw: st.DrawFn) -> tuple[str, str]:
    """A method and an address: mostly ours, sometimes bent, sometimes anything."""
    method, path = draw(st.sampled_from(ROUTES))
    match draw(st.integers(0, 9)):
        case 0:
            path = "/" + draw(st.text(wire, max_size=30)).replace("?", "")
        case 1:
            path += draw(st.sampled_from(["//", "/..", "/%2e%2e/", "%00", "%ff", ";a=b", "/x/y"]))
        case 2:
            path = draw(st.sampled_from(OTHERS))
        case 3:
            method = draw(st.sampled_from(METHODS))
        case _:
            path += draw(st.sampled_from(["", "/"]))
    return method, path + draw(query)


@st.composite
def some_query(draw: st.DrawFn) -> str:
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES) | text, text), max_size=3))
    written = "&".join(f"{quote(name, errors='surrogatepass')}={quote(content, errors='surrogatepass')}" for name, content in pairs)
    return "?" + written + draw(st.sampled_from(["", "", "&", "%", "&%ff=", "=", "\xff"]))


query = st.just("") | st.sampled_from(["?provider=acme&capability=chat", "?provider=acme&capability=video"]) | some_query()

header = st.one_of(
    st.tuples(st.just("content-type"), st.sampled_from(["application/json", "text/plain", "application/json;", "multipart/form-data", ";", "é"])),
    st.tuples(st.just("origin"), st.sampled_from([OWN_ORIGIN, PANEL, "null", "https://evil.example", "é"])),
    st.tuples(st.sampled_from(["x-csrf-token", "sec-fetch-site", "if-none-match", "accept", "content-encoding", "host", "x-forwarded-for"]), st.text(wire, max_size=20)),
    st.tuples(st.just("content-length"), st.sampled_from(["0", "5", "-1", "x", "99999999", "1e3", "\xb2"])),
    st.tuples(st.just("authorization"), st.sampled_from(["Bearer x", "Bearer", "bearer  mdk_é", "Basic x", ""]) | st.text(wire, max_size=20)),
    st.tuples(st.just("cookie"), st.text(wire, max_size=30).map(lambda content: f"{COOKIE}={content}")),
    st.tuples(st.sampled_from(["range", "expect", "transfer-encoding", "upgrade", "if-match", "accept-language"]), st.sampled_from(["chunked", "*", "", "bytes=0-1"])),
)  # fmt: skip


@frozen
class Asked:
    to: tuple[str, str]
    body: Any
    headers: list[tuple[str, str]]
    as_whom: str
    announced: bool


request = st.builds(
    Asked,
    target(),
    body,
    st.just([]) | st.lists(header, max_size=3),
    st.sampled_from(["sara", "sara", "nima", "nobody", "with the token"]),
    st.booleans(),
)


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def fuzzed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One house for all that is asked: what one request leaves behind, the next one meets."""
    desk = None
    if request.param == "sqlite":
        desk = SqlStore(database_of("sqlite", request, tmp_path_factory.mktemp("fuzzed")))
    if request.param == "postgresql":
        desk = SqlStore(request.getfixturevalue("fuzzed_database"))
    with App(desk, Settings(allowed_origins=(PANEL,))) as app:
        app.vendors.write("acme", ["veo-9", "sora"])
        yield app.fill()


@pytest.fixture(scope="module")
def fuzzed_database(postgres_server: str, postgres_template: str) -> Iterator[str]:
    from tests.support.servers import fresh_database

    with fresh_database(postgres_server, template=postgres_template) as url:
        yield url


def ask(clients: dict[str, Client], asked: Asked) -> Answer:
    """One request, in its own copy of the visitor: a cookie that it gets or loses is nobody else's."""
    client = clients["sara" if asked.as_whom == "with the token" else asked.as_whom]
    headers = list(asked.headers)
    if asked.as_whom == "with the token":
        headers += [("origin", OWN_ORIGIN), ("x-csrf-token", client.token())]
    copy = Client(client.app, client.cookie)
    return client.app.run(copy.asking(*asked.to, asked.body, headers, announced=asked.announced))


def must_be_fine(asked: Asked, answer: Answer) -> None:
    method, address = asked.to
    assert 200 <= answer.status < 500, (asked, answer)
    assert answer.one("x-content-type-options") == "nosniff"
    assert answer.one("content-security-policy") is not None
    assert answer.one("cache-control") is not None
    assert not any(sign in value for _, value in answer.headers for sign in "\r\n\0")
    if method == "HEAD":
        assert answer.body == b""
    elif answer.status >= 400:
        assert answer.one("content-type") == "application/problem+json"
        assert (answer.json["status"], bool(answer.json["detail"])) == (answer.status, True)
    if asked.as_whom == "nobody" and address.startswith(f"{API}/ai") and method != "OPTIONS":
        assert answer.status in (400, 401, 404, 405, 413, 415)


@settings(max_examples=count(8, 666))  # each is a visit of many requests
@given(st.lists(request, min_size=10, max_size=30))
def test_never_a_mistake_of_ours(fuzzed: App, requests: list[Asked]) -> None:
    """Thousands of requests on one desk, which afterwards holds what it should: at most one active model a slot, and every one stored."""
    clients, sessions = dict[str, Client](), set[str]()
    for asked in requests:
        if not clients or not sessions <= set(fuzzed.sessions()):  # a request signed out with that cookie
            clients = {"sara": fuzzed.signed_in("sara"), "nima": fuzzed.signed_in("nima"), "nobody": fuzzed.client()}
            assert all(clients[name].get("/auth/me/").status == 200 for name in ("sara", "nima"))
            sessions = {credential_digest(clients[name].cookie or "") for name in ("sara", "nima")}
        must_be_fine(asked, ask(clients, asked))
    snapshot = fuzzed.run(fuzzed.store.current())
    assert set(snapshot.access.admins) == {"sara", "nima"}
    assert set(snapshot.providers) == {"acme", "switched-off", "open"}
    for state in snapshot.choices.values():
        assert state.active is None or state.active in state.models
    overview = fuzzed.signed_in().get("/ai/dashboard/overview/")
    assert overview.status == 200
