"""What a server does beside requests: it records what has expired, at its start and then every minute."""

from datetime import timedelta

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
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
