"""The guide's story in a real browser, in both languages: set-up, import, key, live list, search, choose, another, undo, overview."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.live_server import KEY, PASSWORD, LiveServer, LocalVendor, declared, live_server
from tests.support.panel_providers import CLAUDE, filled, groq, recorded_models, written_models

WORDS = {
    "en": {"chosen": "The model was selected and is now active.", "undone": "Rolled back", "stored": "The key was stored",
           "imported": "The declaration was imported.", "found": "1 model", "nearest": "Did you mean slug?", "dir": "ltr"},
    "fa": {"chosen": "مدل انتخاب شد و اکنون فعال است.", "undone": "بازگردانده شد", "stored": "کلید رمزنگاری و ذخیره شد",
           "imported": "فایل تعریف درون‌ریزی شد.", "found": "۱ مدل", "nearest": "منظورتان slug بود؟", "dir": "rtl"},
}  # fmt: skip


@pytest.fixture(scope="module")
def vendor(request: pytest.FixtureRequest) -> Iterator[LocalVendor]:
    """A vendor with Groq's recorded list, or with a written one where there are no recordings."""
    try:
        models = recorded_models(request.getfixturevalue("shared_data"))
    except pytest.skip.Exception:
        models = [{"id": "openai/gpt-oss-120b", "context_window": 131_072}, *written_models(12)]
    running = LocalVendor(models)
    running.start()
    yield running
    running.stop()


def opened(browser: Browser, language: str, width: int, *, script: bool = True, session: Any = None) -> Page:
    window = {"locale": language, "viewport": {"width": width, "height": 800}, "storage_state": session}
    context = browser.new_context(**window, java_script_enabled=script)  # type: ignore[arg-type]
    page = context.new_page()
    if script:
        page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def sign_in(page: Page, desk: LiveServer, name: str, width: int = 1280) -> None:
    """By the form, whoever was signed in before."""
    page.set_viewport_size({"width": width, "height": 800})
    page.context.clear_cookies()
    page.goto(f"{desk.origin}/admin/")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.click("button.main")


def fits_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize(("language", "width"), [pytest.param("en", 1280, marks=pytest.mark.nightly), ("fa", 360)])
def test_the_whole_story(browser: Browser, vendor: LocalVendor, tmp_path: Path, language: str, width: int) -> None:
    """From the first link to the overview, by mouse and keyboard; nothing is wider than the window."""
    words = WORDS[language]
    with live_server(tmp_path, declared(CLAUDE), vendor) as desk:
        page = opened(browser, language, width)
        page.goto(desk.set_up_link)
        assert page.locator("html").get_attribute("dir") == words["dir"]
        page.fill("#username", "sara")
        page.fill("#password", PASSWORD)
        page.fill("#password-again", PASSWORD)
        page.click("button.main")
        expect(page.locator("table.board")).to_be_visible()

        page.goto(f"{desk.origin}/admin/import")
        page.fill("#declaration", declared(groq(vendor.host)).replace('"slug"', '"slog"'))
        with page.expect_navigation():  # the links of the next page need its script
            page.click("button[value=look]")
        expect(page.locator(".problems")).to_contain_text(words["nearest"])
        page.locator(".problems a[data-jump]").last.click()
        marked = page.evaluate("(text => text.value.slice(text.selectionStart, text.selectionEnd))(document.activeElement)")
        assert "slog" in marked
        page.fill("#declaration", declared(groq(vendor.host)))
        page.click("button[value=look]")
        page.click("button[value=apply]")
        expect(page.locator(".banner.good")).to_contain_text(words["imported"])

        page.goto(f"{desk.origin}/admin/providers/groq/chat")
        expect(page.locator("#list .empty")).to_be_visible()
        page.click("#list a.main")
        page.fill("#api-key", KEY)
        page.click("button.main")
        expect(page.locator(".banner.good")).to_contain_text(words["stored"])
        assert KEY not in page.content()

        page.goto(f"{desk.origin}/admin/providers/groq/chat")
        expect(page.locator("table.models tbody tr").first).to_be_visible()
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("gpt-oss-120")
        page.wait_for_url("**search=gpt-oss-120")  # what was found before the last letter goes
        expect(page.locator(".found")).to_have_text(words["found"])
        choose(page, words["chosen"])
        assert page.locator("tr.is-active").inner_text().count("openai/gpt-oss-120b") == 1
        page.locator("table.models a[data-dialog]").first.click()
        expect(page.locator("dialog .versus")).to_contain_text("openai/gpt-oss-120b")
        page.keyboard.press("Enter")
        expect(page.locator(".banner.good")).to_contain_text(words["chosen"])
        expect(page.locator("tr.is-active")).not_to_contain_text("openai/gpt-oss-120b")
        page.locator("form[action$='/roll-back'] button").click()
        expect(page.locator(".banner.good")).to_contain_text(words["undone"])
        expect(page.locator("tr.is-active")).to_contain_text("openai/gpt-oss-120b")
        page.goto(f"{desk.origin}/admin/")
        expect(page.locator("table.board .cell:not(.is-empty)")).to_have_count(1)
        assert fits_the_window(page)
        page.context.close()


