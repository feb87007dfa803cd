"""Uses in the panel: the list, a new one, pointing one elsewhere, deleting and rolling back."""

import pytest

from tests.support.app import App
from tests.support.panel_client import PanelClient

NEW = {"name": "support-chat", "provider": "acme", "capability": "chat", "fallbacks": "open", "description": "for customers"}


def version_of(app: App, name: str = "support-chat") -> str:
    uses = app.run(app.container.store().current()).uses
    return str(uses[name].version)  # type: ignore[index] # the name of a test


@pytest.fixture
def support(app: App, sara: PanelClient) -> PanelClient:
    """Sara, at a desk where a use points at Acme's chat."""
    app.signed_in().select("large")
    assert sara.send("/admin/new-use", NEW).status == 303
    return sara


def test_the_list_shows_what_each_runs_on(support: PanelClient) -> None:
    """Name, provider, model with its price, fallbacks; a normal admin sees it without the buttons."""
    page = support.get("/admin/uses").body.decode()
    for shown in ("support-chat", "Acme AI", "Acme Large", "for customers", "Open", "2.50"):
        assert shown in page
    assert "/admin/uses/support-chat/delete" in page


def test_a_normal_admin_sees_the_list_alone(support: PanelClient, nima: PanelClient) -> None:
    page = nima.get("/admin/uses").body.decode()
    assert "Acme Large" in page
    assert "/admin/uses/support-chat" not in page
    assert "/admin/new-use" not in page


def test_nothing_active_is_said_with_its_reason(app: App, support: PanelClient) -> None:
    """Where products get no model, the list says why."""
    app.signed_in().deselect()
    assert "No model is selected." in support.get("/admin/uses").body.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Support"}, "A slug consists of"),
        ({"capability": "image"}, "does not offer"),
        ({"fallbacks": "acme"}, "stands twice"),
        ({"fallbacks": "open, nobody"}, "There is no provider"),
        ({"fallbacks": "open، nobody"}, "There is no provider"),
    ],
)
def test_a_wrong_use_keeps_what_was_typed(sara: PanelClient, change: dict[str, str], said: str) -> None:
    """And says what is wrong above the form."""
    answer = sara.send("/admin/new-use", {**NEW, **change})
    assert said in answer.body.decode()
    assert "for customers" in answer.body.decode()


def test_a_name_is_not_overwritten(support: PanelClient) -> None:
    """By somebody who thought it new."""
    assert "changed this use meanwhile" in support.send("/admin/new-use", {**NEW, "description": "mine"}).body.decode()


def test_pointing_elsewhere_asks_first(app: App, support: PanelClient) -> None:
    """With the model and price of now and of then; nothing changes before it is confirmed."""
    app.signed_in().select("m", provider="open")
    sent = {**NEW, "provider": "open", "fallbacks": "", "version": "1"}
    asked = support.send("/admin/uses/support-chat", sent)
    assert asked.status == 200
    assert "Acme Large" in asked.body.decode()
    assert "Price unknown" in asked.body.decode()
    assert version_of(app) == "1"
    assert support.send("/admin/uses/support-chat", {**sent, "confirmed": "1"}).status == 303
    assert version_of(app) == "2"
    assert "Roll back" in support.get("/admin/uses/support-chat").body.decode()


def test_a_description_is_saved_at_once(app: App, support: PanelClient) -> None:
    """Products notice nothing of it."""
    assert support.send("/admin/uses/support-chat", {**NEW, "description": "other", "version": "1"}).status == 303
    assert version_of(app) == "2"


@pytest.mark.parametrize("address", ["", "/delete", "/roll-back"])
def test_who_was_slower_is_told(app: App, support: PanelClient, address: str) -> None:
    """With the current values, and who was faster."""
    answer = support.send(f"/admin/uses/support-chat{address}", {**NEW, "version": "7", "confirmed": "1"})
    assert answer.status == 412
    assert "This use changed in the meantime" in answer.body.decode()
    assert version_of(app) == "1"


def test_deleting_and_rolling_back(app: App, support: PanelClient) -> None:
    """A deleted use is gone from the list; a rollback of a change restores what was before it."""
    support.send("/admin/uses/support-chat", {**NEW, "description": "other", "version": "1"})
    assert support.send("/admin/uses/support-chat/roll-back", {"version": "2"}).status == 303
    assert "for customers" in support.get("/admin/uses").body.decode()
    assert "Delete" in support.get("/admin/uses/support-chat/delete").body.decode()
    assert support.send("/admin/uses/support-chat/delete", {"version": "3"}).status == 303
    assert "There are no uses yet" in support.get("/admin/uses").body.decode()
