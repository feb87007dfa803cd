"""A server records what has expired, at its start and then every minute."""

import asyncio
import logging
from datetime import timedelta

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.errors import StorageBusy
from modeldesk.entrypoints.api import expiring
from tests.support.app import App


def test_a_server_that_starts_records_what_expired_while_there_was_none() -> None:
    """A clock that is set back afterwards revives neither the session nor the token."""
    desk = InMemoryStore()
    with App(desk) as app:
        app.fill()
        program, sara = app.program("read", days=1), app.signed_in()
    app.clock.now += timedelta(days=2)
    with App(desk, clock=app.clock) as later:
        assert later.client().ask("GET", "/health/live").status == 200
        assert later.sessions() == {}
        later.clock.now -= timedelta(days=2)
        assert later.client(sara.cookie).get("/auth/me/").status == 401
        program.app = later
        assert program.get("/ai-providers/").status == 401


class Failing:
    """Cannot record, and counts how often it was asked."""

    asked = 0

    async def record(self) -> None:
        self.asked += 1
        raise StorageBusy


async def test_a_failure_is_logged_and_tried_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The server goes on, and ends at once when it is told to."""
    monkeypatch.setattr(expiring, "EVERY", 0)
    failing = Failing()
    with caplog.at_level(logging.WARNING):
        async with expiring.recording_expiry(failing):  # type: ignore[arg-type] # asked for nothing else
            while failing.asked < 3:
                await asyncio.sleep(0)
    assert "what has expired was not recorded: storage-busy" in caplog.text
