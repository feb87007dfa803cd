"""Editing the capabilities of a provider and its declared models by forms: what they change, what they ask first, and what they refuse."""

import re
from html import unescape
from typing import Any

import pytest
from attrs import evolve

from modeldesk.adapters.memory.contents import no_pause
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.selection import SlotChange, StoredModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from tests.support.app import NOON, Answer, App
from tests.support.panel_client import PanelClient, text_of

PAGE, MODEL, NEW = "/admin/edit/acme/chat", "/admin/edit/acme/chat/model", "/admin/new-capability/acme"
KEPT = {"version": "1", "supported": "1", "list": "fixed", "description": "talks"}
CHAT = Slot(Slug("acme"), CapabilityName("chat"))
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_PROBLEM = re.compile(r'<small class="problem" id="(\w+)-problem">.*?</svg>(.*?)</small>', re.DOTALL)


def provider(app: App, slug: str = "acme") -> Provider:
    return app.run(app.store.current()).provider(Slug(slug))


def chat(app: App) -> Capability:
    return provider(app).capabilities[CapabilityName("chat")]


def ids(app: App) -> list[str]:
    return [model.id for model in chat(app).models]


def active(app: App) -> str | None:
    return app.run(app.store.current()).slot(CHAT).active


def select(client: PanelClient, model: str) -> None:
    assert client.send("/admin/providers/acme/chat/select", {"model_id": model, "version": "0"}).status == 303


def confirmed(answer: Answer) -> dict[str, str]:
    """What the button of a confirmation sends, its token among it."""
    assert answer.status == 200
    form = re.search(r"<form(?:(?!<form).)*name=\"confirmed\".*?</form>", text_of(answer), re.DOTALL)
    assert form
    return {name: unescape(value) for name, value in _HIDDEN.findall(form[0])}


def problems(answer: Answer) -> dict[str, str]:
    """The refusals beside the fields."""
    return {name: unescape(re.sub("<.*?>", "", text)).strip() for name, text in _PROBLEM.findall(text_of(answer))}


def test_a_capability_is_edited_and_its_models_stay(app: App, sara: PanelClient) -> None:
    """Texts, patterns and the source of the list; added ids come behind, and those that are there already are no news."""
    sent = {**KEPT, "list": "live", "description": "writes", "include": "la*\r\n\r\nla*", "exclude": "*-old", "added": "fresh\r\nsmall"}
    answer = sara.send(PAGE, sent)
    assert (answer.status, answer.one("location")) == (303, "/admin/providers/acme")
    part = chat(app)
    assert (part.has_dynamic_models, part.description, part.include, part.exclude) == (True, "writes", ("la*",), ("*-old",))
    assert ids(app) == ["large", "small", "tiny", "large", "fresh"]
    assert "capabilities.chat.description" in text_of(sara.get("/admin/audit"))


def test_a_capability_is_added_and_opens(app: App, sara: PanelClient) -> None:
    """With its first models; its page is the next one."""
    answer = sara.send(NEW, {**KEPT, "name": "ocr", "added": "reader"})
    assert answer.one("location") == "/admin/edit/acme/ocr"
    assert [model.id for model in provider(app).capabilities[CapabilityName("ocr")].models] == ["reader"]
    assert set(provider(app).imported_values) == {"capabilities.ocr"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "Not A Name"}, "name"),
        ({"name": "chat"}, "name"),
        ({"name": "ocr", "added": "fine\nbad\u202eone"}, "added"),
        ({"name": "ocr", "added": "x\n" * 501}, "added"),
        ({"name": "ocr", "include": "x\n" * 101}, "include"),
        ({"name": "ocr", "description": "a\x07b"}, "description"),
    ],
)
def test_a_refusal_stands_beside_its_field(app: App, sara: PanelClient, fields: dict[str, str], field: str) -> None:
    """The field points at it, what was typed stays, and nothing is stored."""
    held = provider(app)
    answer = sara.send(NEW, {**KEPT, **fields, "exclude": "typed"})
    assert (answer.status, list(problems(answer))) == (422, [field])
    assert f'aria-describedby="{field}-problem' in text_of(answer)
    assert "typed</textarea>" in text_of(answer)
    assert provider(app) == held


def test_a_removed_capability_takes_its_model_only_after_a_confirmation(app: App, sara: PanelClient) -> None:
    """The page says what becomes of the active model and of the uses, in words; the confirmation deselects it in the same change."""
    select(sara, "large")
    sara.send("/admin/new-use", {"name": "support-chat", "provider": "acme", "capability": "chat"})
    page = sara.send(PAGE, {"version": "1", "act": "remove"})
    assert "loses its active model" in text_of(page)
    assert "Uses that get no model then" in text_of(page)
    assert "support-chat" in text_of(page)
    assert (active(app), "chat" in provider(app).capabilities) == ("large", True)
    assert sara.post(PAGE, confirmed(page)).one("location") == "/admin/providers/acme"
    assert (active(app), "chat" in provider(app).capabilities) == (None, False)


