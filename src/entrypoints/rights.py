"""The rights gate of API and panel: each route declares the right that it requires; a route that declares none is never served."""

from litestar import Litestar
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.access.permissions import Right, require_right

RIGHT = "right"
"""The handler option that holds the `Right`."""

PREFLIGHT_METHODS = {"OPTIONS"}
"""Handlers that Litestar adds to every path; they only list its methods."""


def declared_right(handler: BaseRouteHandler) -> Right:
    """The right that the handler requires. Raises ImproperlyConfiguredException if it declares none, so that it is never served."""
    right = handler.opt.get(RIGHT)
    if not isinstance(right, Right):
        raise ImproperlyConfiguredException(f"{handler} declares no right")
    return right


def require_declared_right(right: Right, caller: Caller | None) -> None:
    """Checks the caller against the rights table. An anonymous caller passes; authentication has refused it before. Raises NotAllowed."""
    if caller is not None:
        require_right(right, caller.admin.role, caller.token.scopes if isinstance(caller, TokenIdentity) else None)


def require_declared_rights(app: Litestar, below: str) -> None:
    """Raises ImproperlyConfiguredException if a route below a path declares no right, or is not HTTP and would bypass the gate."""
    for route in app.routes:
        if not f"{route.path}/".startswith(f"{below}/"):
            continue
        if not isinstance(route, HTTPRoute):
            raise ImproperlyConfiguredException(f"{route.path} is not HTTP, and would pass by the gate")
        for handler in route.route_handlers:
            if handler.http_methods != PREFLIGHT_METHODS:
                declared_right(handler)
