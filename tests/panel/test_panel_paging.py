"""Every list that grows is shown page by page."""

from urllib.parse import quote

import pytest

from modeldesk.adapters.memory.contents import Contents
from modeldesk.domain.model.access.admin import Admin
from modeldesk.entrypoints.panel.paging import PAGE_SIZE
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of
from tests.support.stores import admin, api_token

MANY = 2 * PAGE_SIZE + 30
ROW = 'role="rowheader"'


@pytest.fixture(scope="module")
def many(built: tuple[App, Contents]) -> Contents:
    """More providers, admins and tokens than two pages hold."""
    app = built[0].renew(built[1])
    usual = {"sort_order": 10, "capabilities": {"chat": {"supported": True, "models": ["one"]}}}
    names = ((f"v-{number}", f"Vendor {number}") for number in range(MANY))
    app.put(*({"slug": slug, "name": name, "display_name": name, **usual} for slug, name in names))

    async def put() -> None:
        async with app.store.unit_of_work() as work:
            for number in range(MANY):
                await work.accounts.put(_admin(number))
                await work.tokens.add(api_token(f"digest {number}", f"token {number:03}"))
            await work.commit()

    app.run(put())
    return app.store.contents


@pytest.fixture
def grown(built: tuple[App, Contents], many: Contents) -> App:
    """An application with many of everything, unchanged by every test."""
    return built[0].renew(many)


def _admin(number: int) -> Admin:
    return admin(f"z{number:03}")


@pytest.mark.parametrize("path", ["/admin/", "/admin/providers", "/admin/keys", "/admin/tokens", "/admin/admins"])
def test_a_long_list_has_pages(grown: App, path: str) -> None:
    """The first holds as many as fit, the last the rest; a number past the end, and none at all, are no error."""
    sara = PanelClient(grown)
    sara.sign_in("sara")
    first = text_of(sara.get(path))
    assert first.count(ROW) == PAGE_SIZE
    assert f'href="{path}?page=2"' in first
    assert 'rel="prev"' not in first
    second = text_of(sara.get(f"{path}?page=2"))
    assert second.count(ROW) == PAGE_SIZE
    assert f'href="{path}"' in second
    last = text_of(sara.get(f"{path}?page=3"))
    assert MANY - 2 * PAGE_SIZE <= last.count(ROW) < PAGE_SIZE
    assert 'rel="next"' not in last
    assert text_of(sara.get(f"{path}?page=999999")).count(ROW) == last.count(ROW)
    for nonsense in ("0", "-1", "x", "²", "9" * 40):
        assert text_of(sara.get(f"{path}?page={quote(nonsense)}")).count(ROW) == PAGE_SIZE


@pytest.mark.parametrize("path", ["/admin/", "/admin/providers", "/admin/keys"])
def test_a_search_goes_on_over_its_pages(grown: App, path: str) -> None:
    """And what matches nothing on the first page is found on it."""
    sara = PanelClient(grown)
    sara.sign_in("sara")
    assert f'href="{path}?search=vendor&amp;page=2"' in text_of(sara.get(f"{path}?search=vendor"))
    assert text_of(sara.get(f"{path}?search=vendor+229")).count(ROW) == 1


def test_what_needs_attention_is_cut(grown: App) -> None:
    """The count tells of all, the list shows the first ones."""
    sara = PanelClient(grown)
    sara.sign_in("sara")

    async def select_unknown_everywhere() -> None:
        for number in range(PAGE_SIZE + 5):
            await client.asking("POST", "/api/admin/ai-models/select-model/", _unknown(number))

    client = grown.signed_in()
    grown.run(select_unknown_everywhere())
    shown = text_of(sara.get("/admin/"))
    assert shown.count("<li class=") == PAGE_SIZE
    assert "Only the first" in shown


def test_the_view_of_all_providers_keeps_its_view_over_its_pages(grown: App) -> None:
    """Once some run something, the next page is of all as well."""
    sara = PanelClient(grown)
    sara.sign_in("sara")
    sara.send("/admin/providers/v-1/chat/select", {"model_id": "one", "version": "0"})
    shown = text_of(sara.get("/admin/?show=all"))
    assert 'href="/admin/?show=all&amp;page=2"' in shown
    assert text_of(sara.get("/admin/")).count(ROW) == 1


def _unknown(number: int) -> dict[str, str]:
    return {"provider": f"v-{number}", "capability": "chat", "model_id": "newer than the list"}