def test_a_confirmation_is_of_what_it_showed(app: App, sara: PanelClient) -> None:
    """Where another model was selected since, the page asks again."""
    select(sara, "large")
    sent = confirmed(sara.send(PAGE, {"version": "1", "act": "remove"}))
    assert sara.send("/admin/providers/acme/chat/select", {"model_id": "small", "version": "1"}).status == 303
    again = sara.post(PAGE, sent)
    assert "Acme Small" in text_of(again)
    assert active(app) == "small"
    assert sara.post(PAGE, confirmed(again)).status == 303
    assert active(app) is None


def test_an_active_model_that_leaves_the_list_is_warned_of(app: App, sara: PanelClient) -> None:
    """It stays active; a model that is not active leaves after a plain question."""
    select(sara, "small")
    page = sara.send(MODEL, {"version": "1", "model": "small", "act": "remove"})
    assert "It stays active, but the list no longer holds it" in text_of(page)
    assert sara.post(MODEL, confirmed(page)).one("location") == PAGE
    assert (ids(app), active(app)) == (["large", "tiny", "large"], "small")
    plain = sara.send(MODEL, {"version": "2", "model": "tiny", "act": "remove"})
    assert "banner warn" not in text_of(plain)
    assert sara.post(MODEL, confirmed(plain)).status == 303
    assert ids(app) == ["large", "large"]


def test_a_model_is_edited_at_its_place(app: App, sara: PanelClient) -> None:
    """With any digits; further prices stay where the form shows them, and what is left empty is unknown."""
    page = text_of(sara.get(f"{MODEL}?id=large"))
    assert 'value="2.50"' in page
    assert 'value="200000"' in page
    fields = {"version": "1", "model": "large", "id": "large-2", "name": "بزرگ", "unit": "1M tokens", "prompt": "۲٫۵", "cache_read": "0.25"}
    assert sara.send(MODEL, {**fields, "context_length": "١٠٠٠", "is_free": ""}).one("location") == PAGE
    first = chat(app).models[0]
    assert (first.id, first.name, first.context_length) == ("large-2", "بزرگ", 1000)
    assert first.pricing is not None
    assert first.pricing.members == {"currency": "USD", "unit": "1M tokens", "prompt": "2.50", "cache_read": "0.25"}
    assert ids(app) == ["large-2", "small", "tiny", "large"]


def test_a_price_that_is_unknown_on_purpose_stays_so(app: App, sara: PanelClient) -> None:
    """An empty form keeps it; metadata must not fill it in."""
    app.put(
        {
            "slug": "acme",
            "name": "Acme",
            "display_name": "Acme",
            "capabilities": {"chat": {"supported": True, "models": [{"id": "x", "pricing": {}}]}},
        }
    )
    version = str(provider(app).version)
    sara.send(MODEL, {"version": version, "model": "x", "id": "x", "name": "X", "unit": "1M tokens"})
    assert chat(app).models[0].name == "X"
    assert chat(app).models[0].pricing is not None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "small"}, "id"),
        ({"id": "new", "prompt": "cheap"}, "prompt"),
        ({"id": "new", "cache_read": "-1"}, "cache_read"),
        ({"id": "new", "context_length": "0"}, "context_length"),
        ({"id": "new", "context_length": "many"}, "context_length"),
        ({"id": "new", "position": "0"}, "position"),
        ({"id": "new", "position": "-1"}, "position"),
        ({"id": "new", "position": "first"}, "position"),
        ({"id": "new", "position": "1" * 10}, "position"),
        ({"id": "new", "unit": "mile", "prompt": "1"}, "unit"),
        ({"id": "new", "name": "a\u202eb"}, "name"),
    ],
)
def test_a_model_that_an_import_would_refuse_the_form_refuses(app: App, sara: PanelClient, fields: dict[str, str], field: str) -> None:
    """Beside the field."""
    held = provider(app)
    answer = sara.send(MODEL, {"version": "1", "unit": "1M tokens", **fields})
    assert (answer.status, list(problems(answer))) == (422, [field])
    assert all(problems(answer).values())
    assert provider(app) == held


def test_whoever_was_slower_sees_both_and_changes_nothing(app: App, sara: PanelClient) -> None:
    """The fields keep what was typed, the table shows what is stored, and the second answer is of the new version."""
    assert sara.send(PAGE, {**KEPT, "description": "first"}).status == 303
    slower = sara.send(PAGE, {**KEPT, "description": "second"})
    assert slower.status == 412
    assert all(text in text_of(slower) for text in ("first", "second", "Latest change", 'name="version" value="2"'))
    model = sara.send(MODEL, {"version": "1", "model": "small", "id": "small", "name": "Smaller", "unit": "1M tokens"})
    assert (model.status, "Smaller" in text_of(model)) == (412, True)
    assert (chat(app).description, provider(app).version) == ("first", 2)
    assert sara.send(PAGE, {**KEPT, "version": "2", "description": "second"}).status == 303
    invalid = sara.send(PAGE, {**KEPT, "version": "2", "description": "a\x07b"})
    assert 'name="version" value="2"' in text_of(invalid), "a refused form is still of the version that it showed"


