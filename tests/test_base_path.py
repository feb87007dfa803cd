"""Below a path of a shared host: whoever follows the addresses that Modeldesk gives stays below it, whether the proxy passes the path on or cuts it off."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest

from modeldesk.entrypoints.setting_sources import SettingWrong
from modeldesk.entrypoints.settings import Settings, load_settings
from tests.support.app import PASSWORD, App
from tests.support.panel_client import PanelClient, text_of

BASE = "/desk"
PUBLIC = f"https://h.example{BASE}"


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """Everything stands below /desk."""
    with App(settings=Settings(public_url=PUBLIC)) as made:
        yield made.fill()


@pytest.fixture(scope="module")
def sara(app: App) -> PanelClient:
    """Signed in below the path."""
    client = PanelClient(app, origin="https://h.example")
    answer = client.post(f"{BASE}/admin/sign-in", {"username": "sara", "password": PASSWORD})
    assert (answer.status, answer.one("location")) == (303, f"{BASE}/admin/")
    assert "Path=/desk/;" in next(cookie for cookie in answer.all("set-cookie") if cookie.startswith("admin_session_id"))
    return client


def test_every_address_of_every_page_stands_below_the_path(sara: PanelClient) -> None:
    """Links, forms, styles and scripts are followed until nothing new comes; what they lead to is there."""
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
        found = re.findall(r'\b(href|action|src|formaction)="(/[^"#]*)', text_of(answer))
        assert all(address.startswith(f"{BASE}/") for _, address in found), url
        waiting += [unescape(address) for kind, address in found if kind in ("href", "src")]
    assert {f"{BASE}/admin/{page}" for page in ("uses", "keys", "tokens", "providers/acme/chat")} <= seen


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


def test_a_slash_at_the_end_means_nothing() -> None:
    """The settings say the path once, without it."""
    assert load_settings({"MODELDESK_PUBLIC_URL": f"{PUBLIC}/"}).base_path == BASE
    assert load_settings({"MODELDESK_PUBLIC_URL": "https://h.example/"}).base_path == ""
    assert json.dumps(load_settings({"MODELDESK_PUBLIC_URL": PUBLIC}).own_origins) == '["https://h.example"]'
