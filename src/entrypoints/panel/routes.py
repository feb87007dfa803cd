"""All pages under /admin, the way to them, the layer before them, and what becomes of errors."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, Router, get, route
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.panel import (
    account,
    admins,
    api_tokens,
    auditing,
    browsing,
    editing,
    importing,
    keys,
    overview,
    providers,
    select_model,
    signing_in,
    statics,
)
from modeldesk.entrypoints.panel.authentication import Entrance
from modeldesk.entrypoints.panel.forms import meant_form
from modeldesk.entrypoints.panel.languages import languages
from modeldesk.entrypoints.panel.pages import environment
from modeldesk.entrypoints.panel.refusals import handlers
from modeldesk.entrypoints.panel.responses import see_other
from modeldesk.entrypoints.panel.services import Panel
from modeldesk.entrypoints.rights import RIGHT

ROOT = "/admin"


@route("/", http_method=["GET", "HEAD"], include_in_schema=False)
async def bare_address() -> Response[bytes]:
    """Who types the host alone is led to the panel. For a router above this one: nobody is asked who they are."""
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
    ],
    opt={RIGHT: Right.OPEN},
)
async def redirect_form_url(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Addresses that take forms alone, opened by themselves: after a sign-in, or from a browser's history. Their page is one step up."""
    return see_other(quote(str(request.scope["path"]).rstrip("/").rpartition("/")[0]))


@get("/{path:path}", opt={RIGHT: Right.READ})
async def not_found(request: Request[Any, Any, Any], path: FromPath[str]) -> Response[bytes]:
    """Whatever else stands below /admin is told as a page, and to who is signed in alone."""
    raise NotFoundException


def panel_router(container: Container) -> Router:
    """The panel over this container; opens nothing, and reads its catalogues and templates once a process."""

    def sessions() -> SignIn:
        return container.sign_in()

    panel = Panel(container, languages())
    for language in panel.languages.all:
        environment(language)
    pages = (
        signing_in,
        overview,
        providers,
        browsing,
        select_model,
        editing,
        keys,
        importing,
        admins,
        account,
        api_tokens,
        auditing,
        statics,
    )
    return Router(
        ROOT,
        route_handlers=[*(handler for page in pages for handler in page.ROUTES), redirect_form_url, not_found],
        dependencies={"panel": Provide(lambda: panel, sync_to_thread=False), "form": Provide(meant_form)},
        middleware=[Entrance(sessions, container.settings().own_origins)],
        exception_handlers=handlers(panel),
        include_in_schema=False,
    )
