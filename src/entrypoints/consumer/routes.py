"""The routers of what products ask."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import Middleware

from modeldesk.entrypoints.api.problems import http_error
from modeldesk.entrypoints.consumer import events, ofrep, openai_models, resolve
from modeldesk.entrypoints.owned_router import OwnedRouter

PREFIXES = (events.PATH, resolve.PREFIX, ofrep.PREFIX, openai_models.PREFIX)
Shape: TypeAlias = Callable[[Request[Any, Any, Any], HTTPException], Response[Any]]
SHAPES: Mapping[str, Shape] = {ofrep.PREFIX: ofrep.http_refused, openai_models.PREFIX: openai_models.http_refused}
"""The protocols that have errors of their own, by the beginning of their paths."""


def consumer_routers(guards: Sequence[Middleware], by_ticket: Middleware, security: Sequence[dict[str, list[str]]]) -> list[OwnedRouter]:
    """One router for each protocol, with its own shape of errors. `by_ticket` also admits holders of a ticket for event streams."""
    guarded = OwnedRouter(
        "/",
        route_handlers=[
            OwnedRouter(resolve.PREFIX, route_handlers=resolve.ROUTES),
            OwnedRouter(ofrep.PREFIX, route_handlers=ofrep.ROUTES, exception_handlers=ofrep.HANDLERS),
            OwnedRouter(openai_models.PREFIX, route_handlers=openai_models.ROUTES, exception_handlers=openai_models.HANDLERS),
        ],
        middleware=guards,
        security=security,
    )
    streams = OwnedRouter("/", route_handlers=events.ROUTES, middleware=[by_ticket], security=security)
    return [guarded, streams, OwnedRouter(openai_models.PREFIX, route_handlers=[openai_models.not_a_proxy])]


def http_refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An HTTP error in the shape of the protocol of its path, also where no route takes the path or the method."""
    path = f"{request.scope['path']}/"
    shape = next((shape for prefix, shape in SHAPES.items() if path.startswith(f"{prefix}/")), http_error)
    return shape(request, error)
