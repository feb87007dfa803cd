"""One provider's page: what is said of its keys and of its list, and what can be done about them."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest

from modeldesk.domain.model.keys.provider_key import Verdict
from tests.support.app import App, live_declared
from tests.support.panel_client import PanelClient, text_of
from tests.support.rest_live import settled

LIVE = live_declared("GroqProvider", "chat")
KEY = {"api_key": "sk-entered-0123456789"}
OWN, SHARED = "/admin/keys/live/personal", "/admin/keys/live/shared"


def reported(client: PanelClient, label: str, slug: str = "live") -> str:
    """What stands beside a label of the page, with the places of its links."""
    page = text_of(client.get(f"/admin/providers/{slug}"))
    found = re.search(rf"<dt>{label}</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert found, label
    return re.sub(r"\s+", " ", unescape(re.sub(r'<a href="([^"]+)">(.*?)</a>', r"[\2 \1]", found[1])))


def test_a_key_that_was_just_rejected_is_not_called_usable(live: App, sara: PanelClient) -> None:
    """Beside the banner that says so."""
    sara.send(SHARED, KEY)
    live.vendors.verdict = Verdict.REJECTED
    page = text_of(sara.send(f"{SHARED}/check"))
    assert "The provider rejected this key." in page
    assert '<dt>State</dt><dd><span class="chip bad">rejected</span></dd>' in page


def test_a_stale_list_is_not_said_to_be_refreshed_where_that_failed(live: App, sara: PanelClient) -> None:
    """It is while it is, behind the page; then the page says why it failed."""
    sara.send(SHARED, KEY)
    live.vendors.write("live", ["a"])
    sara.get("/admin/providers/live/chat?wait=1")
    live.clock.now += timedelta(minutes=20)
    live.vendors.fail("live")
    assert "A refresh is running." in text_of(sara.get("/admin/providers/live/chat?wait=1"))
    live.run(settled())
    page = text_of(sara.get("/admin/providers/live/chat?wait=1"))
    assert "Last good list, fetched" in page
    assert "The last refresh failed: it is down" in re.sub("<[^>]+>", "", page)
    assert "A refresh is running." not in page


@pytest.fixture
def live(app: App) -> App:
    app.put(LIVE)
    return app


def test_who_can_use_no_key_is_told_why_and_where_to_go(live: App, sara: PanelClient, nima: PanelClient) -> None:
    """Where there is none; where it is not for their role; where it cannot be decrypted; and where none of one's own is allowed."""
    assert reported(sara, "Usable by you") == f"no: no key is stored · [Add key {SHARED}]"
    assert reported(nima, "Usable by you") == f"no: no key is stored · [Add key {OWN}]"
    sara.send(SHARED, KEY)
    assert reported(sara, "Usable by you").startswith("yes")
    assert reported(nima, "Usable by you") == f"no: the shared key is for super admins only · [Add key {OWN}]"
    live.put({**LIVE, "allow_shared_for_normal_admins": True})
    assert reported(nima, "Usable by you").startswith("yes")
    live.spoil_key("live", None)
    for client, place in ((sara, SHARED), (nima, OWN)):
        assert "the shared key cannot be decrypted with this master key" in reported(client, "Usable by you")
        assert reported(client, "Usable by you").endswith(f"[Add key {place}]")
    nima.send(OWN, KEY)
    assert reported(nima, "Usable by you").startswith("yes")
    live.spoil_key("live", "nima")
    assert "your personal key cannot be decrypted with this master key" in reported(nima, "Usable by you")
    live.put({**LIVE, "allow_personal_keys": False})
    assert reported(nima, "Usable by you") == "no: the shared key is for super admins only"


def test_texts_are_shown_in_the_language_of_the_page(live: App, sara: PanelClient) -> None:
    """Name, description and what is said of a capability; the plain ones where there is no translation; and both names are found."""
    persian = {"display_name": "فروشنده", "description": "مدل‌های باز", "capabilities": {"chat": "برای گفتگو"}}
    live.put({**LIVE, "display_name": "Vendor", "description": "Open models", "translations": {"fa": persian}})
    page = text_of(sara.get("/admin/providers/live"))
    assert "Vendor" in page
    assert "Open models" in page
    assert "مدل‌های باز" not in page
    sara.language = "fa"
    page = text_of(sara.get("/admin/providers/live"))
    for text in persian["display_name"], persian["description"], "برای گفتگو":
        assert text in page
    assert "Open models" not in page
    assert "فروشنده" in text_of(sara.get(f"/admin/providers?search={quote('فروشنده')}"))
    assert "فروشنده" in text_of(sara.get("/admin/providers?search=vendor"))


def test_the_form_says_that_translated_texts_are_shown_instead(live: App, sara: PanelClient) -> None:
    """Only in the language that has them: the form changes the plain ones."""
    live.put({**LIVE, "display_name": "Vendor", "description": "Open models", "translations": {"fa": {"description": "مدل‌های باز"}}})
    assert "translated-hint" not in sara.get("/admin/edit/live").body.decode()
    sara.language = "fa"
    page = sara.get("/admin/edit/live").body.decode()
    assert "translated-hint" in page
    assert "Open models" in page


def test_a_key_that_was_set_aside_says_so(live: App, sara: PanelClient) -> None:
    """After the address moved to another host; one's own goes before the shared one, in what is told as in what is spent."""
    sara.send(SHARED, KEY)
    live.put({**LIVE, "api_base_url": "https://another.example/v1"})
    assert (
        reported(sara, "Usable by you")
        == f"no: the API address changed, and the shared key is suspended until it is entered again · [Add key {SHARED}]"
    )
    sara.send(OWN, KEY)
    live.put(LIVE)
    sara.send("/admin/keys/live/shared/remove")
    assert (
        reported(sara, "Usable by you")
        == f"no: the API address changed, and your personal key is suspended until it is entered again · [Add key {OWN}]"
    )


@pytest.mark.parametrize(
    ("slug", "expected"),
    [("live", "not fetched yet"), ("switched-off", "fixed list, nothing to fetch"), ("open", "no list, nothing to fetch")],
)
def test_a_list_that_was_never_read_says_whether_it_could_be(live: App, sara: PanelClient, slug: str, expected: str) -> None:
    """A live one, a fixed one, and a provider that declares nothing."""
    assert reported(sara, "Last fetched", slug) == expected


def test_a_list_that_was_read_says_when(live: App, sara: PanelClient) -> None:
    """As a moment, in its own element."""
    sara.send(SHARED, KEY)
    live.vendors.write("live", ["a"])
    assert sara.get("/admin/providers/live/chat?wait=1").status == 200
    assert "<time" in reported(sara, "Last fetched")


def test_declared_models_of_a_live_list_are_counted_before_it_is_read(live: App, sara: PanelClient) -> None:
    """They are the whole list until the vendor is asked."""
    live.put(
        live_declared("GroqProvider", "chat", capabilities={"chat": {"supported": True, "has_dynamic_models": True, "models": ["one"]}})
    )
    answer = sara.get("/admin/providers/live")
    assert answer.status == 200
    assert "1 model · list not fetched yet" in re.sub("<.*?>", "", text_of(answer))
