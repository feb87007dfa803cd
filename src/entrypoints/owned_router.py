"""Routers that one application owns, so that its start need not copy them."""

from collections.abc import Mapping
from typing import Any, Self

from litestar import Router
from litestar.exceptions import ImproperlyConfiguredException
from litestar.routes import HTTPRoute

OPTIONS = {"OPTIONS"}


class OwnedRouter(Router):
    """Litestar copies a router with all handlers and signatures when it registers it, because it may be registered again. This one may not."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        # Litestar's answer to OPTIONS names only the methods of a path's first handler. The application adds a handler that names all.
        for route in self.routes:
            if isinstance(route, HTTPRoute):
                route.route_handlers = [handler for handler in route.route_handlers if handler.http_methods != OPTIONS]

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        if self.owner is not None:
            raise ImproperlyConfiguredException(f"the router of {self.path} belongs to an application already")
        return self
