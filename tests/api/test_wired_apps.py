"""A reused application is reset: no requests, counts or overrides of an earlier test are left."""

from datetime import timedelta

import pytest
from dependency_injector import providers as injection

from modeldesk.entrypoints.api.app import EVENT_HUB
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App
from tests.support.manual_clock import NOON

SETTINGS = Settings(allowed_origins=("https://only-here.example",), evaluations_per_second=1)
FLAG = ("POST", "/ofrep/v1/evaluate/flags/acme.chat", {})


def used() -> App:
    """An application whose every state was changed, and that has ended."""
    with App(settings=SETTINGS) as app:
        sara = app.fill().signed_in()
        sara.select()
        for path in ("/ai-providers/", "/ai-models/", "/ai/dashboard/overview/", "/ai/dashboard/overview/"):
            assert sara.get(path).status == 200
        while sara.ask(*FLAG).status != 429:
            pass
        app.run(app.litestar.state[EVENT_HUB].notice())
        app.clock.forward(timedelta(days=3))
        app.vendors.write("acme", "abc")
        app.container.list_wait.override(injection.Object(timedelta(seconds=1)))
    return app


def test_one_that_is_taken_over_is_as_new() -> None:
    """The same Litestar application, with a new store, clock, vendors and counts."""
    earlier = used()
    with App(settings=SETTINGS) as app:
        assert app.litestar is earlier.litestar
        assert app.container.clock()() == NOON
        assert app.container.list_wait() == timedelta(seconds=9.5)
        assert (app.kept.count, app.vendors.lists) == (0, {})
        assert not any(key[0] == "modeldesk_http_requests" for key in app.container.measurements().counters.totals())
        hub = app.litestar.state[EVENT_HUB]
        assert (hub.is_closed, hub.state, hub.look.__self__._state) == (False, None, None)
        assert app.litestar.dependencies["services"].dependency().evaluations._until == {}
        assert app.client().sign_in().status == 401
        sara = app.fill().signed_in()
        assert sara.get("/ai-models/").json["count"] == 0
        assert sara.ask(*FLAG).status != 429


def test_two_at_once_are_two() -> None:
    """Two applications at once are never the same one, nor are two with different settings."""
    with App(settings=SETTINGS) as one, App(settings=SETTINGS) as two, App() as other:
        assert len({id(app.litestar) for app in (one, two, other)}) == 3


@pytest.mark.parametrize("is_reusable", [True, False])
def test_what_a_test_changed_is_not_taken_over(is_reusable: bool) -> None:
    """Neither an application with `is_reusable=False` nor one that was created while `Container` had an override is reused."""
    with Container.list_wait.override(injection.Object(timedelta(seconds=2))), App(settings=SETTINGS, is_reusable=is_reusable) as changed:
        assert changed.container.list_wait() == timedelta(seconds=2)
    with App(settings=SETTINGS) as app:
        assert app.litestar is not changed.litestar
        assert app.container.list_wait() == timedelta(seconds=9.5)
