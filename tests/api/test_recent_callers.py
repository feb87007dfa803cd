"""The cache of callers: it answers repeated credentials, and only with the caller that they identify now."""

import gc
from collections.abc import Iterator
from datetime import timedelta
from types import FunctionType, ModuleType

from modeldesk.entrypoints.api.answer_reuse import AnswerReuse
from modeldesk.entrypoints.api.recent_callers import RecentCallers
from tests.support.app import App, Client
from tests.support.counted_calls import names_of_calls


def identified(app: App, client: Client, recent: RecentCallers) -> object:
    headers = [(b"cookie", f"admin_session_id={client.cookie}".encode())]
    return app.run(recent.identify({"headers": headers}))  # type: ignore[typeddict-item] # no more of a scope is read


def test_the_same_credentials_are_read_once(stored: App) -> None:
    """Repeated credentials give the same object; the session id is not hashed again."""
    sara, recent = stored.signed_in(), RecentCallers(stored.container)
    first = identified(stored, sara, recent)
    again = list[object]()
    assert "credential_digest" not in names_of_calls(lambda: again.append(identified(stored, sara, recent)))
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


def test_no_cache_holds_a_credential(stored: App) -> None:
    """A session id or token that a worker kept would be in each dump of its memory. Both callers are found again, and answered again."""
    sara, program = stored.signed_in(), stored.program("read")
    for caller in (sara, program):
        assert {caller.get("/ai-providers/").status for _ in range(3)} == {200}
    caches = [kept for kept in gc.get_objects() if isinstance(kept, RecentCallers | AnswerReuse) and kept.container is stored.container]
    callers, answers = (
        [dict(kept._callers) for kept in caches if isinstance(kept, RecentCallers)],
        [dict(kept._reusable) for kept in caches if isinstance(kept, AnswerReuse)],
    )
    assert (sum(map(len, callers)), sum(map(len, answers))) == (2, 2)
    texts = b"\n".join(texts_in([callers, answers]))
    assert b"sara" in texts
    for secret in filter(None, (sara.cookie, program.bearer)):
        assert secret.encode() not in texts


def texts_in(root: object) -> Iterator[bytes]:
    """Every text and bytes that can be reached from the object; code is not followed."""
    seen, left = set[int](), [root]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType):
            continue
        seen.add(id(one))
        if isinstance(one, str | bytes):
            yield one.encode("utf-8", "replace") if isinstance(one, str) else one
        left += gc.get_referents(one)
