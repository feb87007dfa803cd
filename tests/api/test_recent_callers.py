"""The cache of callers: it answers repeated credentials, and only with the caller that they identify now."""

from datetime import timedelta

from modeldesk.entrypoints.api.recent_callers import RecentCallers
from tests.support.app import App, Client
from tests.support.counted_calls import names_of_calls


def identified(app: App, client: Client, recent: RecentCallers) -> object:
    headers = [(b"cookie", f"admin_session_id={client.cookie}".encode())]
    return app.tell(recent.identify({"headers": headers}))  # type: ignore[typeddict-item] # no more of a scope is read


def test_the_same_credentials_are_read_once(stored: App) -> None:
    """Repeated credentials give the same object; the session id is not hashed again."""
    sara, recent = stored.signed_in(), RecentCallers(stored.container)
    first = identified(stored, sara, recent)
    again = list[object]()
    assert "session_digest" not in names_of_calls(lambda: again.append(identified(stored, sara, recent)))
    assert again == [first]
    assert again[0] is first


def test_a_session_that_ended_elsewhere_is_not_known_again(stored: App, other_worker: App) -> None:
    """A worker that has cached the caller refuses its next request; a later session of the same admin is another caller."""
    sara = stored.signed_in()
    recent = RecentCallers(stored.container)
    assert identified(stored, sara, recent) is not None
    assert other_worker.client(sara.cookie).post("/auth/logout/").status == 200
    assert identified(stored, sara, recent) is None
    assert identified(stored, stored.signed_in(), recent) is not None


def test_a_session_that_expired_is_not_known_again(app: App, sara: Client) -> None:
    """A session expires by the clock, without any change in the database."""
    recent = RecentCallers(app.container)
    assert identified(app, sara, recent) is not None
    app.clock.forward(timedelta(hours=13))
    assert identified(app, sara, recent) is None


def test_only_present_credentials_stay_in_memory(stored: App) -> None:
    """The cache keeps several callers, until sessions change."""
    sara, nima = stored.signed_in(), stored.signed_in("nima")
    recent = RecentCallers(stored.container)
    callers = [identified(stored, client, recent) for client in (sara, nima)]
    assert list(recent._callers.values()) == callers
    later = identified(stored, stored.signed_in("nima"), recent)
    assert list(recent._callers.values()) == [later]
