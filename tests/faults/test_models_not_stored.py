"""An active model whose stored row something else changed: whoever needs it is told so, and nobody else notices."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import Reason
from tests.support.app import DECLARED, App
from tests.support.database_file import by_hand
from tests.support.servers import connection_to
from tests.support.stores import emptied_database_of

HARMS = (
    "UPDATE stored_models SET capability = 'ocr' WHERE provider = 'acme'",
    "UPDATE stored_models SET provider = 'open' WHERE provider = 'acme'",
    "UPDATE stored_models SET model_id = 'later' WHERE provider = 'acme'",
    "DELETE FROM stored_models WHERE provider = 'acme'",
)
UNAVAILABLE = (503, "urn:modeldesk:problem:storage-unavailable")
NOT_STORED = Reason("active-model-not-stored", provider="acme", capability="chat", model="large")


def change(url: str, statement: str) -> None:
    """As a person or a program would that does not know of the references."""

    async def on_the_server() -> None:
        async with connection_to(url) as connection:
            await connection.execute("SET session_replication_role = replica")  # foreign keys are not checked
            await connection.execute(statement)

    if url.startswith("sqlite"):
        by_hand(Path(url.removeprefix("sqlite:///")), statement)
    else:
        asyncio.run(on_the_server())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A desk with an active model of each of two providers."""
    url = emptied_database_of(request.param, request, tmp_path)
    with App(SqlStore(url)) as app:
        sara = app.fill().signed_in()
        app.put({**DECLARED[0], "slug": "beta", "name": "Beta", "display_name": "Beta"})
        assert sara.select().status == 200
        assert sara.select(provider="beta").status == 200
    return url


@pytest.mark.parametrize("harm", HARMS)
def test_whoever_needs_it_is_told(url: str, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    """The server starts; the other slot is what it was, and the check names this one."""
    change(url, harm)
    with App(SqlStore(url)) as app:
        sara = app.signed_in()
        for path in ("/api/admin/ai/dashboard/overview/", "/api/admin/ai/doctor/", "/api/resolve/acme/chat"):
            answer = sara.ask("GET", path)
            assert (path, answer.status, answer.json["type"]) == (path, *UNAVAILABLE)
        for path in ("/admin/", "/admin/providers/acme", "/v1/models"):
            assert (path, sara.ask("GET", path).status) == (path, 503)
        assert sara.ask("GET", "/api/resolve/beta/chat").json["model_id"] == "large"
        answer = sara.select(model="small")
        assert (answer.status, answer.json["type"]) == UNAVAILABLE
        assert sara.select(model="small", provider="beta").status == 200
        assert sara.get("/ai-models/").status == 200
        assert NOT_STORED in app.run(app.store.operations.check())
    assert "active-model-not-stored: provider='acme', capability='chat', model='large'" in caplog.text
