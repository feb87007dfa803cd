"""What a server does beside requests: it records what has expired, at its start and then every minute."""

from datetime import timedelta

from dependency_injector import providers as injection

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.container import Container
from tests.api.test_scheduled_refreshes import Pauses
from tests.support.app import App


def test_a_server_that_starts_records_what_expired_while_there_was_none() -> None:
    """A clock that is set back afterwards revives neither the session nor the token."""
    store = InMemoryStore()
    with App(store) as app:
        app.fill()
        program, sara = app.program("read", days=1), app.signed_in()
    app.clock.now += timedelta(days=2)
    with App(store, clock=app.clock) as later:
        assert later.client().ask("GET", "/health/live").status == 200
        assert later.sessions() == {}
        later.clock.now -= timedelta(days=2)
        assert later.client(sara.cookie).get("/auth/me/").status == 401
        program.app = later
        assert program.get("/ai-providers/").status == 401


def test_a_server_watches_the_health_of_active_models() -> None:
    """A state that changes while nobody asks reaches the webhooks."""
    pauses, desk = Pauses(), InMemoryStore()
    with Container.until_next_checkup.override(injection.Object(pauses)), App(desk) as app:
        sara = app.fill().signed_in()
        sara.select("large")
        sara.post("/webhooks/", {"url": "https://receiver.invalid/in", "events": ["selection.state_changed"]})
        app.run(pauses.pass_one())
        assert desk.contents.deliveries == ()
        sara.ask("PATCH", "/api/admin/ai-providers/acme/", {"is_active": False})
        app.run(pauses.pass_one())
    assert [delivery.event.type.value for delivery in desk.contents.deliveries] == ["selection.state_changed"]
