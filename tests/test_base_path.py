"""Below a path of a shared host: whoever follows the addresses that Modeldesk gives stays below it, whether the proxy passes the path on or cuts it off."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.entrypoints.base_path import served_below
from modeldesk.entrypoints.public_url import OWN_SEGMENTS
from modeldesk.entrypoints.setting_sources import SettingWrong
from modeldesk.entrypoints.settings import Settings, load_settings
from tests.support.app import PASSWORD, App, live_declared
from tests.support.panel_client import PanelClient, text_of

BASE = "/desk"
PUBLIC = f"https://h.example{BASE}"


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """Everything stands below /desk."""
    with App(settings=Settings(public_url=PUBLIC)) as made:
        made.fill().put(live_declared("HuggingFaceProvider", "chat"))
        made.vendors.write("live", ["a-chat"])
        yield made


@pytest.fixture(scope="module")
def sara(app: App) -> PanelClient:
    """Signed in below the path."""
    client = PanelClient(app, origin="https://h.example")
    answer = client.post(f"{BASE}/admin/sign-in", {"username": "sara", "password": PASSWORD})
    assert (answer.status, answer.one("location")) == (303, f"{BASE}/admin/")
    assert "Path=/desk/;" in next(cookie for cookie in answer.all("set-cookie") if cookie.startswith("admin_session_id"))
    return client


def test_every_address_of_every_page_stands_below_the_path(sara: PanelClient) -> None:
    """Links, forms, styles, scripts and what the script loads are followed until nothing new comes; what they lead to is there."""
    waiting, seen = [f"{BASE}/admin/"], set[str]()
    while waiting:
        url = waiting.pop()
        if url.partition("?")[0] in seen:
            continue
        seen.add(url.partition("?")[0])
        answer = sara.get(url)
        assert answer.status == 200, url
        if not (answer.one("content-type") or "").startswith("text/html"):
            continue
        found = re.findall(r'([\w-]+)="(/[^"#]*)', text_of(answer))
        assert all(address.startswith(f"{BASE}/") for name, address in found if name != "value"), url
        waiting += [unescape(address) for name, address in found if name in ("href", "src", "data-load")]
    assert {f"{BASE}/admin/{page}" for page in ("uses", "keys", "tokens", "providers/acme/chat", "providers/live/chat")} <= seen


def test_the_path_may_be_cut_off_by_the_proxy(sara: PanelClient) -> None:
    """The same page, with the same links."""
    assert re.findall(r'href="([^"]+)', text_of(sara.get("/admin/keys"))) == re.findall(
        r'href="([^"]+)', text_of(sara.get(f"{BASE}/admin/keys"))
    )


def test_a_redirect_leads_below_the_path(app: App) -> None:
    """The bare path, and a page that asks for a sign-in first."""
    stranger = PanelClient(app)
    assert stranger.get(BASE).one("location") == f"{BASE}/admin/"
    assert stranger.get(f"{BASE}/admin/keys").one("location") == f"{BASE}/admin/sign-in?next=%2Fadmin%2Fkeys"


def test_a_path_that_only_begins_alike_is_another_one(app: App) -> None:
    """`/desktop` is nobody's."""
    assert PanelClient(app).get("/desktop/admin/").status == 404


def test_products_get_addresses_below_the_path(app: App) -> None:
    """The event stream of an evaluation, and the server of the API reference with its links."""
    program = app.program("resolve")
    bulk = program.ask("POST", f"{BASE}/ofrep/v1/evaluate/flags", {"context": {}})
    assert bulk.json["eventStreams"][0]["endpoint"]["requestUri"].startswith(f"{BASE}/api/events?ticket=")
    assert app.client().ask("GET", f"{BASE}/schema/openapi.json").json["servers"] == [{"url": BASE}]
    page = app.client().ask("GET", f"{BASE}/schema").body.decode()
    assert set(re.findall(r"href='(/[^']*)'", page)) == {f"{BASE}/static/schema.css", f"{BASE}/schema/openapi.json"}


def test_a_text_of_somebody_is_no_link(app: App, sara: PanelClient) -> None:
    """A description that looks like an attribute stays as it was written."""
    app.put({"slug": "odd", "name": "Odd", "display_name": "Odd", "description": 'see href="/admin/keys" there'})
    assert "see href=&#34;/admin/keys&#34; there" in text_of(sara.get(f"{BASE}/admin/providers/odd"))


