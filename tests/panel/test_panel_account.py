"""The page of one's own account: the sessions with their devices."""

import re

from tests.support.app import PASSWORD, App
from tests.support.panel_client import PanelClient, text_of

SAFARI = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile Safari/604.1"}


def rows(client: PanelClient) -> list[str]:
    """The head of each row as text."""
    heads = re.findall(r'<th role="rowheader".*?</th>', text_of(client.get("/admin/account")), re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub("<.*?>", "", head)).strip() for head in heads]


def test_sessions_tell_their_devices_apart(app: App, sara: PanelClient) -> None:
    """In the words of the language; a browser that said nothing is unknown."""
    phone = PanelClient(app)
    assert phone.post("/admin/sign-in", {"username": "sara", "password": PASSWORD}, SAFARI).status == 303
    assert sorted(rows(phone)) == ["Safari on iPhone this session", "Unknown device"]
    sara.language = "fa"
    assert "Safari در iPhone" in rows(sara)
