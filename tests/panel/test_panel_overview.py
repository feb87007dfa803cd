"""The board, and what needs attention, in words that are true."""

from modeldesk.domain.errors import KeyRejected
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.app import App, live_declared
from tests.support.panel_client import PanelClient, text_of

LIVE = live_declared("HuggingFaceProvider", "chat")
PLACE = "/admin/providers/live/chat"


def test_a_list_that_was_never_read_is_not_said_to_be_refreshed(app: App, sara: PanelClient) -> None:
    """Nor is one that was read said to be missing; on the overview and on the provider's own page."""
    app.put(LIVE)
    app.vendors.fail("live")
    sara.send(f"{PLACE}/select", {"model_id": "a", "version": "0"})
    sara.get(f"{PLACE}?wait=1")
    for page in ("/admin/", "/admin/providers/live"):
        assert "The list was never read" in text_of(sara.get(page))
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


def test_a_list_that_cannot_be_read_is_said_once_for_all_capabilities(app: App, sara: PanelClient) -> None:
    """With the reason; a list is read for all capabilities of its provider at once."""
    app.put(live_declared("HuggingFaceProvider", "chat", "content", "image"))
    app.vendors.fail("live")
    for capability in ("chat", "content"):
        sara.send(f"/admin/providers/live/{capability}/select", {"model_id": "a", "version": "0"})
    sara.get(f"{PLACE}?wait=1")
    page = text_of(sara.get("/admin/"))
    assert page.count("The list was never read") == 1
    assert "The list could not be fetched" not in page


def test_a_providers_own_page_says_what_the_overview_says(app: App, sara: PanelClient) -> None:
    """That the vendor rejects the key, and not only that the list is old."""
    app.put(LIVE)
    app.vendors.write("live", ["a"])
    sara.send(f"{PLACE}/select", {"model_id": "a", "version": "0"})
    sara.send("/admin/keys/live/shared", {"api_key": "sk-entered-0123456789"})
    app.vendors.fail("live", "it is wrong", KeyRejected)
    sara.send(f"{PLACE}/refresh")
    for page in ("/admin/", "/admin/providers/live"):
        assert "The vendor rejects the key: " in text_of(sara.get(page))


def test_a_vendor_that_nobody_chose_draws_no_alert_on_the_overview(app: App, sara: PanelClient) -> None:
    """Its own page tells what is wrong with it."""
    app.put(LIVE)
    app.vendors.fail("live")
    sara.get(f"{PLACE}?wait=1")
    assert "Needs attention" not in text_of(sara.get("/admin/"))
    assert "The list could not be fetched, and no earlier list is stored." in text_of(sara.get("/admin/providers/live"))


def test_one_press_prepares_a_successor_and_a_person_confirms_it(app: App, sara: PanelClient) -> None:
    """The overview proposes it with its differences; the page behind it shows both models, and changes nothing by itself."""
    app.put(LIVE)
    app.vendors.write("live", ["gpt-1", "gpt-2"])
    sara.send(f"{PLACE}/select", {"model_id": "gpt-1", "version": "0"})
    sara.get(f"{PLACE}?wait=1")
    app.vendors.write("live", ["gpt-2", "gpt-3"])
    sara.send(f"{PLACE}/refresh")
    shown = text_of(sara.get("/admin/"))
    assert f'href="{PLACE}/select?model=gpt-2"' in shown
    assert "it is of the same line" in shown
    assert "price difference unknown" in shown
    assert "Select this model for" in text_of(sara.get(f"{PLACE}/select?model=gpt-2"))
    assert app.run(app.store.current()).slot(Slot(Slug("live"), CapabilityName("chat"))).active == "gpt-1"


def test_once_a_model_is_active_the_board_shows_only_providers_that_run_something(app: App, sara: PanelClient) -> None:
    """Before that it shows all; the others are one link away, and a search looks among all."""
    app.put(LIVE)
    assert row("live") in text_of(sara.get("/admin/"))
    sara.send("/admin/providers/acme/chat/select", {"model_id": "small", "version": "0"})
    folded = text_of(sara.get("/admin/"))
    assert row("acme") in folded
    assert row("live") not in folded
    assert 'href="/admin/?show=all"' in folded
    assert "No model is active for these capabilities" not in folded
    for query in ("show=all", "search=live"):
        assert row("live") in text_of(sara.get(f"/admin/?{query}")), query


def test_a_provider_that_only_a_use_names_is_shown(app: App, sara: PanelClient) -> None:
    """With the column of that capability, so that the model can be selected."""
    app.put(LIVE)
    sara.send("/admin/new-use", {"name": "support-chat", "provider": "live", "capability": "chat"})
    folded = text_of(sara.get("/admin/"))
    assert row("live") in folded
    assert row("acme") not in folded
    assert f'href="{PLACE}"' in folded


def test_one_missing_key_is_one_alert_for_all_its_capabilities(app: App, sara: PanelClient) -> None:
    """It leads to the page on which the key is added."""
    app.put(live_declared("OpenAIProvider", "chat", "image"))
    for capability in ("chat", "image"):
        sara.send(f"/admin/providers/live/{capability}/select", {"model_id": "a", "version": "0"})
    attention = text_of(sara.get("/admin/")).partition('id="attention"')[2].partition("</section>")[0]
    assert attention.count('href="/admin/keys/live/shared"') == 1
    assert "Chat · Image" in attention
    assert ">Add key</a>" in attention


def row(slug: str) -> str:
    return f'<a class="who-is" href="/admin/providers/{slug}">'
