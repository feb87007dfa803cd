"""Houses to ask: over a desk in memory, and where it matters over both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PANEL, House, Visitor
from tests.support.stores import database_of


@pytest.fixture(scope="session")
def built() -> Iterator[tuple[House, Contents]]:
    """Wiring an application takes longer than most tests of it, so it is done once; and what its desk holds when it is furnished."""
    desk = InMemoryStore()
    with House(desk, Settings(allowed_origins=(PANEL,))) as house:
        house.furnish()
        yield house, desk.contents


@pytest.fixture
def house(built: tuple[House, Contents]) -> House:
    """In memory, furnished, and with one origin that may call; every test finds it as new."""
    house, contents = built
    return house.renew(contents)


@pytest.fixture
def sara(house: House) -> Visitor:
    """A super admin, signed in."""
    return house.signed_in("sara")


@pytest.fixture
def nima(house: House) -> Visitor:
    """A normal admin, signed in."""
    return house.signed_in("nima")


@pytest.fixture
def stranger(house: House) -> Visitor:
    return house.visitor()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return database_of(request.param, request, tmp_path)


@pytest.fixture
def stored(database_url: str) -> Iterator[House]:
    """Over a real database, furnished."""
    with House(SqlStore(database_url), settings_for(database_url)) as house:
        yield house.furnish()


@pytest.fixture
def neighbour(stored: House) -> Iterator[House]:
    """Another worker over the same database, with the same clock."""
    url = stored.container.settings().database_url
    with House(SqlStore(url), settings_for(url), stored.clock) as house:
        yield house


def settings_for(url: str) -> Settings:
    return evolve(Settings(), database_url=url)
