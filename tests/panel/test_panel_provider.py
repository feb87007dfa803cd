"""One provider's page: what is said of its keys and of its list, and what can be done about them."""

import re
from html import unescape

import pytest

from tests.support.app import House, live_declared
from tests.support.panel_client import PanelVisitor, text_of

LIVE = live_declared("GroqProvider", "chat")
KEY = {"api_key": "sk-entered-0123456789"}
OWN, SHARED = "/admin/keys/live/personal", "/admin/keys/live/shared"


def told(visitor: PanelVisitor, label: str, slug: str = "live") -> str:
    """What stands beside a label of the page, with the places of its links."""
    page = text_of(visitor.get(f"/admin/providers/{slug}"))
    found = re.search(rf"<dt>{label}</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert found, label
    return re.sub(r"\s+", " ", unescape(re.sub(r'<a href="([^"]+)">(.*?)</a>', r"[\2 \1]", found[1])))


@pytest.fixture
def live(house: House) -> House:
    house.put(LIVE)
    return house


def test_who_can_use_no_key_is_told_why_and_where_to_go(live: House, sara: PanelVisitor, nima: PanelVisitor) -> None:
    """Where there is none; where it is not for their role; where it cannot be decrypted; and where none of one's own is allowed."""
    assert told(sara, "Usable by you") == f"no: no key is stored · [Enter a key {SHARED}]"
    assert told(nima, "Usable by you") == f"no: no key is stored · [Enter a key {OWN}]"
    sara.send(SHARED, KEY)
    assert told(sara, "Usable by you").startswith("yes")
    assert told(nima, "Usable by you") == f"no: the shared key is for super admins only · [Enter a key {OWN}]"
    live.put({**LIVE, "allow_shared_for_normal_admins": True})
    assert told(nima, "Usable by you").startswith("yes")
    live.spoil_key("live", None)
    for visitor, place in ((sara, SHARED), (nima, OWN)):
        assert "the shared key cannot be decrypted with this master key" in told(visitor, "Usable by you")
        assert told(visitor, "Usable by you").endswith(f"[Enter a key {place}]")
    nima.send(OWN, KEY)
    assert told(nima, "Usable by you").startswith("yes")
    live.spoil_key("live", "nima")
    assert "your personal key cannot be decrypted with this master key" in told(nima, "Usable by you")
    live.put({**LIVE, "allow_personal_keys": False})
    assert told(nima, "Usable by you") == "no: the shared key is for super admins only"


def test_a_key_that_was_set_aside_says_so(live: House, sara: PanelVisitor) -> None:
    """After the address moved to another host; one's own goes before the shared one, in what is told as in what is spent."""
    sara.send(SHARED, KEY)
    live.put({**LIVE, "api_base_url": "https://another.example/v1"})
    assert (
        told(sara, "Usable by you")
        == f"no: the API address changed, and the shared key is suspended until it is entered again · [Enter a key {SHARED}]"
    )
    sara.send(OWN, KEY)
    live.put(LIVE)
    sara.send("/admin/keys/live/shared/remove")
    assert (
        told(sara, "Usable by you")
        == f"no: the API address changed, and your personal key is suspended until it is entered again · [Enter a key {OWN}]"
    )


@pytest.mark.parametrize(
    ("slug", "expected"),
    [("live", "not fetched yet"), ("switched-off", "fixed list, nothing to fetch"), ("open", "no list, nothing to fetch")],
)
def test_a_list_that_was_never_read_says_whether_it_could_be(live: House, sara: PanelVisitor, slug: str, expected: str) -> None:
    """A live one, a fixed one, and a provider that declares nothing."""
    assert told(sara, "Last fetched", slug) == expected


def test_a_list_that_was_read_says_when(live: House, sara: PanelVisitor) -> None:
    sara.send(SHARED, KEY)
    live.vendors.write("live", ["a"])
    assert sara.get("/admin/providers/live/chat?wait=1").status == 200
    assert "<time" in told(sara, "Last fetched")
