"""Routers that one application owns, so that its start need not copy them."""

from collections.abc import Mapping
from typing import Any, Self

from litestar import Request, Response, Router
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import HTTPRouteHandler, route
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ControllerRouterHandler

OPTIONS = {"OPTIONS"}


class OwnedRouter(Router):
    """Litestar copies a router with all handlers and signatures when it registers it, because it may be registered again. This one may not.

    One handler answers OPTIONS on all of its paths. Litestar's own is made anew for each path, twice, and names only the methods of a path's
    first handler.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        listing = _listing_methods()
        listing.owner = self
        for registered in self.routes:
            if isinstance(registered, HTTPRoute):
                others = [
                    handler for handler in registered.route_handlers if not (handler.http_methods == OPTIONS and handler.owner is self)
                ]
                has_own = any(handler.http_methods == OPTIONS for handler in others)  # that of a router inside this one
                registered.route_handlers = others if has_own else [*others, listing]

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        """As Litestar's. Whatever answers GET answers HEAD too, as HTTP demands of every resource (RFC 9110, section 9.1)."""
        if isinstance(value, HTTPRouteHandler) and "GET" in value.http_methods:
            value.http_methods = {*value.http_methods, "HEAD"}
        return super().register(value)

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        if self.owner is not None:
            raise ImproperlyConfiguredException(f"the router of {self.path} belongs to an application already")
        return self


def _listing_methods() -> HTTPRouteHandler:
    @route(http_method="OPTIONS", include_in_schema=False, sync_to_thread=False)
    def list_methods(request: Request[Any, Any, Any]) -> Response[None]:
        """The methods of the path, of all its handlers."""
        path = request.scope["path_template"]
        methods = {method for one in request.app.routes if one.path_format == path for method in one.methods}
        return Response(None, status_code=204, headers={"Allow": ", ".join(sorted(methods))}, media_type="text/plain")

    return list_methods
