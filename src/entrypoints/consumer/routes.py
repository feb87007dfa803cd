"""The routers of what products ask."""

from collections.abc import Sequence

from litestar import Router
from litestar.types import Middleware

from modeldesk.entrypoints.consumer import events, ofrep, openai_models, resolve

PREFIXES = (events.PATH, resolve.PREFIX, ofrep.PREFIX, openai_models.PREFIX)


def consumer_routers(guards: Sequence[Middleware], by_ticket: Middleware, security: Sequence[dict[str, list[str]]]) -> list[Router]:
    """One router for each protocol, with its own shape of errors. `by_ticket` also admits holders of a ticket for event streams."""
    guarded = Router(
        "/",
        route_handlers=[
            Router(resolve.PREFIX, route_handlers=resolve.ROUTES),
            Router(ofrep.PREFIX, route_handlers=ofrep.ROUTES, exception_handlers=ofrep.HANDLERS),
            Router(openai_models.PREFIX, route_handlers=openai_models.ROUTES, exception_handlers=openai_models.HANDLERS),
        ],
        middleware=guards,
        security=security,
    )
    streams = Router("/", route_handlers=events.ROUTES, middleware=[by_ticket], security=security)
    return [guarded, streams, Router(openai_models.PREFIX, route_handlers=[openai_models.not_a_proxy])]
