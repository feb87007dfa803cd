"""The gate: no route is served that does not say which right it needs."""

from typing import Any

import pytest
from litestar import Litestar, Router, WebSocket, get, websocket
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Scope

from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.api.authentication import Authentication
from modeldesk.entrypoints.api.credentials import caller_of
from modeldesk.entrypoints.api.dashboard import show_overview
from modeldesk.entrypoints.panel.overview import overview_page
from modeldesk.entrypoints.rights import RIGHT, require_declared_rights
from tests.support.app import App


@get("/silent")
async def silent() -> str:
    """Says nothing of rights."""
    return "told"


@get("/mistaken", opt={RIGHT: "read"})
async def mistaken() -> str:
    """Says it in a way that nobody reads."""
    return "told"


@get("/clear", opt={RIGHT: Right.READ})
async def clear() -> str:
    return "told"


@websocket("/open-line", opt={RIGHT: Right.READ})
async def open_line(socket: WebSocket[Any, Any, Any]) -> None:
    """Of a kind that the gate does not see."""


@pytest.mark.parametrize("handler", [silent, mistaken, open_line])
def test_no_application_starts_with_it(handler: Any) -> None:
    """Below the guarded path; elsewhere it is nobody's matter."""
    with pytest.raises(ImproperlyConfiguredException):
        require_declared_rights(with_routes("/api/admin", handler), "/api/admin")
    require_declared_rights(with_routes("/api/administration", handler), "/api/admin")


def with_routes(path: str, handler: Any) -> Litestar:
    """Without Litestar's logging, which would configure the whole process."""
    return Litestar([Router(path, route_handlers=[clear, handler])], openapi_config=None, logging_config=None)


@pytest.mark.parametrize("handler", [show_overview, overview_page], ids=["API", "panel"])
def test_our_own_application_is_held_to_it(app: App, handler: HTTPRouteHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route or a page that forgets its right stops the start."""
    create_app(app.container)
    monkeypatch.delitem(handler.opt, RIGHT)
    with pytest.raises(ImproperlyConfiguredException, match="declares no right"):
        create_app(app.container)


def test_what_slips_in_is_not_served() -> None:
    """Where the start did not look, the gate does: not even a super admin is let through."""

    async def identify(scope: Scope) -> Caller | None:
        return await caller_of(scope, app.container.sign_in, app.container.api_tokens)

    with App(is_reusable=False) as app:
        app.litestar.register(Router("/api/admin", route_handlers=[silent, clear], middleware=[Authentication(identify, ())]))
        sara = app.fill().signed_in()
        assert sara.get("/clear/").body == b"told"
        answer = sara.get("/silent/")
        assert answer.status == 500
        assert b"told" not in answer.body
