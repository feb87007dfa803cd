"""The board with every provider that ships, in a real browser: nothing of it is out of reach."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.live_server import LiveServer, LocalVendor, live_server, signed_in

SHIPPED = Path(__file__).parents[2] / "providers.json"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """All that ship; of their capabilities the board shows six."""
    vendor = LocalVendor()
    vendor.start()
    with live_server(tmp_path_factory.mktemp("desk"), SHIPPED.read_text(encoding="utf-8"), vendor) as running:
        running.admit("sara")
        yield running
    vendor.stop()


@pytest.fixture(scope="module", params=[pytest.param("en", marks=pytest.mark.nightly), "fa"])
def window(request: pytest.FixtureRequest, browser: Browser, desk: LiveServer) -> Page:
    """One for each language: a window of its own takes a browser longer than ten pages."""
    return signed_in(browser, desk, request.param)


def board(page: Page, width: int) -> Page:
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    page.locator("table.board").wait_for()
    assert page.locator("table.board tbody tr").count() == len(json.loads(SHIPPED.read_text(encoding="utf-8"))["providers"])
    assert page.locator("table.board thead th").count() == 7
    return page


def test_all_columns_fit_a_usual_window(window: Page) -> None:
    """1280 pixels, with nothing to scroll."""
    page = board(window, 1280)
    assert page.evaluate("(box => box.scrollWidth <= box.clientWidth)(document.querySelector('.scroller'))")


def test_a_narrower_one_scrolls_and_keeps_the_providers_in_sight(window: Page) -> None:
    """By the keyboard too; at the far end the first column stands where it stood."""
    page = board(window, 1000)
    first = page.locator("table.board tbody th").first
    before = first.bounding_box()
    page.locator(".scroller").evaluate("box => box.scrollBy(document.dir === 'rtl' ? -2000 : 2000, 0)")
    assert page.locator(".scroller").evaluate("box => Math.abs(box.scrollLeft)") > 0
    assert first.bounding_box() == before
    last = page.locator("table.board thead th").last.bounding_box()
    box = page.locator(".scroller").bounding_box()
    assert last is not None
    assert box is not None
    assert box["x"] - 1 <= last["x"]
    assert last["x"] + last["width"] <= box["x"] + box["width"] + 1
    assert page.evaluate("document.querySelector('.scroller').tabIndex") == 0
