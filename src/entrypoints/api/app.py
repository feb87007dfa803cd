"""The ASGI application: routes, middleware, start and shutdown."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Server
from litestar.types import Method, Middleware, Scope

from modeldesk.domain.errors import Unavailable
from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.services.resolution import Outcome
from modeldesk.entrypoints.api import (
    admins,
    audit,
    auth,
    capabilities,
    changes,
    dashboard,
    declaration_schema,
    dependents,
    health,
    keys,
    metrics,
    models,
    openapi_page,
    providers,
    sessions,
    tokens,
    uses,
    webhooks,
)
from modeldesk.entrypoints.api.answer_reuse import AnswerReuse, keeping_answers, reusing_answers
from modeldesk.entrypoints.api.authentication import Authentication
from modeldesk.entrypoints.api.beside_requests import beside_requests
from modeldesk.entrypoints.api.conditional import ConditionalAnswers
from modeldesk.entrypoints.api.credentials import BEARER, ticket_holder
from modeldesk.entrypoints.api.direct_handlers import calling_directly
from modeldesk.entrypoints.api.head_bounds import bounded
from modeldesk.entrypoints.api.headers import complete_headers
from modeldesk.entrypoints.api.no_events import NoEvents
from modeldesk.entrypoints.api.problems import HANDLERS
from modeldesk.entrypoints.api.recent_callers import RecentCallers
from modeldesk.entrypoints.api.request_deadline import with_deadline
from modeldesk.entrypoints.api.services import Services
from modeldesk.entrypoints.api.tracing import traced
from modeldesk.entrypoints.base_path import served_below
from modeldesk.entrypoints.client_address import client_address, is_direct_from_this_machine
from modeldesk.entrypoints.consumer.evaluation_bound import EvaluationBound
from modeldesk.entrypoints.consumer.event_hub import EventHub
from modeldesk.entrypoints.consumer.flag_answers import FlagAnswers
from modeldesk.entrypoints.consumer.flags_state import FlagsState
from modeldesk.entrypoints.consumer.routes import PREFIXES, consumer_routers, http_refused
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import closing
from modeldesk.entrypoints.list_work import computed
from modeldesk.entrypoints.optional_packages import hidden
from modeldesk.entrypoints.owned_router import OwnedRouter
from modeldesk.entrypoints.panel.routes import ROOT, bare_address, panel_router
from modeldesk.entrypoints.responses.fragments import Joined
from modeldesk.entrypoints.rights import require_declared_rights
from modeldesk.entrypoints.session_cookie import COOKIE

LOGGER = logging.getLogger(__name__)
MANY_PROVIDERS = 100
"""From this number on, the overview is made before the first request. Each provider takes a tenth of a millisecond, in which the worker answers nobody."""

LARGEST_BODY = 1024 * 1024
EVENT_HUB = "event_hub"
"""The name of the event hub in the state of the application; a server closes it to end the streams."""

MEASUREMENTS = "measurements"
"""The name of the measurements in the state of the application; a worker begins its own there."""

PREFIX = "/api/admin"
"""The prefix of all routes that require a right."""


def create_app(container: Container, panel: Router | None = None) -> Litestar:
    """Creates the application. It opens no connection before it is started. `panel` takes the place of the usual one."""

    def snapshots() -> Snapshots:
        return container.store()

    settings = container.settings()
    flags = FlagAnswers()
    hub = _event_hub(container, flags)
    measurements, conditional = container.measurements(), ConditionalAnswers(snapshots)
    reuse = AnswerReuse(container, conditional)
    evaluations = EvaluationBound(settings.evaluations_per_second, container.clock())
    services = Services(container, conditional, hub, evaluations, measurements, flags=flags)
    direct = calling_directly(services)
    application = _litestar(
        [
            *_guarded(container, keeping_answers(reuse), direct),
            OwnedRouter("/", route_handlers=health.ROUTES, middleware=[direct]),
            panel or panel_router(container),
            bare_address,
            *openapi_page.ROUTES,
            *declaration_schema.ROUTES,
        ],
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers={**HANDLERS, HTTPException: http_refused},
        request_max_body_size=LARGEST_BODY,
        openapi_config=_openapi(settings.base_path),
        lifespan=[_lifespan(container, hub)],
        logging_config=None,
        state=State({EVENT_HUB: hub, MEASUREMENTS: measurements}),
    )
    for below in (PREFIX, metrics.PATH, *PREFIXES, ROOT):
        require_declared_rights(application, below)
    # Wraps the whole application, because Litestar's middleware does not run for unknown paths.
    traced_application = traced(
        with_deadline(reusing_answers(reuse, bounded(application.asgi_handler)), container.deadline),
        lambda scope: client_address(scope, settings.trusted_proxies),
        complete_headers(settings.allowed_origins, is_https=settings.is_https),
        measurements.request,
    )
    application.asgi_handler = served_below(settings.base_path, traced_application)
    return application


def _event_hub(container: Container, flags: FlagAnswers) -> EventHub:
    async def answered(outcomes: Sequence[Outcome]) -> Joined:
        return await computed(container, len(outcomes), flags.of, outcomes)

    return EventHub(FlagsState(container.store, container.resolver, container.clock(), answered).look)


def _litestar(*given: Any, **options: Any) -> Litestar:
    """The framework's application, without its events, and without the plugin that it adds where pydantic is installed."""
    with hidden("pydantic"):
        return Litestar(*given, event_emitter_backend=NoEvents, **options)


