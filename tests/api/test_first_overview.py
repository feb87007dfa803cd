"""When a worker makes its first overview: before anybody asks where that takes long, and else when somebody does."""

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.services.dashboard import Dashboard, Overview
from modeldesk.entrypoints.api import app as application
from tests.support.app import App


@pytest.mark.parametrize(("many", "made"), [(2, 1), (application.MANY_PROVIDERS, 0)])
def test_a_start_makes_the_overview_of_many_providers(monkeypatch: pytest.MonkeyPatch, many: int, made: int) -> None:
    """Of few it takes three milliseconds, and memory in each worker, also where nobody ever asks for it."""
    store, calls = InMemoryStore(), list[Dashboard]()
    with App(store) as desk:
        desk.fill()
    overview = Dashboard.overview

    async def noted(dashboard: Dashboard) -> Overview:
        calls.append(dashboard)
        return await overview(dashboard)

    monkeypatch.setattr(Dashboard, "overview", noted)
    monkeypatch.setattr(application, "MANY_PROVIDERS", many)
    with App(store):
        assert len(calls) == made
