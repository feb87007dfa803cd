"""Two visitors change the same thing: a form from an outdated page changes nothing, and says what changed and by whom."""

import re
from html import unescape
from typing import Any

import pytest

from modeldesk.adapters.memory.contents import no_pause
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange, StoredModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from tests.support.app import NOON, App
from tests.support.asgi import Answer
from tests.support.panel_client import PanelClient, signed_in, text_of

EDIT, ENABLED, SELECT, IMPORT = "/admin/edit/acme", "/admin/enabled/acme", "/admin/providers/acme/chat/select", "/admin/import"
DESELECT = "/admin/providers/acme/chat/deselect"
CHAT = Slot(Slug("acme"), CapabilityName("chat"))
NEW = (
    '{"version": "1.0.0", "providers": [{"slug": "acme", "name": "Acme", "sort_order": 5, "capabilities": {"chat": {"supported": true}}}]}'
)
_FIELD = re.compile(r"<(?:input|textarea)\b([^>]*)>(?:\n([^<]*)</textarea>)?")


def form_of(answer: Answer) -> dict[str, str]:
    """What a browser sends of the page's form if nothing is typed into it."""
    fields = dict[str, str]()
    form = re.search(r'<form class="card.*?</form>', text_of(answer), re.DOTALL) or re.search(
        r"<main.*?</main>", text_of(answer), re.DOTALL
    )
    assert form
    for attributes, content in _FIELD.findall(form[0]):
        told = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', attributes)}
        if "name" in told and not (told.get("type") == "checkbox" and " checked" not in attributes):
            fields[told["name"]] = unescape(content).replace("\n", "\r\n") if "value" not in told else told["value"]
    return fields


def provider(app: App) -> Provider:
    return app.run(app.store.current()).provider(Slug("acme"))


@pytest.fixture
def omid(app: App) -> PanelClient:
    """Another super admin, signed in."""
    signed_in(app, "sara").send("/admin/admins/nima", {"act": "role", "role": "super"})
    return signed_in(app, "nima")


def test_two_admins_edit_a_provider(app: App, sara: PanelClient, omid: PanelClient) -> None:
    """The slower one is told by whom it changed, sees the current values with their own changes, and can save those."""
    mine, theirs = form_of(sara.get(EDIT)), form_of(omid.get(EDIT))
    assert omid.post(EDIT, {**theirs, "display_name": "Acme of Omid", "sort_order": "77"}).status == 303
    held = provider(app)
    answer = sara.post(EDIT, {**mine, "display_name": "Acme of Sara", "website": "https://sara.example"})
    assert (answer.status, provider(app)) == (412, held)
    page = text_of(answer)
    assert "This provider changed in the meantime" in page
    assert "Latest change: <bdi>nima</bdi>" in page
    assert "Acme of Omid" in page
    again = form_of(answer)
    assert (again["display_name"], again["website"], again["sort_order"]) == ("Acme of Sara", "https://sara.example", "77")
    assert sara.post(EDIT, again).status == 303
    assert (provider(app).display_name, provider(app).website, provider(app).sort_order) == (
        "Acme of Sara",
        "https://sara.example",
        77,
    )


def test_an_outdated_form_comes_back_in_persian(app: App, sara: PanelClient, omid: PanelClient) -> None:
    """Every sentence of it is translated."""
    mine, theirs = form_of(sara.get(EDIT)), form_of(omid.get(EDIT))
    omid.post(EDIT, {**theirs, "sort_order": "77"})
    sara.language = "fa"
    page = text_of(sara.post(EDIT, {**mine, "sort_order": "78"}))
    assert "in the meantime" not in page
    assert "Latest change" not in page


