"""Sign-in by identity providers, sign-out there, and one-time links of the operator."""

import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import Provide
from litestar.params import FromPath

from modeldesk.domain.errors import FederatedSignInRefused, IdentityProviderUnavailable, ModeldeskError, NotAllowed, TooManyAttempts
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.sign_in_flow import FLOW_LIFETIME, ProviderAnswer, SignInFlow
from modeldesk.entrypoints.client_device import client_device
from modeldesk.entrypoints.error_status import status_of
from modeldesk.entrypoints.log_redaction import redact_in_request
from modeldesk.entrypoints.panel.authentication import HOME, SIGN_IN, safe_url
from modeldesk.entrypoints.panel.forms import GivenForm, open_form
from modeldesk.entrypoints.panel.responses import see_other
from modeldesk.entrypoints.panel.services import GivenPanel, Panel
from modeldesk.entrypoints.panel.signing_in import session_cookie_of, sign_in_page_of
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import header_values, session_of

LOGGER = logging.getLogger(__name__)

COOKIE = "admin_sign_in_flow"
PARTS = re.compile(r"([A-Za-z0-9_-]{43})\.([a-z0-9-]{1,64})\.([0-9]{1,12})\.([A-Za-z0-9_=-]{0,3000})")
"""Secret, provider, end, and the page to return to."""

LONGEST_PARAMETER = 4_000
FORM = {"form": Provide(open_form)}


@get("/sign-in/with/{provider:str}", opt={RIGHT: Right.OPEN})
async def begin(request: Request[Any, Any, Any], panel: GivenPanel, provider: FromPath[str]) -> Response[bytes]:
    """Sends the browser to the provider. A link and not a form: browsers apply `form-action` of our policy to redirects too."""
    url = safe_url(request.query_params.get("next", HOME))
    try:
        flow, target = await panel.container.federated_sign_in().begin(provider, _redirect_uri(panel, request, provider))
    except IdentityProviderUnavailable as error:
        return await _refused(panel, request, error, url)
    return see_other(target, [_flow_cookie(panel, f"{flow.secret}.{flow.provider}.{int(flow.expires_at.timestamp())}.{_packed(url)}")])


@get("/sign-in/with/{provider:str}/callback", opt={RIGHT: Right.OPEN})
async def finish(request: Request[Any, Any, Any], panel: GivenPanel, provider: FromPath[str]) -> Response[bytes]:
    """Signs in whoever comes back from the provider, in the browser that went there."""
    flow, url = _flow(request)
    if flow is not None:
        redact_in_request(flow.secret)
    state, code, error, issuer = (request.query_params.get(name, "")[:LONGEST_PARAMETER] for name in ("state", "code", "error", "iss"))
    redact_in_request(code)
    answer = ProviderAnswer(state, code, error, issuer)
    try:
        signed_in = await panel.container.federated_sign_in().finish(
            provider,
            flow,
            answer,
            _redirect_uri(panel, request, provider),
            panel.peer(request),
            device=client_device(request.scope),
            previous=session_of(request.scope),
        )
    except (FederatedSignInRefused, IdentityProviderUnavailable, TooManyAttempts) as refused:
        return await _refused(panel, request, refused, url)
    return panel.redirect(url, cookies=[session_cookie_of(panel, signed_in), _flow_cookie(panel, "")])


@get("/sign-out/{provider:str}", opt={RIGHT: Right.OPEN})
async def sign_out_there(request: Request[Any, Any, Any], panel: GivenPanel, provider: FromPath[str]) -> Response[bytes]:
    """Sends the browser to the provider's page of sign-out, which leads back here."""
    back_to = f"{_own_address(panel, request)}{SIGN_IN}"
    try:
        target = await panel.container.federated_sign_in().sign_out_url(provider, back_to)
    except IdentityProviderUnavailable as error:
        return await _refused(panel, request, error, HOME)
    return see_other(target or SIGN_IN)


@get("/sign-in/link", opt={RIGHT: Right.OPEN})
async def link_page(request: Request[Any, Any, Any], panel: GivenPanel) -> Response[bytes]:
    """The page of a one-time link. It takes a click, since mail programs and chats open links to show what is behind them."""
    token = request.query_params.get("token", "")
    redact_in_request(token)
    if not await panel.container.sign_in_links().is_open_to(token):
        return _link_refused(panel, request)
    return panel.page(request, "sign_in_link.html", token=token)


@post("/sign-in/link", opt={RIGHT: Right.OPEN}, dependencies=FORM, request_max_body_size=16 * 1024)
async def use_link(request: Request[Any, Any, Any], panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Starts a session for the admin of the link."""
    token = form.line("token")
    redact_in_request(token)
    try:
        signed_in = await panel.container.sign_in_links().sign_in(
            token, panel.peer(request), device=client_device(request.scope), previous=session_of(request.scope)
        )
    except NotAllowed:
        return _link_refused(panel, request)
    return panel.redirect(HOME, cookies=[session_cookie_of(panel, signed_in)])


async def _refused(panel: Panel, request: Request[Any, Any, Any], error: ModeldeskError, url: str) -> Response[bytes]:
    LOGGER.warning("sign-in by an identity provider: %s", error)
    # The page stands for the sign-in page: its own address has the code, and would be where the choice of a language leads back to.
    request.scope["path"], request.scope["query_string"] = SIGN_IN, b""
    answer = await sign_in_page_of(request, panel, url=url, refusal=error)
    answer.cookies.append(_flow_cookie(panel, ""))
    return answer


def _link_refused(panel: Panel, request: Request[Any, Any, Any]) -> Response[bytes]:
    return panel.page(request, "sign_in_link.html", status=status_of(NotAllowed("sign-in-link-invalid")), token="")


def _redirect_uri(panel: Panel, request: Request[Any, Any, Any], provider: str) -> str:
    """One for each provider, so that the answer of one cannot pass for another's."""
    return f"{_own_address(panel, request)}{SIGN_IN}/with/{quote(provider, safe='')}/callback"


def _own_address(panel: Panel, request: Request[Any, Any, Any]) -> str:
    """The public URL with its path. Without one, the address of the bind that the browser uses, since cookies belong to a host."""
    settings = panel.container.settings()
    if settings.public_url:
        return settings.public_url
    used = [f"http://{host.decode('latin-1')}".lower() for host in header_values(request.scope, b"host")]
    return next((url for url in used if url in settings.own_origins), settings.bind_urls[0])


def _flow(request: Request[Any, Any, Any]) -> tuple[SignInFlow | None, str]:
    """What the browser has kept of the flow, and the page to return to."""
    found = PARTS.fullmatch(request.cookies.get(COOKIE, ""))
    if found is None:
        return None, HOME
    secret, provider, ends, packed = found.groups()
    try:
        return SignInFlow(secret, provider, datetime.fromtimestamp(int(ends), UTC)), safe_url(urlsafe_b64decode(packed).decode())
    except (ValueError, OverflowError, OSError):
        return None, HOME


def _packed(url: str) -> str:
    return urlsafe_b64encode(url.encode()).decode()


def _flow_cookie(panel: Panel, value: str) -> Cookie:
    """Lax, since the browser comes back from another site. An empty one ends the flow in this browser."""
    lifetime = FLOW_LIFETIME if value else timedelta(0)
    return Cookie(
        key=COOKIE,
        value=value,
        path=SIGN_IN,
        max_age=int(lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=panel.container.settings().secure_cookie,
    )


ROUTES = [begin, finish, sign_out_there, link_page, use_link]
