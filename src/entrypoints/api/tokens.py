"""API tokens. For super admins with a session only."""

from litestar import Response, delete, post, route
from litestar.params import FromPath

from modeldesk.domain.model.access.api_token import token_name
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.problems import at
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.access import NewTokenBody
from modeldesk.entrypoints.commands.pages import Nothing, PageQuery
from modeldesk.entrypoints.responses.access import NewTokenResponse, RevokedResponse, TokensResponse, new_token_response
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/tokens",
    http_method=READING,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(PageQuery, for_tokens=False),
    responses=answers(TokensResponse, 403, 422),
    tags=["tokens"],
    summary="List API tokens",
)
async def list_tokens(request: SignedIn, services: GivenServices) -> Response[TokensResponse]:
    """Tokens of all admins by name, including expired ones; of each token only its last four characters. `count` is the number of all."""
    query = services.query(request, PageQuery)
    return Response(
        serialize(TokensResponse, await services.container.api_tokens().page(services.actor(request), query.limit, query.offset))
    )


@post(
    "/tokens",
    status_code=200,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(body=NewTokenBody, for_tokens=False),
    responses=answers(NewTokenResponse, 400, 403, 409, 413, 415, 422),
    tags=["tokens"],
    summary="Create an API token",
)
async def create_token(request: SignedIn, services: GivenServices) -> Response[NewTokenResponse]:
    """Only this response contains the token. It works while its creator is an enabled super admin."""
    services.query(request, Nothing)
    given = await services.body(request, NewTokenBody)
    with at("$.name"):
        name = token_name(given.name)
    with at("$.scopes"):
        created = await services.container.api_tokens().create(name, given.scopes, services.actor(request), given.expires_in_days)
    return Response(new_token_response(created))


@delete(
    "/tokens/{name:str}",
    status_code=200,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(for_tokens=False),
    responses=answers(RevokedResponse, 400, 403, 404, 413, 415, 422),
    tags=["tokens"],
    summary="Revoke an API token",
)
async def revoke_token(request: SignedIn, services: GivenServices, name: FromPath[str]) -> Response[RevokedResponse]:
    """Revokes the token of any admin, effective immediately on every instance."""
    services.query(request, Nothing)
    await services.no_body(request)
    await services.container.api_tokens().revoke(name, services.actor(request))
    return Response(RevokedResponse(revoked=True))


ROUTES = [list_tokens, create_token, revoke_token]