def _guarded(container: Container, keeping: Middleware, direct: Middleware) -> list[OwnedRouter]:
    """The routes behind a session or a token: for admins, and for products."""

    recent = RecentCallers(container)

    async def identify_caller(scope: Scope) -> Caller | None:
        return await recent.identify(scope)

    settings = container.settings()

    async def identify_by_ticket(scope: Scope) -> Caller | None:
        return await ticket_holder(scope, container.api_tokens) or await identify_caller(scope)

    origins = (*settings.own_origins, *settings.allowed_origins)
    authentication, by_ticket = Authentication(identify_caller, origins), Authentication(identify_by_ticket, origins)
    security: list[dict[str, list[str]]] = [{COOKIE: []}, {BEARER: []}]
    api = OwnedRouter(
        PREFIX,
        route_handlers=[
            *(*auth.ROUTES, *admins.ROUTES, *tokens.ROUTES, *sessions.ROUTES, *audit.ROUTES),
            *(*providers.ROUTES, *capabilities.ROUTES, *keys.ROUTES, *models.ROUTES, *changes.ROUTES, *dependents.ROUTES, *uses.ROUTES),
            *(*webhooks.ROUTES, *dashboard.ROUTES),
        ],
        middleware=[keeping, authentication, direct],
        security=security,
    )
    locally = Authentication(identify_caller, origins, lambda scope: is_direct_from_this_machine(scope, settings))
    scraped = OwnedRouter("/", route_handlers=metrics.ROUTES, middleware=[locally], security=[*security, {}])
    return [api, scraped, *consumer_routers((keeping, authentication), by_ticket, security)]


def _lifespan(container: Container, hub: EventHub) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with closing(container.opened()):
            await _warm(container)
            async with beside_requests(container, hub):
                yield

    return lifespan


async def _warm(container: Container) -> None:
    """Loads the snapshot before the first request, and makes the overview of many providers. Of few it is made when somebody asks for it.

    Without a database the application starts nevertheless; /health/ready reports it until the database is back.
    """
    try:
        snapshot = await container.store().current()
        if len(snapshot.providers) >= MANY_PROVIDERS:
            await container.dashboard().overview()
        for alike in snapshot.access.admins_alike:
            LOGGER.warning("admins that look like one in the audit log: %s", ", ".join(ascii(admin.name) for admin in alike))
    except Unavailable as error:
        LOGGER.warning("serving, but not ready: %s", error)


def operation_id(handler: HTTPRouteHandler, method: Method, _: object) -> str:
    """The name of the handler, which is stable if the path changes. HEAD gets a suffix."""
    return f"{handler.handler_name}_head" if method == "HEAD" else handler.handler_name


def _openapi(base_path: str) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Modeldesk",
        version=version("modeldesk"),
        description="Registry of AI providers, their models, and the active model of each provider and capability.",
        servers=[Server(url=base_path or "/")],
        openapi_router=openapi_page.router(),
        render_plugins=[JsonRenderPlugin(), openapi_page.PlainPage()],
        components=Components(
            security_schemes={
                COOKIE: SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE),
                BEARER: SecurityScheme(type="http", scheme="bearer", description="an API token; super admins create them at /tokens/"),
            }
        ),
        use_handler_docstrings=True,
        operation_id_creator=operation_id,
    )
