"""The board, and what needs attention, in words that are true."""

from tests.support.app import App, live_declared
from tests.support.panel_client import PanelClient, text_of

LIVE = live_declared("HuggingFaceProvider", "chat")
PLACE = "/admin/providers/live/chat"


def test_a_list_that_was_never_read_is_not_said_to_be_refreshed(app: App, sara: PanelClient) -> None:
    """Nor is one that was read said to be missing; on the overview and on the provider's own page."""
    app.put(LIVE)
    app.vendors.fail("live")
    sara.get(f"{PLACE}?wait=1")
    for page in ("/admin/", "/admin/providers/live"):
        assert "The list could not be fetched, and no earlier list is stored." in text_of(sara.get(page))
    app.vendors.write("live", ["a"])
    sara.send(f"{PLACE}/refresh")
    app.vendors.fail("live")
    sara.send(f"{PLACE}/refresh")
    for page in ("/admin/", "/admin/providers/live"):
        shown = text_of(sara.get(page))
        assert "The list could not be refreshed. The last good list is shown." in shown
        assert "no earlier one" not in shown


def test_a_model_that_no_list_ever_held_is_not_said_to_be_gone(sara: PanelClient) -> None:
    """It was chosen by its id, before the list knew it."""
    sara.send("/admin/providers/acme/chat/select", {"model_id": "brand-new", "version": "0"})
    assert "The active model is not in the list: it is newer than the list, or was removed from it." in text_of(sara.get("/admin/"))
