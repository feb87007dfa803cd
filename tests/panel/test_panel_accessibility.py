"""Every page through axe-core, in both languages and both schemes; and hostile names through every page."""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

import pytest
from attrs import frozen
from playwright.sync_api import Browser, Page

from tests.support.axe import AXE, violations
from tests.support.counts import IS_NIGHTLY
from tests.support.live_server import KEY, LiveServer, LocalVendor, declared, live_server, signed_in
from tests.support.page_geometry import misfits
from tests.support.panel_providers import CLAUDE, OFF, OPEN, OPENAI, filled, groq, written_models

T = TypeVar("T")

PAGES = [
    "/admin/", "/admin/providers", "/admin/providers/anthropic", "/admin/providers/own-server", "/admin/providers/anthropic/chat", "/admin/providers/groq/chat?wait=1",
    "/admin/providers/groq/chat?wait=1&explain=true", "/admin/providers/groq", "/admin/providers/mistral", "/admin/providers/mistral/chat", "/admin/providers/anthropic/chat?search=nothing&free=1", "/admin/providers/anthropic/chat/select?model=claude-3-haiku-20240307",
    "/admin/providers/anthropic/chat/select?model=unheard", "/admin/providers/anthropic/chat/deselect", "/admin/enabled/anthropic", "/admin/edit/anthropic", "/admin/cache/clear",
    "/admin/keys", "/admin/keys/groq/shared", "/admin/keys/groq/shared/remove", "/admin/keys/groq/personal", "/admin/import", "/admin/admins", "/admin/admins/nima",
    "/admin/account", "/admin/tokens", "/admin/tokens/x/revoke", "/admin/uses", "/admin/new-use", "/admin/webhooks", "/admin/audit", "/admin/changes", "/schema", "/admin/help", "/admin/new-provider?from=ollama", "/admin/nothing",
    "/admin/uses/support", "/admin/uses/support/delete", "/admin/webhooks/WEBHOOK", "/admin/webhooks/WEBHOOK/rotate", "/admin/webhooks/WEBHOOK/remove",
    "/admin/new-capability/anthropic", "/admin/edit/anthropic/chat", "/admin/edit/anthropic/chat/model?id=claude-3-haiku-20240307",
]  # fmt: skip
WRONG = '{"version": "1.0.0", "providers": [{"slug": "x", "name": 5}]}'

MARKUP = [
    '"><img src=x onerror=alert(1)>', "<script>alert(1)</script>", "'><svg/onload=alert(1)>", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "javascript:alert(1)", "{{ 7*7 }}", "${7*7}", "%(name)s %s %d %%", "<!--", "]]>", "<style>*{display:none}</style>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<iframe srcdoc='<script>alert(1)</script>'>", "&lt;script&gt;",
    "<a href=javascript:alert(1)>x</a>", "' onmouseover='alert(1)", '" style="position:fixed;inset:0', "<form action=//evil.example>", "<dialog open>", "<input autofocus onfocus=alert(1)>",
]  # fmt: skip
ODD = [
    "W" * 190, "ا" * 190, "a b " * 45, "\u200f" + "x" * 20, "مدل‌ها و Models mixed متن", "👩‍👩‍👧‍👦" * 12, "Ａ" * 90, "é" * 90, "Z̷͖̾a̸l̷g̵o̸" * 8, "ﷺ" * 30, "\u00a0x\u00a0y", "０１２３",
    "-" * 150, "a/" * 90, "\u200dx", "line\u00adbreak" * 9, "﷽" * 9, "ｱ" * 100,
]  # fmt: skip


def hostile_names(count: int) -> list[str]:
    """Markup alone, odd letters alone, and both together; each another one, none longer than an id may be."""
    pairs = (f"{one} {other}"[:195].strip() for one, other in itertools.product(MARKUP, ODD))
    return [
        name[:195].strip()
        for name in itertools.islice(dict.fromkeys([*itertools.chain(*zip(MARKUP, ODD, strict=False)), *MARKUP, *pairs]), count)
    ]


