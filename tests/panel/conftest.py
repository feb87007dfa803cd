"""Houses for pages that are asked without a browser, and a real Chromium for those that are looked at."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.api.served import House
from visiting import PanelVisitor, signed_in

from modeldesk.adapters.memory.unit_of_work import Contents, InMemoryStore
from modeldesk.entrypoints.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic",
)  # fmt: skip


def chromium(own: str) -> str | None:
    """The one that MODELDESK_TEST_CHROMIUM names, one on PATH, or Playwright's `own`, where there is any."""
    found = os.environ.get("MODELDESK_TEST_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or (own if Path(own).exists() else None)


@pytest.fixture(scope="session")
def built() -> Iterator[tuple[House, Contents]]:
    """Wiring an application takes longer than most tests of it, so it is done once; and what its desk holds when it is furnished."""
    desk = InMemoryStore()
    with House(desk, Settings()) as house:
        house.furnish()
        yield house, desk.contents


@pytest.fixture
def house(built: tuple[House, Contents]) -> House:
    """In memory, furnished: sara is super, nima is normal; every test finds it as new."""
    house, contents = built
    return house.renew(contents)


@pytest.fixture
def sara(house: House) -> PanelVisitor:
    """A super admin, signed in."""
    return signed_in(house, "sara")


@pytest.fixture
def nima(house: House) -> PanelVisitor:
    """A normal admin, signed in."""
    return signed_in(house, "nima")


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