def choose(page: Page, reported: str) -> None:
    """The first model that is not active, by the dialog."""
    page.locator("table.models a[data-dialog]").first.click()
    with page.expect_navigation():
        page.locator("dialog[open] button.main").click()
    expect(page.locator(".banner.good")).to_contain_text(reported)


@pytest.fixture(scope="module")
def desk(vendor: LocalVendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Filled, with sara and nima; the live list's key is entered."""
    with live_server(tmp_path_factory.mktemp("desk"), filled(vendor.host), vendor) as running:
        running.admit("sara")
        running.admit("nima", "normal")
        running.run("keys", "set", "groq", "--key-stdin", typed=KEY)
        yield running


@pytest.fixture(scope="module")
def sara(browser: Browser, desk: LiveServer) -> Callable[[str], Page]:
    """A page of hers, one for each language: a window of its own takes a browser longer than ten pages."""
    return cache(lambda language: opened(browser, language, 1280, session=desk.session()))


@pytest.fixture(scope="module")
def without_script(browser: Browser) -> Callable[[str], Page]:
    """A page without scripts and without a session, one for each language."""
    return cache(lambda language: opened(browser, language, 1280, script=False))


def test_three_clicks_from_the_sign_in_to_a_changed_model(sara: Callable[[str], Page], desk: LiveServer) -> None:
    """A place on the board, a model, yes."""
    page = sara("en")
    sign_in(page, desk, "sara")
    with page.expect_navigation():
        page.locator("table.board a.cell").first.click()
    page.locator("table.models a[data-dialog]").first.click()
    page.locator("dialog[open] button.main").click()
    expect(page.locator("tr.is-active")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("en", 360), pytest.param("fa", 1280, marks=pytest.mark.nightly)])
def test_the_core_path_without_script(without_script: Callable[[str], Page], desk: LiveServer, language: str, width: int) -> None:
    """As a normal admin: a live list that must be fetched first, search, choosing, undoing, and what is not theirs."""
    words = WORDS[language]
    page = without_script(language)
    sign_in(page, desk, "nima", width)
    assert page.locator("a[href='/admin/import']").count() == 0
    assert page.goto(f"{desk.origin}/admin/import").status == 403  # type: ignore[union-attr]
    page.goto(f"{desk.origin}/admin/providers/anthropic/chat")
    page.fill("#search", "haiku")
    page.locator(".filters button").click()
    expect(page.locator(".found")).to_have_text(words["found"])
    page.locator("table.models .act a").click()
    page.click("main button.main")
    expect(page.locator(".banner.good")).to_contain_text(words["chosen"])
    page.locator("form[action$='/roll-back'] button").click()
    expect(page.locator(".banner.good")).to_contain_text(words["undone"])
    page.goto(f"{desk.origin}/admin/providers/groq/chat")
    expect(page.locator("#list .empty")).to_be_visible()  # the shared key is for super admins, and this list needs one
    page.locator("#list a").last.click()
    page.fill("#api-key", KEY)
    page.click("button.main")
    expect(page.locator(".banner.good")).to_contain_text(words["stored"])
    page.goto(f"{desk.origin}/admin/providers/groq/chat")
    expect(page.locator("table.models tbody tr").first).to_be_visible()
    desk.run("keys", "delete", "groq", "--personal", "nima")
    assert fits_the_window(page)


