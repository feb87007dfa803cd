"""A desk whose names are as long as they may be: every page keeps its shape, and no word breaks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.live_server import LiveServer, LocalVendor, declared, live_server, signed_in
from tests.support.page_geometry import misfits

NAME = "The International Consortium of Remarkably Long Company Names for Artificial Intelligence Limited"
SLUG = "a-provider-with-a-slug-that-fills-the-whole-line-and-then-a-next"
MODEL = "vendor-with-a-long-name/a-model-with-a-very-long-identifier-2026-11-30-preview-instruct-128k-fp8-quantized"
OWN = "rerank-with-a-long-name-of-our-own"
OFFERED = {"chat": [MODEL, "b"], "content": ["c"], "audio": ["a"], "embedding": ["e"], "image": ["i"], "video": ["v"], OWN: ["r1"]}
LONG = {
    "slug": SLUG,
    "name": NAME,
    "display_name": NAME,
    "capabilities": {name: {"supported": True, "models": models} for name, models in OFFERED.items()},
}
PATHS = (
    "/admin/", "/admin/?show=all", "/admin/providers", f"/admin/providers/{SLUG}", f"/admin/providers/{SLUG}/chat",
    f"/admin/providers/{SLUG}/chat/select?model={MODEL}", "/admin/uses", "/admin/webhooks", "/admin/keys", "/admin/tokens", "/admin/audit",
)  # fmt: skip

WIDTHS = (390, 768, 1440)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    vendor = LocalVendor()
    vendor.start()
    with live_server(tmp_path_factory.mktemp("desk"), declared(LONG, {"slug": "short", "name": "Short"}), vendor) as running:
        running.admit("sara")
        running.run("models", "select", SLUG, "chat", MODEL)
        running.run("models", "select", SLUG, OWN, "r1")
        running.run(
            "uses",
            "set",
            "search-for-everything-that-our-customers-ever-wrote",
            f"{SLUG}/chat",
            "--description",
            "Understands what customers want, and finds it",
        )
        running.run("uses", "set", "short", "short/chat", "--fallback", SLUG)
        running.run("tokens", "create", "a-token-with-a-name-as-long-as-one-can-imagine-for-a-token-64", "--scope", "read")
        running.run(
            "webhooks", "add", "https://hooks.example/a/long/path", "--event", "model.selected", "--event", "selection.state_changed"
        )
        yield running
    vendor.stop()


def at_widths(page: Page) -> Iterator[int]:
    """The window becomes as wide as each of them; the next page is loaded in the last of these widths."""
    order = sorted(WIDTHS, key=lambda width: abs(width - page.evaluate("innerWidth")))
    for width in order:
        page.set_viewport_size({"width": width, "height": 800})
        yield width


@pytest.mark.parametrize("language", ["en", "fa"])
def test_long_names_fit(browser: Browser, desk: LiveServer, language: str) -> None:
    """On every page where they stand, in every width; the kinds of events stay whole, too."""
    page = signed_in(browser, desk, language, width=WIDTHS[0])
    found = {}
    for path in PATHS:
        page.goto(f"{desk.origin}{path}")
        for width in at_widths(page):
            found[path, width] = misfits(page)
            if path == "/admin/webhooks":
                lines = page.eval_on_selector_all(".tags .chip code", "codes => codes.map(code => code.getClientRects().length)")
                assert lines == [1, 1], width
    assert {place: unfit for place, unfit in found.items() if unfit} == {}
    page.context.close()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_plan_with_long_names_fits(browser: Browser, desk: LiveServer, language: str) -> None:
    """What is lost and listed, too; the columns of all providers stand in line."""
    kept = {name: models for name, models in OFFERED.items() if name != OWN} | {"chat": [MODEL, *(f"m{number}" for number in range(60))]}
    changed = {**LONG, "description": "new", "capabilities": {name: {"supported": True, "models": models} for name, models in kept.items()}}
    page = signed_in(browser, desk, language, width=WIDTHS[0])
    page.goto(f"{desk.origin}/admin/import")
    page.fill("#declaration", declared(changed, {"slug": "short", "name": "Short", "sort_order": 5}))
    page.check("#force")
    page.click("button[value=look]")
    page.locator(".changes").first.wait_for()
    for width in at_widths(page):
        assert misfits(page) == [], width
        if width > 390:
            edges = page.eval_on_selector_all(
                ".changes thead th:nth-child(2)", "cells => cells.map(cell => cell.getBoundingClientRect().left)"
            )
            assert len(edges) == 2
            assert len(set(edges)) == 1
    page.context.close()
