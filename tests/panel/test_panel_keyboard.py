"""The guide's story by the keyboard alone: what is pressed is reached by Tab, and the focus is always seen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from tests.support.live_server import KEY, PASSWORD, LocalVendor, declared, live_server
from tests.support.panel_providers import CLAUDE, groq, written_models

MOST_STEPS = 150
FOCUS = """wanted => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  return {found: focused.matches(wanted), seen: focused === document.body || focused.matches('main, dialog') || style.outlineStyle !== 'none'};
}"""


def reach(page: Page, wanted: str) -> None:
    """Presses Tab until what matches this selector has the focus. What it leads to may need the script of the page."""
    page.wait_for_load_state()
    for _ in range(MOST_STEPS):
        try:
            focus = page.evaluate(FOCUS, wanted)
        except Error:
            page.wait_for_load_state()  # the page before was left at this moment
            continue
        assert focus["seen"], page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if focus["found"]:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {wanted}")


def press(page: Page, wanted: str, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def fill(page: Page, wanted: str, text: str) -> None:
    reach(page, wanted)
    page.keyboard.insert_text(text)


def go(page: Page, path: str) -> None:
    """By the menu, which a narrow window shows on request."""
    if page.locator(".menu-button").is_visible():
        press(page, ".menu-button")
    press(page, f".side a[href='{path}']")
    page.wait_for_url(f"**{path}")


@pytest.mark.parametrize(("language", "width"), [("en", 360), pytest.param("fa", 1280, marks=pytest.mark.nightly)])
def test_the_whole_story_by_the_keyboard(browser: Browser, tmp_path: Path, language: str, width: int) -> None:
    """Set-up, import, key, live list, search, selection, another one, rollback, a use, deselecting it, and out."""
    vendor = LocalVendor([{"id": "openai/gpt-oss-120b"}, *written_models(8)])
    vendor.start()
    with live_server(tmp_path, declared(CLAUDE), vendor) as desk:
        window = browser.new_context(locale=language, viewport={"width": width, "height": 800})
        page = window.new_page()
        page.goto(desk.set_up_link)
        fill(page, "#username", "sara")
        fill(page, "#password", PASSWORD)
        fill(page, "#password-again", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")

        go(page, "/admin/import")
        fill(page, "#declaration", declared(groq(vendor.host)))
        press(page, "button[value=look]")
        expect(page.locator("button[value=apply]")).to_be_visible()
        press(page, "button[value=apply]")
        expect(page.locator(".banner.good")).to_be_visible()

        go(page, "/admin/keys")
        press(page, "a[href='/admin/keys/groq/shared']")
        fill(page, "#api-key", KEY)
        page.keyboard.press("Enter")
        expect(page.locator(".banner.good")).to_be_visible()

        go(page, "/admin/providers")
        press(page, "a[href='/admin/providers/groq/chat']")
        expect(page.locator("table.models tbody tr")).to_have_count(9)
        page.keyboard.press("/")
        page.keyboard.type("gpt-oss")
        page.wait_for_url("**search=gpt-oss")  # what was found before the last letter goes, and the focus with it
        expect(page.locator("table.models tbody tr")).to_have_count(1)
        select(page)
        expect(page.locator("tr.is-active")).to_contain_text("openai/gpt-oss-120b")
        select(page)
        expect(page.locator("tr.is-active")).not_to_contain_text("openai/gpt-oss-120b")
        press(page, "form[action$='/roll-back'] button")
        expect(page.locator("tr.is-active")).to_contain_text("openai/gpt-oss-120b")

        go(page, "/admin/uses")
        press(page, "a[href='/admin/new-use']")
        fill(page, "#name", "support-chat")
        press(page, "main button.main")
        expect(page.locator("main table")).to_contain_text("support-chat")
        press(page, "a[href$='/support-chat/delete']")
        expect(page.locator("dialog[open]")).to_be_visible()
        page.keyboard.press("Enter")  # the focus begins at "Cancel"
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(page.locator("main table")).to_contain_text("support-chat")

        if page.locator(".menu-button").is_visible():
            press(page, ".menu-button")
        press(page, "form[action='/admin/sign-out'] button")
        expect(page.locator("#password")).to_be_visible()
        window.close()
    vendor.stop()


def select(page: Page) -> None:
    """The first model that is not active, and the button that the question begins with."""
    press(page, "table.models a[data-dialog]")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".banner.good")).to_be_visible()
