"""Routers that are not copied."""

import pytest
from litestar import Litestar, get
from litestar.exceptions import ImproperlyConfiguredException

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