@pytest.mark.parametrize(
    "url", ["https://h.example/a/../b", "https://h.example/a//b", "https://h.example/%2f", "https://h.example/a?b", "https://h.example/ا"]
)
def test_a_path_that_could_be_read_in_two_ways_is_refused(url: str) -> None:
    """By proxies, browsers and cookies in the same way, or not at all."""
    with pytest.raises(SettingWrong, match="PUBLIC_URL"):
        load_settings({"MODELDESK_PUBLIC_URL": url})


def test_a_path_that_begins_like_one_of_ours_is_refused(app: App) -> None:
    """A proxy may cut the path off: /admin/ below /admin would be nothing then. A longer word is another path."""
    own = {route.path.split("/")[1] for route in app.litestar.routes} - {""}
    assert own == OWN_SEGMENTS
    for first in sorted(own):
        with pytest.raises(SettingWrong, match="PUBLIC_URL"):
            load_settings({"MODELDESK_PUBLIC_URL": f"https://h.example/{first}/desk"})
    assert load_settings({"MODELDESK_PUBLIC_URL": "https://h.example/admins"}).base_path == "/admins"


def test_a_slash_at_the_end_means_nothing() -> None:
    """The settings say the path once, without it."""
    assert load_settings({"MODELDESK_PUBLIC_URL": f"{PUBLIC}/"}).base_path == BASE
    assert load_settings({"MODELDESK_PUBLIC_URL": "https://h.example/"}).base_path == ""
    assert json.dumps(load_settings({"MODELDESK_PUBLIC_URL": PUBLIC}).own_origins) == '["https://h.example"]'


def answering(seen: list[Scope], *headers: tuple[bytes, bytes]) -> ASGIApp:
    """An application that notes what it is given, and answers with these headers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"x", "more_body": False})

    return app


async def asked_below(scope: dict[str, object], *headers: tuple[bytes, bytes]) -> tuple[Scope, list[Message]]:
    """The scope that the application gets below /desk, and the messages that its answer becomes."""
    seen, sent = list[Scope](), list[Message]()

    async def receive() -> Message:
        raise AssertionError("nobody reads a body")

    async def send(message: Message) -> None:
        sent.append(message)

    await served_below(BASE, answering(seen, *headers))(scope, receive, send)  # type: ignore[arg-type] # as much of a scope as is read
    (given,) = seen
    return given, sent


@pytest.mark.parametrize(
    ("path", "shorter"),
    [
        ("/desk", "/"),
        ("/desk/", "/"),
        ("/desk/admin/keys", "/admin/keys"),
        ("/desk/desk/x", "/desk/x"),
        ("/admin/keys", "/admin/keys"),
        ("/desktop", "/desktop"),
        ("/desktop/admin/", "/desktop/admin/"),
    ],
)
async def test_the_path_is_taken_off_once(path: str, shorter: str) -> None:
    """Off both forms of the path, in a scope of its own: whoever is outside goes on with what came."""
    came: dict[str, object] = {"type": "http", "path": path, "raw_path": path.encode(), "query_string": b"a=/desk/"}
    given, _ = await asked_below(came)
    assert given == {**came, "path": shorter, "raw_path": shorter.encode()}
    assert came["path"] == path


async def test_addresses_and_cookies_of_an_answer_stand_below_the_path() -> None:
    """However the header is written; addresses elsewhere, and what looks alike in other headers, stay."""
    _, (start, body) = await asked_below(
        {"type": "http", "path": "/desk/", "raw_path": b"/desk/"},
        (b"Location", b"/admin/"),
        (b"content-location", b"/api/x"),
        (b"location", b"https://login.example/authorize"),
        (b"Set-Cookie", b"a=b; Path=/; HttpOnly"),
        (b"link", b"/admin/; Path=/"),
    )
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"Location", b"/desk/admin/"),
            (b"content-location", b"/desk/api/x"),
            (b"location", b"https://login.example/authorize"),
            (b"Set-Cookie", b"a=b; Path=/desk/; HttpOnly"),
            (b"link", b"/admin/; Path=/"),
        ],
    }
    assert body == {"type": "http.response.body", "body": b"x", "more_body": False}


async def test_what_is_no_request_has_no_path() -> None:
    """The start and the end of the server."""
    came: dict[str, object] = {"type": "lifespan"}
    given, (start, _) = await asked_below(came, (b"location", b"/x"))
    assert given is came
    assert start["headers"] == [(b"location", b"/x")]  # type: ignore[typeddict-item] # the message of the application above


async def test_an_empty_path_wraps_nothing() -> None:
    """The application itself answers."""
    app = answering([])
    assert served_below("", app) is app
