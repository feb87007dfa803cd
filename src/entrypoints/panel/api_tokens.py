"""API tokens, with which programs sign in. For super admins only."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import Conflict, InvalidValue, ModeldeskError
from modeldesk.domain.model.access.api_token import DEFAULT_DAYS, ListedToken, NewToken
from modeldesk.domain.model.access.permissions import Right, Scope
from modeldesk.entrypoints.commands.access import NewTokenBody
from modeldesk.entrypoints.panel.connection_examples import ConnectionExamples, connection_examples
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.paging import PAGE_SIZE, ListPage, offset_of, page_number, pages_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

URL = "/admin/tokens"
SCOPES: Mapping[Scope, str] = {
    Scope.RESOLVE: N_("resolve: ask which model is active, and nothing else"),
    Scope.READ: N_("read: read providers, models and lists"),
    Scope.SELECT: N_("select: select and deselect models"),
    Scope.IMPORT: N_("import: import declarations"),
    Scope.ADMIN: N_("admin: everything except managing admins and API tokens"),
}
"""The labels of the scopes."""

FOR_PRODUCTS = frozenset({Scope.RESOLVE, Scope.READ})
"""The scopes with which a product asks which model is active."""


@get("/tokens", opt={RIGHT: Right.ACCOUNTS})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The tokens, page by page. Only the last characters of each are shown."""
    return await _answer(panel, request)


@post("/tokens", opt={RIGHT: Right.ACCOUNTS})
async def create(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Creates a token. Only this response shows its text."""
    try:
        scopes = tuple(scope.value for scope in _scopes(form))
        command = panel.command(NewTokenBody, name=form.line("token_name"), scopes=scopes, expires_in_days=form.line("days"))
        made = await panel.container.api_tokens().create(command.name, command.scopes, panel.actor(request), command.expires_in_days)
    except (InvalidValue, Conflict) as error:
        return await _answer(panel, request, form, refusal=error)
    return await _answer(panel, request, made=made)


@get("/tokens/{name:str}/revoke", opt={RIGHT: Right.ACCOUNTS})
async def revoke_page(request: SignedIn, panel: GivenPanel, name: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation."""
    return panel.page(request, "revoke_token.html", token_name=name)


@post("/tokens/{name:str}/revoke", opt={RIGHT: Right.ACCOUNTS})
async def revoke(request: SignedIn, panel: GivenPanel, name: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Revokes the token, effective immediately on every instance."""
    await panel.container.api_tokens().revoke(name, panel.actor(request))
    return panel.redirect(URL, "token-revoked")


def _scopes(form: Form) -> list[Scope]:
    return [scope for scope in Scope if form.has(f"scope_{scope.value}")]


async def _page(panel: Panel, request: SignedIn) -> ListPage[ListedToken]:
    tokens, number = panel.container.api_tokens(), page_number(request)
    found = await tokens.page(panel.actor(request), PAGE_SIZE, offset_of(number))
    if not found.tokens and found.total:
        number = pages_of(found.total)
        found = await tokens.page(panel.actor(request), PAGE_SIZE, offset_of(number))
    return ListPage(found.tokens, found.total, number, pages_of(found.total), URL)


async def _examples(panel: Panel, made: NewToken | None) -> ConnectionExamples | None:
    """What to paste, once a token was made with which a product can ask."""
    if made is None or not made.token.scopes & FOR_PRODUCTS:
        return None
    container = panel.container
    return connection_examples(container.settings(), await container.store().current())


async def _answer(
    panel: Panel, request: SignedIn, form: Form | None = None, *, made: NewToken | None = None, refusal: ModeldeskError | None = None
) -> Response[bytes]:
    return panel.page(
        request,
        "tokens.html",
        refusal=refusal,
        page=await _page(panel, request),
        scopes=SCOPES,
        selected=_scopes(form) if form else [Scope.READ],
        typed=form.line("token_name") if form else "",
        days=form.line("days") if form else str(DEFAULT_DAYS),
        made=made,
        examples=await _examples(panel, made),
        now=panel.container.clock()(),
    )


ROUTES = [list_page, create, revoke_page, revoke]
