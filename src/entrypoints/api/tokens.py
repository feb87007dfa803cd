"""API tokens of programs. For signed-in super admins alone."""

from litestar import Response, delete, post, route
from litestar.params import FromPath

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.account_answers import new_token_answer, tokens_answer
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.rights import RIGHT
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.api.wishes import NewTokenBody, NoQuery
from modeldesk.entrypoints.shapes import NewTokenAnswer, RevokedAnswer, TokensAnswer


@route(
    "/tokens",
    http_method=READING,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(for_tokens=False),
    responses=answers(TokensAnswer, 403, 422),
    tags=["tokens"],
    summary="All tokens",
)
async def list_tokens(request: SignedIn, services: GivenServices) -> Response[TokensAnswer]:
    """By name, whoever made them, expired ones too; of a token's text the last four characters."""
    services.query(request, NoQuery)
    return Response(tokens_answer(await services.api_tokens().all(services.actor(request))))


@post(
    "/tokens",
    status_code=200,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(body=NewTokenBody, for_tokens=False),
    responses=answers(NewTokenAnswer, 400, 403, 409, 413, 415, 422),
    tags=["tokens"],
    summary="Make a token",
)
async def create_token(request: SignedIn, services: GivenServices) -> Response[NewTokenAnswer]:
    """Its text is told in this answer and never again. It works while who made it is a super admin who may sign in."""
    services.query(request, NoQuery)
    given = await services.body(request, NewTokenBody)
    return Response(
        new_token_answer(await services.api_tokens().create(given.name, given.scopes, services.actor(request), given.expires_in_days))
    )


@delete(
    "/tokens/{name:str}",
    status_code=200,
    opt={RIGHT: Right.ACCOUNTS},
    operation_class=asks(for_tokens=False),
    responses=answers(RevokedAnswer, 400, 403, 404, 413, 415, 422),
    tags=["tokens"],
    summary="Revoke a token",
)
async def revoke_token(request: SignedIn, services: GivenServices, name: FromPath[str]) -> Response[RevokedAnswer]:
    """At once and everywhere, whoever made it."""
    services.query(request, NoQuery)
    await services.no_body(request)
    await services.api_tokens().revoke(name, services.actor(request))
    return Response(RevokedAnswer(revoked=True))


ROUTES = [list_tokens, create_token, revoke_token]