def test_the_first_capability_of_an_open_provider_says_what_it_ends(sara: PanelClient) -> None:
    """Every capability was allowed there."""
    assert "all others are no longer offered" in text_of(sara.get("/admin/new-capability/open"))


def test_a_long_list_has_pages_and_a_search(app: App, sara: PanelClient) -> None:
    """By id and name."""
    app.put(
        {
            "slug": "acme",
            "name": "Acme",
            "display_name": "Acme",
            "capabilities": {"chat": {"supported": True, "models": [f"m-{n}" for n in range(250)]}},
        }
    )
    page = text_of(sara.get(f"{PAGE}?page=3"))
    assert "m-249" in page
    assert "m-150<" not in page
    assert "m-77" in text_of(sara.get(f"{PAGE}?search=m-77"))


def test_the_provider_leads_to_its_forms_for_those_who_may(sara: PanelClient, nima: PanelClient) -> None:
    """A normal admin sees none of them."""
    for url in (PAGE, NEW):
        assert f'href="{url}"' in text_of(sara.get("/admin/providers/acme"))
        assert f'href="{url}"' not in text_of(nima.get("/admin/providers/acme"))


def test_what_is_not_there_is_not_found(sara: PanelClient) -> None:
    """Neither a capability nor a model is made by an address."""
    for url in ("/admin/edit/acme/nothing", "/admin/edit/nobody/chat", f"{MODEL}?id=nothing"):
        assert sara.get(url).status == 404


class Faster:
    """Changes the provider, or selects a model, at one pause of the store where nobody else writes."""

    def __init__(self, app: App, at: int, *, is_change: bool) -> None:
        self._app, self._left, self._is_change = app, at, is_change

    async def __call__(self) -> None:
        desk: Any = self._app.store
        if self.is_done or desk.writer is not None:
            return
        self._left -= 1
        if not self.is_done:
            return
        async with self._app.store.unit_of_work() as work:
            if self._is_change:
                held = await work.providers.get(Slug("acme"))
                await work.providers.put([evolve(held, version=held.version + 1)])
            else:
                state = await work.choices.slot(CHAT)
                model = StoredModel(CHAT, ModelId("tiny"), "Tiny of the faster one", None, NOON, "nima")
                await work.choices.record(SlotChange(CHAT, state.version + 1, model, NOON, "nima"))
            await work.commit()

    @property
    def is_done(self) -> bool:
        return self._left <= 0


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (PAGE, {**KEPT, "description": "late"}),
        (MODEL, {"version": "1", "model": "small", "id": "small", "name": "Late", "unit": "1M tokens"}),
        (NEW, {**KEPT, "name": "ocr"}),
    ],
)
def test_an_outdated_form_comes_back_with_the_current_version(app: App, sara: PanelClient, path: str, fields: dict[str, str]) -> None:
    """Wherever in the storing somebody else was faster: the form that comes back can be saved."""
    seen = answers_while_others_change(app, sara, path, fields, is_change=True)
    outdated = [answer for answer in seen if answer.status == 412]
    assert outdated
    assert all('name="version" value="2"' in text_of(answer) for answer in outdated)


@pytest.mark.parametrize(("active", "is_confirmed"), [("large", True), ("", True), ("", False)])
def test_nobody_loses_a_model_that_no_page_named(app: App, sara: PanelClient, active: str, is_confirmed: bool) -> None:
    """Wherever in the storing somebody else selects: the page asks, and names the model, whether the confirmed change named another one or none."""
    if active:
        select(sara, active)
    removal = {"version": "1", "act": "remove"}
    fields = confirmed(sara.send(PAGE, removal)) if is_confirmed else {"version": "1", "list": "fixed", "description": "talks"}
    *disturbed, last = answers_while_others_change(app, sara, PAGE, fields, is_change=False)
    assert disturbed
    assert [answer.status for answer in disturbed] == [200] * len(disturbed)
    assert all("Tiny of the faster one" in text_of(answer) for answer in disturbed)
    assert last.status == 303


def answers_while_others_change(app: App, client: PanelClient, path: str, fields: dict[str, str], *, is_change: bool) -> list[Answer]:
    """The answers to the same form, with somebody faster at each pause of the store in turn."""
    desk: Any = app.store
    before, seen, is_done = desk.contents, list[Answer](), True
    while is_done:
        app.renew(before)
        faster = desk.pause = Faster(app, len(seen) + 1, is_change=is_change)
        try:
            seen.append(client.send(path, fields))
        finally:
            desk.pause = no_pause
        is_done = faster.is_done
    return seen
