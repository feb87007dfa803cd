"""Handlers that are called without the framework's injection answer as they would with it."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from modeldesk.adapters.memory.contents import Contents
from modeldesk.entrypoints.api.direct_handlers import DIRECT
from tests.support.app import API, App
from tests.support.asgi import Answer

MODEL = {"provider": "acme", "capability": "chat", "model_id": "large"}
SLOT = {"provider": "acme", "capability": "chat"}
SELECT, DESELECT, ROLL_BACK = (f"{API}/ai-models/{name}/" for name in ("select-model", "deselect-model", "rollback"))
Asked: TypeAlias = tuple[str, str, object, Mapping[str, str]]
WRITES: Sequence[Asked] = (
    ("POST", SELECT, MODEL, {}),
    ("POST", SELECT, {**MODEL, "model_id": "small"}, {"if-match": '"1"', "idempotency-key": "one"}),
    ("POST", SELECT, {**MODEL, "model_id": "small"}, {"if-match": '"1"', "idempotency-key": "one"}),
    ("POST", ROLL_BACK, SLOT, {}),
    ("POST", DESELECT, SLOT, {"if-match": '"3"'}),
    ("POST", DESELECT, SLOT, {"if-match": '"3"'}),
)
REFUSED: Sequence[Asked] = (
    ("POST", SELECT, {**MODEL, "provider": "nowhere"}, {}),
    ("POST", SELECT, {**MODEL, "provider": "switched-off"}, {}),
    ("POST", SELECT, {"provider": 5, "more": 1}, {}),
    ("POST", SELECT, b"{", {}),
    ("POST", SELECT, b"x" * 1_100_000, {}),
    ("POST", SELECT, MODEL, {"content-type": "text/plain"}),
    ("POST", SELECT, MODEL, {"if-match": "new"}),
    ("POST", SELECT, MODEL, {"origin": "https://elsewhere.example"}),
    ("POST", f"{SELECT}?force=1", MODEL, {}),
    ("POST", ROLL_BACK, {**SLOT, "capability": "content"}, {}),
    ("GET", SELECT, None, {}),
    ("OPTIONS", SELECT, None, {}),
)
PROBES: Sequence[Asked] = tuple(
    (method, path, None, {}) for path in ("/health/live", "/health/ready/") for method in ("GET", "HEAD", "POST", "OPTIONS")
)


def direct_handlers(app: App) -> list[HTTPRouteHandler]:
    routes = [route for route in app.litestar.routes if isinstance(route, HTTPRoute)]
    return [handler for route in routes for handler in route.route_handlers if DIRECT in handler.opt]


@pytest.mark.parametrize("asked", [WRITES, REFUSED, PROBES], ids=["writes", "refusals", "probes"])
def test_they_answer_as_with_the_framework(built: tuple[App, Contents], asked: Sequence[Asked]) -> None:
    """Status, headers and bytes, with a session, with a token that lacks the right, and without either."""
    app, contents = built
    directly = told(app.renew(contents), asked)
    with by_the_framework(app):
        assert told(app.renew(contents), asked) == directly


@contextmanager
def by_the_framework(app: App) -> Iterator[None]:
    handlers = direct_handlers(app)
    for handler in handlers:
        del handler.opt[DIRECT]
    try:
        yield
    finally:
        for handler in handlers:
            handler.opt[DIRECT] = True


def told(app: App, asked: Sequence[Asked]) -> list[Any]:
    callers = [app.signed_in(), app.program("read"), app.client()]
    return [plain(client.ask(method, path, body, headers)) for client in callers for method, path, body, headers in asked]


def plain(answer: Answer) -> Any:
    return answer.status, [header for header in answer.headers if header[0] != "x-request-id"], answer.body


def test_they_need_nothing_that_is_left_out(app: App) -> None:
    """The request and the services alone; no guard, hook or cache of the framework."""
    found = direct_handlers(app)
    assert {handler.handler_name for handler in found} == {"live", "ready", "select_model", "deselect_model", "roll_back"}
    for handler in found:
        assert list(inspect.signature(handler.fn).parameters) == ["request", "services"]
        assert inspect.iscoroutinefunction(handler.fn)
        assert not handler.resolve_guards()
        hooks = (handler.before_request, handler.after_request, handler.after_response, handler.resolve_before_request())
        assert not any((*hooks, handler.resolve_after_response(), handler.cache))
