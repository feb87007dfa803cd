"""The router of the panel: pages, authentication, error handlers."""

from functools import partial
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, route
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.owned_router import OwnedRouter
from modeldesk.entrypoints.panel import (
    account,
    admins,
    api_tokens,
    auditing,
    browsing,
    capabilities,
    changes,
    declared_models,
    editing,
    federated,
    help_page,
    importing,
    keys,
    new_provider,
    overview,
    providers,
    select_model,
    signing_in,
    statics,
    uses,
    webhooks,
)
from modeldesk.entrypoints.panel.authentication import Authentication
from modeldesk.entrypoints.panel.first_page import loading_first
from modeldesk.entrypoints.panel.forms import LARGEST_FORM, checked_form
from modeldesk.entrypoints.panel.languages import Languages, languages
from modeldesk.entrypoints.panel.pages import keep_compiled, load
from modeldesk.entrypoints.panel.refusals import handlers
from modeldesk.entrypoints.panel.responses import see_other
from modeldesk.entrypoints.panel.services import Panel
from modeldesk.entrypoints.rights import RIGHT

ROOT = "/admin"


@route("/", http_method=["GET", "HEAD"], include_in_schema=False)
async def bare_address() -> Response[bytes]:
    """Redirects the bare host to the panel. It stands outside the panel's router, so it needs no session."""
    return Response(b"", status_code=303, headers={"Location": f"{ROOT}/"})


@get(
    [
        "/account/password",
        "/account/sessions",
        "/keys/{slug:str}/{whose:str}/check",
        "/language",
        "/providers/{slug:str}/{capability:str}/refresh",
        "/providers/{slug:str}/{capability:str}/roll-back",
        "/sign-out",
        "/uses/{name:str}/roll-back",
        "/webhooks/{webhook:str}/enabled",
        "/webhooks/{webhook:str}/test",
    ],
    opt={RIGHT: Right.OPEN},
)
async def redirect_form_url(request: Request[Any, Any, Any]) -> Response[bytes]:
    """URLs that accept only POST, opened by GET after a sign-in or from the browser history. Their page is one level up."""
    return see_other(quote(str(request.scope["path"]).rstrip("/").rpartition("/")[0]))


@get("/{path:path}", opt={RIGHT: Right.READ})
async def not_found(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """Any other path below /admin: a 404 page, for signed-in admins only."""
    raise NotFoundException


def panel_router(container: Container, spoken: Languages | None = None) -> OwnedRouter:
    """The panel's router, in the shipped languages or in those given. It opens no connection. Templates are read for the first page."""

    def sessions() -> SignIn:
        return container.sign_in()

    panel = Panel(container, spoken or languages())
    container.identity_providers()  # its libraries take longer to load than the first visitor should wait
    keep_compiled(panel.languages)
    pages = (
        signing_in,
        federated,
        overview,
        providers,
        new_provider,
        browsing,
        select_model,
        editing,
        capabilities,
        declared_models,
        keys,
        importing,
        admins,
        account,
        api_tokens,
        auditing,
        changes,
        uses,
        webhooks,
        help_page,
        statics,
    )
    return OwnedRouter(
        ROOT,
        route_handlers=[*(handler for page in pages for handler in page.ROUTES), redirect_form_url, not_found],
        dependencies={"panel": Provide(lambda: panel, sync_to_thread=False), "form": Provide(checked_form)},
        request_max_body_size=LARGEST_FORM,
        middleware=[loading_first(partial(load, panel.languages)), Authentication(sessions, container.settings().own_origins)],
        exception_handlers=handlers(panel),
        include_in_schema=False,
    )