@pytest.fixture(scope="module")
def vendor() -> Iterator[LocalVendor]:
    running = LocalVendor(written_models(5))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def desk(vendor: LocalVendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("desk"), filled(vendor.host), vendor) as running:
        running.admit("sara")
        running.admit("nima", "normal")
        running.run("keys", "set", "groq", "--key-stdin", typed=KEY)
        running.run("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
        running.run("models", "select", "openai", "chat", "gpt-4.5")
        running.run("uses", "set", "support", "openai/chat")
        running.run("webhooks", "add", "https://hooks.example/desk")
        yield running


@frozen
class Walk:
    """What was found on the way through every page, by one who is signed in."""

    violations: Sequence[str]
    misfits: Sequence[str]


@pytest.fixture(scope="module")
def window(browser: Browser, desk: LiveServer) -> Callable[[str, str], Page]:
    """One window for each language and colour scheme, with axe in every page: opening a window takes longer than ten pages."""

    def opened(language: str, scheme: str) -> Page:
        page = signed_in(browser, desk, language, scheme)
        page.context.add_init_script(AXE)
        return page

    return cache(opened)


@pytest.fixture(scope="module")
def walked(window: Callable[[str, str], Page], desk: LiveServer) -> Callable[[str, str, int], Walk]:
    """Walks through all pages, once for each language, scheme and width."""
    return cache(lambda language, scheme, width: walk(window(language, scheme), desk, language, width))


def submit(page: Page, button: str) -> None:
    """Clicks it, and waits for the whole page that comes: axe must not look at the one before, nor at a part."""
    with page.expect_navigation():
        page.click(button)


def refused_declaration(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/import")
    page.fill("#declaration", WRONG)
    submit(page, "button[value=look]")


def plan(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/import")
    page.fill("#declaration", declared({**CLAUDE, "description": "another"}, {**OPENAI, "slug": "new"}))
    page.check("#force")
    submit(page, "button[value=look]")


def dialog(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/providers/anthropic/chat")
    page.locator("table.models a[data-dialog]").first.click()
    page.locator("dialog[open]").wait_for()


def new_token(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/tokens")
    page.fill("#token-name", str(uuid4()))
    submit(page, "main form button.main")
    page.locator("[data-copy]").wait_for()


def refused_field(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/edit/anthropic/chat/model")
    page.fill("#id", "new")
    page.fill("#prompt", "cheap")
    submit(page, "main form button.main")


def confirmation(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/edit/anthropic/chat")
    submit(page, "button[value=remove]")


def shorter_list(page: Page, desk: LiveServer) -> None:
    page.goto(f"{desk.origin}/admin/providers/groq/chat?wait=1")
    submit(page, "form[action$='/refresh'] button")  # an earlier walk left the notice, which goes with the whole list
    held, desk.vendor.models = desk.vendor.models, desk.vendor.models[:1]
    submit(page, "form[action$='/refresh'] button")
    page.locator("button[name=accept]").wait_for()
    desk.vendor.models = held


FORMS = [dialog, refused_declaration, new_token, plan, confirmation, refused_field, shorter_list]
"""What forms lead to."""

DOOR = ["/admin/sign-in?ended=1", "/admin/sign-in", "/admin/setup?token=used", "/admin/sign-in/link?token=used"]


def part(things: Sequence[T], language: str) -> Sequence[T]:
    """At night all of them in each language, scheme and width; else each once, in one of the two that are walked then."""
    return things if IS_NIGHTLY else things[::2] if language == "en" else things[1::2]


def walk(page: Page, desk: LiveServer, language: str, width: int) -> Walk:
    """Every page, at 360 pixels too; then what forms lead to, and the door."""
    desk.session()  # a second one, so that the account page offers to end others
    page.context.add_cookies(desk.session()["cookies"])  # other walks have ended the one of this window
    page.set_viewport_size({"width": width, "height": 800})
    reported, unfit = list[str](), list[str]()
    order = (360, width) if width != 360 else (360,)
    (webhook,) = json.loads(desk.run("webhooks", "list", "--format", "json"))["webhooks"]
    for path in part(PAGES, language):
        page.goto(f"{desk.origin}{path.replace('WEBHOOK', webhook['id'])}")
        for now in order:
            if width != 360:
                page.set_viewport_size({"width": now, "height": 800})
            unfit += [f"{path} {now} {one}" for one in misfits(page)]
            if now == width:
                reported += [f"{path} {one}" for one in violations(page)]
        order = order[::-1]  # the next page is loaded at the width that this one ends with
    page.set_viewport_size({"width": width, "height": 800})
    for form in part(FORMS, language):
        form(page, desk)
        reported += [f"{form.__name__} {one}" for one in violations(page)]
        unfit += [f"{form.__name__} {one}" for one in misfits(page)]
    page.context.clear_cookies()
    for path in part(DOOR, language):
        page.goto(f"{desk.origin}{path}")
        reported += [f"{path} {one}" for one in violations(page)]
        unfit += [f"{path} {one}" for one in misfits(page)]
    return Walk(reported, unfit)


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 360), ("fa", "dark", 1280)])
def test_everything_fits_on_every_page(walked: Callable[[str, str, int], Walk], language: str, scheme: str, width: int) -> None:
    """At 360 and at 1280 pixels, pages, cells and buttons hold their text, and a finger hits every control; on each page in one language, at night in both."""
    assert walked(language, scheme, width).misfits == []


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [
        ("fa", "dark", 1280),
        ("en", "light", 360),
        pytest.param("en", "dark", 1280, marks=pytest.mark.nightly),
        pytest.param("fa", "light", 360, marks=pytest.mark.nightly),
        pytest.param("en", "light", 1280, marks=pytest.mark.nightly),
        pytest.param("fa", "dark", 360, marks=pytest.mark.nightly),
        pytest.param("fa", "light", 1280, marks=pytest.mark.nightly),
        pytest.param("en", "dark", 360, marks=pytest.mark.nightly),
    ],
)
def test_axe_finds_nothing(walked: Callable[[str, str, int], Walk], language: str, scheme: str, width: int) -> None:
    """WCAG 2.2 A and AA, on every page, the door, the dialog and what forms lead to; each in one language, at night in all eight ways."""
    assert walked(language, scheme, width).violations == []


@pytest.mark.parametrize("language", ["en", pytest.param("fa", marks=pytest.mark.nightly)])
def test_an_audit_entry_is_short_on_a_phone(browser: Browser, desk: LiveServer, language: str) -> None:
    """Two lines have action, time and actor; a summary, absent on a wide screen, opens address and changes."""
    page = signed_in(browser, desk, language, "light", 390)
    page.goto(f"{desk.origin}/admin/audit?action=model-selected")
    rows, changes, address = (page.locator(f".audit tbody {part}") for part in ("tr", "ins", ".address"))
    assert rows.count() == changes.count() == 2
    heights = page.eval_on_selector_all(".audit tbody tr", "rows => rows.map(row => row.getBoundingClientRect().height)")
    assert max(heights) < 75
    assert not changes.first.is_visible()
    page.locator(".audit summary").first.press("Enter")
    assert (changes.first.is_visible(), changes.last.is_visible()) == (True, False)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert (changes.last.is_visible(), page.locator(".audit summary").first.is_visible()) == (True, False)
    page.goto(f"{desk.origin}/admin/audit?action=signed-in")
    assert address.first.is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert not address.first.is_visible()
    page.context.close()


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.nightly), "fa"])
def test_fields_of_a_row_stand_in_line(window: Callable[[str, str], Page], desk: LiveServer, language: str) -> None:
    """Of one height, at one height, and beside one another: what a browser draws by itself, as for a day, is as large as the others."""
    page = window(language, "dark")
    page.context.add_cookies(desk.session()["cookies"])
    for path, width in itertools.product(("/admin/audit", "/admin/providers/anthropic/chat"), (1280, 360)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{desk.origin}{path}")
        found = page.eval_on_selector_all(
            ".filters :is(input:not([type=checkbox], [type=hidden]), select, button)",
            "fields => fields.map(field => field.getBoundingClientRect().toJSON())",
        )
        assert len(found) > 2
        assert len({round(box["height"]) for box in found}) == 1, (path, width)
        for one, other in itertools.combinations(found, 2):
            apart = (
                one["right"] < other["left"] or other["right"] < one["left"] or one["bottom"] < other["top"] or other["bottom"] < one["top"]
            )
            assert apart, (path, width)
            assert abs(one["top"] - other["top"]) < 1 or abs(one["top"] - other["top"]) > 20, (path, width)


@pytest.mark.parametrize(("language", "count"), [("en", 20), pytest.param("fa", 200, marks=pytest.mark.nightly)])
def test_hostile_names_are_text_everywhere(browser: Browser, tmp_path: Path, language: str, count: int) -> None:
    """As models' ids and names, as providers' names and descriptions: no script runs, the policy has nothing to report, no page is too wide."""
    names = hostile_names(count)
    vendor = LocalVendor([{"id": name, "name": name, "context_window": 4_096} for name in names])
    vendor.start()
    models = [{"id": name, "name": name} for name in names]
    static = {"supported": True, "description": names[0], "models": models}
    providers = [
        {**CLAUDE, "name": names[1], "display_name": names[0], "description": " ".join(names[:20])[:9_000], "capabilities": {"chat": static}},
        {**groq(vendor.host), "display_name": "W" * 120, "description": names[2]}, OFF, {**OPEN, "display_name": names[3]},
    ]  # fmt: skip
    with live_server(tmp_path, json.dumps({"version": "1.0.0", "providers": providers}), vendor) as desk:
        desk.admit("sara")
        desk.run("keys", "set", "groq", "--key-stdin", typed=KEY)
        desk.run("models", "select", "anthropic", "chat", names[0])
        page = signed_in(browser, desk, language, "light", 360)
        reported = list[str]()
        page.on("dialog", lambda dialog: (reported.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda message: reported.append(message.text) if "Content Security Policy" in message.text else None)
        page.on("pageerror", lambda error: reported.append(str(error)))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', event => console.log('Content Security Policy', event.violatedDirective))"
        )
        quoted = [quote(name, safe="!'()*") for name in names]
        # Markup and odd letters take turns in the names, so every pair has both; in `make nightly` every name is tried in both ways.
        searched, selected = (quoted, quoted) if IS_NIGHTLY else ([*quoted[::8], *quoted[1::8]], [*quoted[2::8], *quoted[3::8]])
        paths = ["/admin/", "/admin/providers", "/admin/providers/anthropic", "/admin/providers/anthropic/chat", "/admin/providers/groq/chat?wait=1", "/admin/keys",
                 "/admin/keys/anthropic/shared", "/admin/providers/anthropic/chat/deselect", "/admin/enabled/anthropic", "/admin/edit/anthropic", "/admin/audit",
                 *(f"/admin/providers/anthropic/chat?search={name}" for name in searched[:: max(1, count // 20)]),
                 *(f"/admin/providers/anthropic/chat/select?model={name}" for name in selected[:: max(1, count // 60)])]  # fmt: skip
        for number, path in enumerate(paths):
            answer = page.goto(f"{desk.origin}{path}")
            assert answer is not None
            assert answer.status in (200, 422), path
            for width in (1280, 360) if number < (10 if IS_NIGHTLY else 5) else (360,):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
        page.goto(f"{desk.origin}/admin/providers/anthropic/chat")
        shown = page.locator("table.models tbody tr").count()
        assert shown == min(50, len(set(names)))
        assert page.locator("main img, main iframe, main script, main style, main base, main a[href^='javascript:']").count() == 0
        assert reported == []
        page.context.close()
    vendor.stop()
