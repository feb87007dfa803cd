"""Pictures of the panel for the documentation, made from the real pages: `make pictures`.

python -m tests.support.pictures FOLDER
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.support.chromium import FLAGS, chromium
from tests.support.live_server import KEY, LiveServer, LocalVendor, live_server, signed_in
from tests.support.panel_providers import filled

WIDTH, HEIGHT = 1180, 760
LISTED = [
    {"id": "openai/gpt-oss-120b", "context_window": 131_072},
    {"id": "openai/gpt-oss-20b", "context_window": 131_072},
    {"id": "llama-3.3-70b-versatile", "context_window": 131_072},
    {"id": "qwen/qwen3-32b", "context_window": 131_072},
    {"id": "moonshotai/kimi-k2-instruct", "context_window": 131_072},
]
CHOSEN = (
    ("anthropic", "chat", "claude-3-opus-20240229"), ("anthropic", "content", "claude-3-5-sonnet-20241022"), ("openai", "chat", "gpt-4.5"),
    ("openai", "image", "dall-e-3"), ("groq", "chat", "openai/gpt-oss-20b"),
)  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    vendor = LocalVendor(LISTED)
    vendor.start()
    with (
        tempfile.TemporaryDirectory() as home,
        live_server(Path(home), filled(vendor.host), vendor) as desk,
        sync_playwright() as playwright,
    ):
        desk.admit("sara")
        desk.run("keys", "set", "groq", "--key-stdin", typed=KEY)
        desk.run("models", "browse", "groq", "chat")
        for choice in CHOSEN:
            desk.run("models", "select", *choice)
        browser = playwright.chromium.launch(executable_path=chromium(playwright.chromium.executable_path), args=list(FLAGS))
        for language, scheme in (("en", "light"), ("fa", "light")):
            take(signed_in(browser, desk, language, scheme, WIDTH, HEIGHT), desk, folder, language)
        browser.close()
    vendor.stop()


def take(page: Page, desk: LiveServer, folder: Path, language: str) -> None:
    """The board, a live list, and the question before a choice."""
    page.screenshot(path=folder / f"overview-{language}.png")
    page.goto(f"{desk.origin}/admin/providers/groq/chat")
    page.locator("table.models").wait_for()
    page.screenshot(path=folder / f"list-{language}.png")
    page.goto(f"{desk.origin}/admin/providers/anthropic/chat")
    page.locator("table.models a[data-dialog]").first.click()
    page.locator("dialog[open]").wait_for()
    page.screenshot(path=folder / f"select-{language}.png")
    page.context.close()


if __name__ == "__main__":
    os.environ.pop("MODELDESK_HOME", None)
    main(Path(sys.argv[1]))
