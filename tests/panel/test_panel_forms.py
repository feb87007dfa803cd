"""Forms as browsers and password managers meet them, and what stands beside their fields."""

import re

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of


def forms_with_passwords(page: str) -> list[str]:
    return [form for form in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'type="password"' in form and 'name="api_key"' not in form]


def test_every_password_is_said_to_be_whose_and_which(app: App, sara: PanelClient) -> None:
    """A manager of passwords keeps the right one for the right admin: present or new, and the name in the very form."""
    with App(InMemoryStore(), Settings()) as empty:
        set_up = text_of(PanelClient(empty).get("/admin/setup"))
    door = text_of(PanelClient(app).get("/admin/sign-in"))
    pages = {
        "set-up": set_up,
        "door": door,
        **{path: text_of(sara.get(path)) for path in ("/admin/account", "/admin/admins", "/admin/admins/nima")},
    }
    for name, page in pages.items():
        (form,) = forms_with_passwords(page)
        fields = re.findall(r"<input[^>]*type=\"password\"[^>]*>", form)
        reported = [re.findall(r'autocomplete="([^"]+)"', field)[0] for field in fields]
        assert reported == {"door": ["current-password"], "/admin/account": ["current-password", "new-password", "new-password"]}.get(
            name, ["new-password"] * 2
        )
        assert 'autocomplete="username"' in form or name == "/admin/admins", name
    for path, name in (("/admin/account", "sara"), ("/admin/admins/nima", "nima")):
        assert f'<input type="text" autocomplete="username" value="{name}" readonly hidden>' in pages[path]


def test_the_name_beside_a_password_is_not_sent(sara: PanelClient) -> None:
    """It stands there for the browser alone: who changes a password is known by the session."""
    (hidden,) = re.findall(r"<input[^>]*readonly hidden>", text_of(sara.get("/admin/account")))
    assert "name=" not in hidden


def test_a_new_token_stands_in_a_field_with_a_button_for_script(sara: PanelClient) -> None:
    """Once; the button is hidden where no script shows it, and the field can be selected by hand."""
    page = text_of(sara.send("/admin/tokens", {"token_name": "nightly", "scope_read": "1", "days": "9"}))
    assert re.search(r'<input id="made-token" readonly value="mdk_[^"]+"', page)
    assert re.search(r'<button type="button" data-copy="made-token"[^>]* hidden>Copy</button>', page)
    assert "data-copy" not in text_of(sara.get("/admin/tokens"))


@pytest.mark.parametrize(("language", "is_told"), [("en", False), ("fa", True)])
def test_days_of_another_calendar_are_said_to_be(sara: PanelClient, language: str, is_told: bool) -> None:
    """A browser's field for a day is Gregorian, whatever the page is: where its entries are not, the field says so."""
    sara.language = language
    page = text_of(sara.get("/admin/audit"))
    assert page.count('type="date"') == 2
    assert (page.count('aria-describedby="days-hint"'), "میلادی" in page) == ((2, True) if is_told else (0, False))


def test_a_cost_is_told_where_no_price_tells_it(app: App, sara: PanelClient) -> None:
    """Beside a price it would be said twice, and of what is unknown there is nothing to say."""
    models = [{"id": "priced", "pricing": {"prompt": 1, "completion": 2}}, {"id": "free", "is_free": True}, "unknown"]
    app.put({"slug": "mixed", "name": "Mixed", "display_name": "Mixed", "capabilities": {"chat": {"supported": True, "models": models}}})
    shown = {model: text_of(sara.get(f"/admin/providers/mixed/chat/select?model={model}")) for model in ("priced", "free", "unknown")}
    assert {model: "<dt>Cost</dt>" in page for model, page in shown.items()} == {"priced": False, "free": True, "unknown": False}
    assert "$1.00 in" in re.sub("<[^>]+>", "", shown["priced"])
    assert "Price unknown" not in shown["unknown"], "its label says that it is a price"


def test_words_of_a_declaration_run_and_are_read_in_their_own_language(sara: PanelClient) -> None:
    """Persian descriptions in an English page are said to be Persian; in a Persian page that needs no saying."""
    reported = '<bdi lang="fa">بهترین برای گفتگو</bdi>'
    assert reported in text_of(sara.get("/admin/providers/acme"))
    sara.language = "fa"
    page = text_of(sara.get("/admin/providers/acme"))
    assert reported not in page
    assert "<bdi>بهترین برای گفتگو</bdi>" in page


@pytest.mark.parametrize("place", ["/admin/", "/admin/providers", "/admin/keys"])
def test_a_search_that_finds_nothing_can_be_cleared(sara: PanelClient, place: str) -> None:
    assert f'<a class="button" href="{place}">Clear the search</a>' in text_of(sara.get(f"{place}?search=zzz"))


def test_a_filter_that_finds_no_entry_can_be_cleared(sara: PanelClient) -> None:
    assert '<a class="button" href="/admin/audit">Show all entries</a>' in text_of(sara.get("/admin/audit?by=nobody"))
