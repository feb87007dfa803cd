"""Applications for pages that are asked without a browser, and a real Chromium for those that are looked at."""

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
    """Wiring an application takes longer than most tests of it, so it is done once; and what its desk holds when it is furnished."""
    desk = InMemoryStore()
    with App(desk, Settings()) as app:
        app.fill()
        yield app, desk.contents


@pytest.fixture
def app(built: tuple[App, Contents]) -> App:
    """In memory, furnished: sara is super, nima is normal; every test finds it as new."""
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


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A real one; skips where there is none. Playwright holds a running loop for as long as it lives: not over other files' tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = chromium(playwright.chromium.executable_path)
        if found is None:
            pytest.skip("no Chromium: install one, or name it in MODELDESK_TEST_CHROMIUM")
        running = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield running
        running.close()
