"""The rights gate of API and panel: each route declares the right that it requires; a route that declares none is never served."""

from litestar import Litestar
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.access.permissions import Right, require_right

RIGHT = "right"
"""The handler option that holds the `Right`."""

ASKING_WHETHER = {"OPTIONS"}
"""The methods of the handlers that Litestar adds to every path: they tell its methods, and nothing else."""


def declared_right(handler: BaseRouteHandler) -> Right:
    """What the handler needs of its caller. Raises ImproperlyConfiguredException where nobody said it: that is no reason to serve it."""
    right = handler.opt.get(RIGHT)
    if not isinstance(right, Right):
        raise ImproperlyConfiguredException(f"{handler} declares no right")
    return right


def require_declared_right(right: Right, caller: Caller | None) -> None:
    """Checks the caller by the one table of rights. Nobody is checked here: who must be somebody is told to sign in before. Raises NotAllowed."""
    if caller is not None:
        require_right(right, caller.admin.role, caller.token.scopes if isinstance(caller, TokenIdentity) else None)


def must_declare_rights(app: Litestar, below: str) -> None:
    """Raises ImproperlyConfiguredException where a route `below` a path declares no right, or is of a kind that the gate does not see."""
    for route in app.routes:
        if not f"{route.path}/".startswith(f"{below}/"):
            continue
        if not isinstance(route, HTTPRoute):
            raise ImproperlyConfiguredException(f"{route.path} is not HTTP, and would pass by the gate")
        for handler in route.route_handlers:
            if handler.http_methods != ASKING_WHETHER:
                declared_right(handler)
