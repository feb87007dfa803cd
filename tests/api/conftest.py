"""Applications to ask: over a desk in memory, and where it matters over both databases."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PANEL, App, Client
from tests.support.fake_vendors import FakeVendors
from tests.support.rest_live import LIVE
from tests.support.stores import emptied_database_of
from tests.support.workers import Worker


@pytest.fixture(scope="session")
def built() -> Iterator[tuple[App, Contents]]:
    """Wiring an application takes longer than most tests of it, so it is done once; and what its desk holds when it is filled."""
    store = InMemoryStore()
    with App(store, Settings(allowed_origins=(PANEL,))) as app:
        app.fill()
        yield app, store.contents


@pytest.fixture
def app(built: tuple[App, Contents]) -> App:
    """In memory, filled, and with one origin that may call; every test finds it as new."""
    app, contents = built
    return app.renew(contents)


@pytest.fixture
def sara(app: App) -> Client:
    """A super admin, signed in."""
    return app.signed_in("sara")


@pytest.fixture
def nima(app: App) -> Client:
    """A normal admin, signed in."""
    return app.signed_in("nima")


@pytest.fixture
def anonymous(app: App) -> Client:
    return app.client()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return emptied_database_of(request.param, request, tmp_path)


@pytest.fixture
def stored(database_url: str) -> Iterator[Worker]:
    """Over a real database, filled."""
    with Worker(SqlStore(database_url), settings_for(database_url)) as app:
        yield app.fill()


@pytest.fixture
def other_worker(stored: Worker) -> Iterator[Worker]:
    """Another worker over the same database, with the same clock."""
    url = stored.container.settings().database_url
    with Worker(SqlStore(url), settings_for(url), stored.clock) as app:
        yield app


def settings_for(url: str) -> Settings:
    return evolve(Settings(), database_url=url)


@pytest.fixture
def vendors(app: App) -> FakeVendors:
    """A provider whose list is live, and the vendor behind it."""
    app.put(LIVE)
    app.vendors.write("live", "abcd")
    return app.vendors


@pytest.fixture(scope="session")
def document(built: tuple[App, Contents]) -> Mapping[str, Any]:
    """The OpenAPI document, read once; tests do not change it."""
    answer = built[0].client().ask("GET", "/schema/openapi.json")
    assert answer.status == 200
    assert "json" in (answer.one("content-type") or "")
    read: Mapping[str, Any] = answer.json
    return read