def test_an_edit_changes_only_what_was_typed(app: App, sara: PanelClient) -> None:
    """Line ends, a leading line feed and blanks that a browser sends differently are no change of the person's."""
    app.put({"slug": "acme", "name": "Acme", "display_name": "Acme", "description": "\none\n two \n", "sort_order": 3})
    fields = form_of(sara.get(EDIT))
    assert sara.post(EDIT, fields).status == 303
    assert (provider(app).version, provider(app).description) == (1, "\none\n two \n")
    assert sara.post(EDIT, {**fields, "sort_order": "4"}).status == 303
    (entry,) = [entry for entry in app.store.contents.audit if entry.action.value == "provider-updated"]  # type: ignore[attr-defined] # in memory
    assert (entry.before, entry.after) == ({"sort_order": 3}, {"sort_order": 4})


def test_an_edit_that_is_refused_keeps_its_version(app: App, sara: PanelClient, omid: PanelClient) -> None:
    """After a wrong value is corrected, a change of somebody else in between is still noticed."""
    fields = form_of(sara.get(EDIT))
    refused = sara.post(EDIT, {**fields, "sort_order": "many", "display_name": "Acme of Sara"})
    assert refused.status == 422
    again = form_of(refused)
    assert (again["display_name"], again["shown_display_name"], again["version"]) == ("Acme of Sara", "Acme AI", "1")
    omid.post(EDIT, {**form_of(omid.get(EDIT)), "display_name": "Acme of Omid"})
    assert sara.post(EDIT, {**again, "sort_order": "9"}).status == 412
    assert provider(app).display_name == "Acme of Omid"


def test_an_edit_without_a_version_changes_nothing(app: App, sara: PanelClient) -> None:
    """Nobody can have sent it from a page."""
    fields = form_of(sara.get(EDIT))
    for version in ("", "-1", "x", "9" * 30, "2"):
        assert sara.post(EDIT, {**fields, "version": version, "display_name": "Other"}).status == 412
    assert provider(app).version == 1


def test_two_admins_disable_and_edit_a_provider(app: App, sara: PanelClient, omid: PanelClient) -> None:
    """Who disables it has seen it as it is."""
    mine = form_of(sara.get(ENABLED))
    omid.post(EDIT, {**form_of(omid.get(EDIT)), "display_name": "Acme of Omid"})
    answer = sara.post(ENABLED, mine)
    assert (answer.status, provider(app).is_active) == (412, True)
    assert "Acme of Omid" in text_of(answer)
    assert "Latest change: <bdi>nima</bdi>" in text_of(answer)
    assert sara.post(ENABLED, form_of(answer)).status == 303
    assert not provider(app).is_active


def test_two_admins_select(sara: PanelClient, nima: PanelClient) -> None:
    """The slower one is told who selected, and sees the current and the new model."""
    mine = form_of(sara.get(f"{SELECT}?model=large"))
    nima.post(SELECT, form_of(nima.get(f"{SELECT}?model=small")))
    answer = sara.post(SELECT, mine)
    page = text_of(answer)
    assert answer.status == 412
    assert "Latest change: <bdi>nima</bdi>" in page
    assert "Acme Small" in page
    assert "Acme Large" in page
    assert sara.post(SELECT, form_of(answer)).status == 303


def test_deselecting_what_somebody_replaced(app: App, sara: PanelClient, nima: PanelClient) -> None:
    """The page is shown again with the model that would be deselected, and who selected it."""
    sara.post(SELECT, form_of(sara.get(f"{SELECT}?model=large")))
    mine = form_of(sara.get(DESELECT))
    nima.post(SELECT, form_of(nima.get(f"{SELECT}?model=small")))
    answer = sara.post(DESELECT, mine)
    assert answer.status == 412
    assert "Latest change: <bdi>nima</bdi>" in text_of(answer)
    assert "Acme Small" in text_of(answer)
    assert app.run(app.store.current()).slot(CHAT).active == "small"


def test_rolling_back_what_somebody_changed(sara: PanelClient, nima: PanelClient) -> None:
    """The list says who made the change that a second try would roll back."""
    nima.post(SELECT, form_of(nima.get(f"{SELECT}?model=small")))
    answer = sara.send("/admin/providers/acme/chat/roll-back", {"version": "0"})
    assert answer.status == 412
    assert "Latest change: <bdi>nima</bdi>" in text_of(answer)


