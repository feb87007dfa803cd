"""What is held against every page is seen by a browser where it is so."""

import pytest
from playwright.sync_api import Browser

from tests.support.page_geometry import misfits


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>A text</p><a class=button style='display: inline-block; padding: 9px'>Go on</a>", ""),
        ("<p style='margin: 0'>One text</p><p style='margin: -15px 0 0'><b>Another</b></p>", "one over the other: One text and Another"),
        ("<div style='width: 50px; white-space: nowrap'>A text that is too long</div>", "wider than its box: div A text that is too long"),
        ("<div style='margin-left: -40px; width: 90px'>Gone</div>", "outside the window: div Gone"),
        ("<button style='height: 14px; padding: 0; border: 0'>Go</button>", "small: button Go"),
        ("<div style='width: 50px; overflow-wrap: anywhere'>incomprehensible</div>", "a broken word: incomprehensible"),
        ("<div style='width: 900px'>Wide</div>", "the page is wider than the window"),
        ("<div class=card style='width: 60px'><button style='width: 90px; height: 40px'>Go</button></div>", "reaches out of its card: button Go"),
        ("<div class=card style='padding: 1em'><p>Inside</p></div>", ""),
        ("<div class=card><p>Text</p></div>", "at the edge of its card: Text"),
        ("<table class=cards><tr><td data-label='Label' class=low></table><style>.low::before { content: 'x'; display: block; position: absolute; height: 90px }</style>", "label Label"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_found(browser: Browser, body: str, found: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_content(f"<!doctype html><html><body style='margin: 0'><main>{body}</main></body></html>")
    assert found in misfits(page) if found else misfits(page) == []
    page.close()
