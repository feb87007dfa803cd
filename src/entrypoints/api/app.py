"""The application: routes, layers before them, headers on every answer."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from attrs import evolve
from dependency_injector import providers as injection
from litestar import Litestar, Router
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope

from modeldesk.entrypoints.api import auth, dashboard, health, models, providers
from modeldesk.entrypoints.api.authentication import COOKIE, Authentication
from modeldesk.entrypoints.api.conditional import ConditionalAnswers
from modeldesk.entrypoints.api.document import PlainPage
from modeldesk.entrypoints.api.problems import HANDLERS
from modeldesk.entrypoints.api.services import Services
from modeldesk.entrypoints.container import Container, closing
from modeldesk.entrypoints.settings import load_settings

LARGEST_BODY = 1024 * 1024
BIND = "_MODELDESK_BIND"
"""How `serve` tells its worker processes where it listens; not a setting of anybody's."""

POLICY = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", POLICY.encode()),
)


def create_app(container: Container) -> Litestar:
    """Everything wired; opens nothing before it is started."""
    settings = container.settings()
    services = Services(container, ConditionalAnswers(container.desk()))
    origins = (*settings.own_origins, *settings.allowed_origins)
    api = Router(
        "/api/admin",
        route_handlers=[*auth.ROUTES, *providers.ROUTES, *models.ROUTES, *dashboard.ROUTES],
        middleware=[Authentication(lambda: container.accounts(), origins)],
        security=[{COOKIE: []}],
    )
    return Litestar(
        [api, *health.ROUTES, _static_files()],
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        request_max_body_size=LARGEST_BODY,
        before_send=[_add_headers],
        cors_config=_cross_origin(settings.allowed_origins),
        openapi_config=_openapi(),
        lifespan=[_lifespan(container)],
        logging_config=None,
    )


def application() -> Litestar:
    """For a server that makes the application in each of its processes."""
    settings = load_settings()
    if bind := os.environ.get(BIND):
        host, _, port = bind.rpartition(":")
        settings = evolve(settings, host=host, port=int(port))
    return create_app(Container(settings=injection.Object(settings)))


def _lifespan(container: Container) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with closing(container):
            yield

    return lifespan


async def _add_headers(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *HEADERS]


def _cross_origin(allowed: Sequence[str]) -> CORSConfig | None:
    """Headers for the pages of other origins that an operator listed, and for no others."""
    if not allowed:
        return None
    return CORSConfig(
        allow_origins=list(allowed),
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type", "X-CSRF-Token", "If-None-Match"],
        expose_headers=["ETag", "Retry-After"],
        allow_credentials=True,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Modeldesk",
        version=version("modeldesk"),
        description="Which vendors of AI models a platform uses, which models they offer, and which one is active for each use.",
        path="/schema",
        render_plugins=[JsonRenderPlugin(), PlainPage()],
        components=Components(security_schemes={COOKIE: SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE)}),
        use_handler_docstrings=True,
    )


def _static_files() -> Router:
    return create_static_files_router("/static", [Path(__file__).with_name("static")], include_in_schema=False)