class Interloper:
    """Selects another model for the slot at one pause of the store."""

    def __init__(self, store: InMemoryStore, at: int) -> None:
        self._desk = store
        self._left = at

    async def __call__(self) -> None:
        self._left -= 1
        if self._left != 0:
            return
        async with self._desk.unit_of_work() as work:
            model = StoredModel(CHAT, ModelId("tiny"), "Tiny of the interloper", None, NOON, "nima")
            state = await work.choices.slot(CHAT)
            await work.choices.record(SlotChange(CHAT, state.version + 1, model, NOON, "nima"))
            await work.commit()

    @property
    def is_done(self) -> bool:
        return self._left <= 0


@pytest.mark.parametrize("path", [f"{SELECT}?model=small", DESELECT, "/admin/providers/acme/chat"])
def test_a_page_shows_the_model_of_the_version_that_it_sends(app: App, sara: PanelClient, path: str) -> None:
    """Wherever in the making of the page somebody else selects: the version in its form is the one of the model that it shows."""
    desk: Any = app.store
    sara.post(SELECT, form_of(sara.get(f"{SELECT}?model=large")))
    before, number, is_done = desk.contents, 0, True
    while is_done:
        number += 1
        app.renew(before)
        interloper = desk.pause = Interloper(desk, number)
        try:
            page = text_of(sara.get(path))
        finally:
            desk.pause = no_pause
        is_done = interloper.is_done
        found = re.search(r'name="version" value="(\d+)"', page)
        assert found
        assert ("Tiny of the interloper" in page, int(found[1])) in {(False, 1), (True, 2)}, number
    assert number > 2, "the store was asked several times"


def test_an_import_applies_the_plan_that_was_seen(app: App, sara: PanelClient, omid: PanelClient) -> None:
    """Where the provider changed since the preview, the new plan is shown and nothing is imported; applying that one works."""
    seen = form_of(sara.post(IMPORT, {**form_of(sara.get(IMPORT)), "declaration": NEW, "force": "1", "act": "look"}))
    omid.post(EDIT, {**form_of(omid.get(EDIT)), "display_name": "Acme of Omid"})
    held = provider(app)
    answer = sara.post(IMPORT, {**seen, "act": "apply"})
    assert (answer.status, provider(app)) == (412, held)
    page = text_of(answer)
    assert "This plan is not the one that you saw" in page
    assert "Latest change: <bdi>nima</bdi>" in page
    assert "Acme of Omid" in page
    assert sara.post(IMPORT, {**form_of(answer), "act": "apply"}).status == 303
    assert (provider(app).display_name, provider(app).sort_order) == ("Acme", 5)


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_an_import_that_was_not_seen_is_shown_first(app: App, sara: PanelClient, digest: str) -> None:
    """An apply without the digest of a plan, or with another one, shows the plan."""
    held = provider(app)
    fields = {**form_of(sara.get(IMPORT)), "declaration": NEW, "force": "1", "act": "apply", "digest": digest}
    answer = sara.post(IMPORT, fields)
    assert (answer.status, provider(app)) == (412, held)
    assert sara.post(IMPORT, {**form_of(answer), "act": "apply"}).status == 303


def test_another_text_or_option_than_in_the_preview_is_shown_first(app: App, sara: PanelClient) -> None:
    """Whoever edits the declaration or ticks a box after the preview sees the plan of that."""
    seen = form_of(sara.post(IMPORT, {**form_of(sara.get(IMPORT)), "declaration": NEW, "force": "1", "act": "look"}))
    held = app.run(app.store.current()).providers
    for edited in ({"declaration": NEW.replace("5", "6")}, {"prune": "1"}):
        assert sara.post(IMPORT, {**seen, **edited, "act": "apply"}).status == 412
    assert app.run(app.store.current()).providers == held
