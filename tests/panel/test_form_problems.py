"""What is wrong with a form stands beside the field, in words for somebody who typed it."""

import json

import pytest

from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

EDITED = {
    "version": "1",
    "name": "Acme",
    "display_name": "Acme AI",
    "sort_order": "7",
    "shown_sort_order": "7",
    "shown_display_name": "Acme AI",
}
USE = {"name": "support-chat", "provider": "acme", "capability": "chat"}


@pytest.mark.parametrize(("field", "text"), [("website", "javascript:alert(1)"), ("sort_order", "first"), ("display_name", " ")])
def test_a_refused_field_of_a_provider_is_marked(app: App, sara: PanelClient, field: str, text: str) -> None:
    """Nothing is changed, and what was typed stays."""
    before = app.run(app.container.store().current()).providers
    answer = sara.send("/admin/edit/acme", {**EDITED, field: text})
    page = text_of(answer)
    assert answer.status == 422
    assert f'aria-invalid="true" aria-describedby="{field}-problem"' in page
    assert "1 field cannot be saved like this" in page
    assert app.run(app.container.store().current()).providers == before


def test_a_refused_name_of_a_use_is_marked(sara: PanelClient) -> None:
    answer = sara.send("/admin/new-use", {**USE, "name": "Not A Name"})
    assert answer.status == 422
    assert 'aria-invalid="true" aria-describedby="name-problem name-hint"' in text_of(answer)


@pytest.mark.parametrize(
    ("fields", "marked"),
    [
        ({"fallbacks": "acme"}, "fallbacks"),
        ({"fallbacks": "nobody"}, "fallbacks"),
        ({"provider": "nobody"}, "provider"),
        ({"capability": "nothing"}, "capability"),
    ],
)
def test_what_a_use_cannot_run_on_is_said_beside_its_field(sara: PanelClient, fields: dict[str, str], marked: str) -> None:
    """A provider twice, one that nobody knows, and a capability that it does not offer."""
    answer = sara.send("/admin/new-use", {**USE, **fields})
    assert answer.status == 422
    assert f'id="{marked}-problem"' in text_of(answer)


@pytest.mark.parametrize(("url", "fields", "focused"), [
    ("/admin/admins", {"username": "eve", "role": "normal", "password": "one one one one", "again": "two two two two"}, "username"),
    ("/admin/tokens", {"token_name": "token admin", "scope_read": "1", "days": "9"}, "token-name"),
    ("/admin/webhooks", {"url": "http://nowhere.invalid/in", "event_model.selected": "1"}, "url"),
])  # fmt: skip
def test_a_refusal_stands_in_the_form_below_a_long_list(sara: PanelClient, url: str, fields: dict[str, str], focused: str) -> None:
    """The browser goes there, as the first field has the focus."""
    sara.send("/admin/tokens", {"token_name": "token admin", "scope_read": "1", "days": "9"})
    form = text_of(sara.send(url, fields)).partition('class="card narrow"')[2]
    assert '<p class="banner bad" role="alert">' in form
    assert " autofocus>" in form.partition(f'id="{focused}"')[2].partition("</p>")[0]


def test_whatever_is_typed_is_text(app: App, sara: PanelClient) -> None:
    """That a number was expected is said, and not that a text was found; a declaration is told both."""
    page = text_of(sara.send("/admin/edit/acme/chat/model", {"version": "1", "id": "fresh", "context_length": "many"}))
    assert "Must be a whole number.</small>" in page
    declaration = json.dumps({"version": "1.0.0", "providers": [{"slug": "x", "name": "x", "sort_order": "many"}]})
    assert "Must be a whole number, not a string." in text_of(sara.send("/admin/import", {"declaration": declaration, "act": "look"}))


def test_differences_of_a_form_have_the_labels_of_its_fields(app: App, sara: PanelClient) -> None:
    """Those of a declaration have its keys."""
    page = text_of(sara.send("/admin/edit/acme", {**EDITED, "version": "0", "display_name": "Other"}))
    assert '<th role="rowheader" scope="row">Display name</th>' in page


@pytest.mark.parametrize(("url", "heading"), [("/admin/nothing", "Not found"), ("/admin/providers/nobody", "Not found")])
def test_an_error_page_is_headed_by_what_happened(sara: PanelClient, url: str, heading: str) -> None:
    page = text_of(sara.get(url))
    assert f"<h1>{heading}</h1>" in page
    assert f"<title>{heading} · " in page


def test_what_is_not_allowed_is_headed_so(nima: PanelClient) -> None:
    assert "<h1>Not allowed</h1>" in text_of(nima.get("/admin/audit"))
