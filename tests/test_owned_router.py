"""Routers that are not copied."""

from typing import Any

import pytest
from litestar import Litestar, asgi, get, post
from litestar.exceptions import ImproperlyConfiguredException
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from modeldesk.entrypoints.owned_router import OwnedRouter


@get("/")
async def index() -> str:
    """Something to serve."""
    return ""


def test_an_application_owns_the_very_router_and_its_routers() -> None:
    """With what each of them adds to its handlers."""
    inner = OwnedRouter("/inner", route_handlers=[index], opt={"inner": 1})
    outer = OwnedRouter("/outer", route_handlers=[inner], opt={"outer": 2})
    app = Litestar([outer], logging_config=None)
    assert (inner.owner, outer.owner) == (outer, app)
    handler = next(route for route in app.routes if route.path == "/outer/inner").route_handlers[0]
    assert handler.opt == {"inner": 1, "outer": 2}


def test_handlers_may_be_registered_in_many() -> None:
    """Each application has its own."""
    apps = [Litestar([OwnedRouter(f"/{name}", route_handlers=[index], opt={"name": name})], logging_config=None) for name in "ab"]
    for app, name in zip(apps, "ab", strict=True):
        (route,) = (route for route in app.routes if route.path == f"/{name}")
        assert {handler.opt["name"] for handler in route.route_handlers} == {name}


def test_a_router_has_one_owner() -> None:
    """A second one would share its handlers."""
    router = OwnedRouter("/", route_handlers=[index])
    Litestar([router], logging_config=None)
    with pytest.raises(ImproperlyConfiguredException, match="belongs to an application already"):
        Litestar([router], logging_config=None)


def test_it_has_routes_of_http_alone() -> None:
    """Others would be lost, since the router keeps the methods of its paths itself."""

    @asgi("/raw")
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        """Never called."""

    with pytest.raises(ImproperlyConfiguredException, match="HTTP alone"):
        OwnedRouter("/", route_handlers=[raw])


@get("/one")
async def first() -> str:
    """Something to serve."""
    return ""


@post("/one")
async def second() -> str:
    """The same path by another method."""
    return ""


def test_one_handler_answers_options_on_all_paths_of_a_router() -> None:
    """With the methods of the path; a router inside keeps its own, which stands behind its middleware."""
    inner = OwnedRouter("/inner", route_handlers=[index])
    outer = OwnedRouter("/outer", route_handlers=[inner, index, first, second])
    app = Litestar([outer], logging_config=None, openapi_config=None)
    listing = {route.path: route.route_handler_map["OPTIONS"][0] for route in app.routes if isinstance(route, HTTPRoute)}
    assert listing["/outer"] is listing["/outer/one"]
    assert (listing["/outer"].owner, listing["/outer/inner"].owner) == (outer, inner)
    with TestClient(app) as client:
        allowed = {path: client.options(path).headers["allow"] for path in listing}
    assert allowed == {"/outer": "GET, HEAD, OPTIONS", "/outer/inner": "GET, HEAD, OPTIONS", "/outer/one": "GET, HEAD, OPTIONS, POST"}
