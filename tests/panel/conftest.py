"""Applications for pages that are asked without a browser, and a real Chromium for those that are looked at."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App
from tests.support.chromium import FLAGS, chromium
from tests.support.panel_client import PanelClient, signed_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def built() -> Iterator[tuple[App, Contents]]:
    """Wiring an application takes longer than most tests of it, so it is done once; and what its desk holds when it is filled."""
    store = InMemoryStore()
    with App(store, Settings()) as app:
        app.fill()
        yield app, store.contents


@pytest.fixture
def app(built: tuple[App, Contents]) -> App:
    """In memory, filled: sara is super, nima is normal; every test finds it as new."""
    app, contents = built
    return app.renew(contents)


@pytest.fixture
def sara(app: App) -> PanelClient:
    """A super admin, signed in."""
    return signed_in(app, "sara")


@pytest.fixture
def nima(app: App) -> PanelClient:
    """A normal admin, signed in."""
    return signed_in(app, "nima")


@pytest.fixture(scope="session")
def started_browser() -> "Iterator[tuple[Browser, asyncio.AbstractEventLoop]]":
    """One browser for the whole process, with its event loop; skips without Chromium. Starting it takes longer than ten pages."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # as long as Playwright waits for everything else; its five seconds are little for a busy machine
    with sync_playwright() as playwright:
        found = chromium(playwright.chromium.executable_path)
        if found is None:
            pytest.skip("no Chromium: install one, or name it in MODELDESK_TEST_CHROMIUM")
        running, loop = playwright.chromium.launch(executable_path=found, args=list(FLAGS)), asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield running, loop
        asyncio._set_running_loop(loop)
        running.close()


@pytest.fixture(scope="module")
def browser(started_browser: "tuple[Browser, asyncio.AbstractEventLoop]") -> "Iterator[Browser]":
    """A real browser, headless. Playwright's loop counts as running only during tests of the browser, so other tests can start loops of their own."""
    running, loop = started_browser
    asyncio._set_running_loop(loop)
    yield running
    for window in running.contexts:
        window.close()
    asyncio._set_running_loop(None)
