"""Routers that one application owns, so that its start need not copy them."""

from collections.abc import Mapping
from typing import Any, Self

from litestar import Litestar, Request, Response, Router
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ControllerRouterHandler
from litestar.types.internal_types import PathParameterDefinition, RouteHandlerMapItem


class OwnedRouter(Router):
    """Litestar copies a router with all handlers and signatures when it registers it, because it may be registered again. This one may not.

    It has routes of HTTP alone. One handler answers OPTIONS on all of its paths. Litestar's own is made anew for each path, twice, and names
    only the methods of a path's first handler.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        self._listing = MethodsListing()(list_methods)
        self._listing.owner = self
        self._listed = set[str]()
        self._methods = dict[str, RouteHandlerMapItem]()
        super().__init__(*given, **options)

    def get_route_handler_map(self, value: Any) -> dict[str, RouteHandlerMapItem]:  # type: ignore[override] # called on a router alone
        """As Litestar's, and with our handler for OPTIONS where a path has none."""
        found = super().get_route_handler_map(value)
        if isinstance(value, HTTPRouteHandler):
            for path in found.keys() - self._listed:
                found[path].setdefault("OPTIONS", self._listing)
            self._listed.update(found)
        return found

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        """As Litestar's. Whatever answers GET answers HEAD too, as HTTP demands of every resource (RFC 9110, section 9.1)."""
        if isinstance(value, HTTPRouteHandler) and "GET" in value.http_methods:
            value.http_methods = {*value.http_methods, "HEAD"}
        registered = super().register(value)
        for one in registered:
            if not isinstance(one, HTTPRoute):
                raise ImproperlyConfiguredException(f"{one.path}: this router has routes of HTTP alone")
            self._methods[one.path] = {method: handler for handler in one.route_handlers for method in handler.http_methods}
        return registered

    @property
    def route_handler_method_map(self) -> dict[str, RouteHandlerMapItem]:
        """The handlers of each path. Litestar's own goes through all routes again for each handler that is registered."""
        return self._methods

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        if self.owner is not None:
            raise ImproperlyConfiguredException(f"the router of {self.path} belongs to an application already")
        return self


class MethodsListing(HTTPRouteHandler):
    """Is prepared once for all of its paths: it takes nothing of them but the request."""

    def __init__(self) -> None:
        super().__init__(http_method="OPTIONS", include_in_schema=False, sync_to_thread=False)
        self._model: Any = None

    def on_registration(self, app: Litestar) -> None:
        if self._model is None:
            super().on_registration(app)

    def create_kwargs_model(self, path_parameters: dict[str, PathParameterDefinition]) -> Any:
        if self._model is None:
            self._model = super().create_kwargs_model({})
        return self._model


def list_methods(request: Request[Any, Any, Any]) -> Response[None]:
    """The methods of the path, of all its handlers."""
    path = request.scope["path_template"]
    methods = {method for one in request.app.routes if one.path_format == path for method in one.methods}
    return Response(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))}, media_type="text/plain")