def test_the_keyboard_alone_suffices(sara: Callable[[str], Page], desk: LiveServer) -> None:
    """From the skip link over the search to the dialog and out of it; the focus is always seen."""
    page = sara("en")
    page.goto(f"{desk.origin}/admin/providers/anthropic/chat")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    page.keyboard.type("opus")
    page.wait_for_url("**search=opus")
    expect(page.locator("table.models tbody tr")).to_have_count(1)
    for _ in range(12):
        page.keyboard.press("Tab")
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert shown != "none"
        if page.evaluate("document.activeElement.matches('[data-dialog]') && !!document.activeElement.closest('td')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('[data-dialog]')")


def test_a_list_is_edited_by_the_keyboard_alone(without_script: Callable[[str], Page], desk: LiveServer) -> None:
    """Without script: a wrong price is said beside its field, a right one is saved, and the model is removed after a question."""
    page = without_script("en")
    sign_in(page, desk, "sara")
    page.goto(f"{desk.origin}/admin/edit/anthropic/content/model")
    for field, text in (("#id", "by-keyboard"), ("#prompt", "cheap")):
        page.focus(field)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#prompt-problem")).to_be_visible()
    page.focus("#prompt")
    page.keyboard.press("Control+a")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    page.locator("a[href$='id=by-keyboard']").press("Enter")
    page.locator("button[value=remove]").press("Enter")
    page.locator("main button.danger").press("Enter")
    expect(page.locator("table.models")).not_to_contain_text("by-keyboard")


def test_the_language_is_switched_and_stays(browser: Browser, desk: LiveServer) -> None:
    """On the very page, and on the next one."""
    page = opened(browser, "en", 1280, session=desk.session())
    page.goto(f"{desk.origin}/admin/providers/anthropic/chat?search=opus")
    page.locator("button[name=language][value=fa]").click()
    expect(page.locator("html")).to_have_attribute("lang", "fa")
    assert page.url.endswith("search=opus")
    page.goto(f"{desk.origin}/admin/keys")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert (
        page.locator("th code").first.evaluate("node => getComputedStyle(node).direction") == "ltr"
        if page.locator("th code").count()
        else True
    )
    page.context.close()


@pytest.mark.parametrize("language", ["en", pytest.param("fa", marks=pytest.mark.nightly)])
def test_a_server_that_is_out_of_reach_is_told_in_the_page(sara: Callable[[str], Page], desk: LiveServer, language: str) -> None:
    """In its language, for a search and for a question, and no longer than it is so."""
    reported = {"en": "The server could not be reached. Please try again.", "fa": "ارتباط با سرور برقرار نشد. لطفاً دوباره تلاش کنید."}[
        language
    ]
    page = sara(language)
    page.goto(f"{desk.origin}/admin/providers/anthropic/chat")
    page.context.set_offline(True)
    page.fill("#search", "haiku")
    expect(page.locator("#announcement")).to_have_text(reported)
    page.context.set_offline(False)
    page.fill("#search", "opus")
    expect(page.locator("table.models tbody tr")).to_have_count(1)
    expect(page.locator("#announcement")).to_have_class("announcement unseen")
    page.context.set_offline(True)
    page.locator("header a[data-dialog], td a[data-dialog]").first.click()
    expect(page.locator("#announcement")).to_have_text(reported)
    assert page.locator("dialog[open]").count() == 0
    page.context.set_offline(False)


@pytest.mark.parametrize("may_use_clipboard", [True, False])
def test_a_new_token_is_copied_by_a_button(sara: Callable[[str], Page], desk: LiveServer, may_use_clipboard: bool) -> None:
    """It says that it did; where the browser gives no clipboard, by the older way."""
    page = sara("en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{desk.origin}/admin/tokens")
    page.fill("#token-name", f"copied {may_use_clipboard}")
    page.click("main form button.main")
    page.locator("[data-copy]").wait_for()  # the script of the next page has run
    if not may_use_clipboard:
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')) }")
    page.click("[data-copy]")
    expect(page.locator("[data-copy]")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#made-token")
