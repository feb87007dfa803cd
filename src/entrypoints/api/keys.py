"""Provider keys: set, check, remove; they are never returned. A personal key is always that of the caller."""

from typing import Any, TypeVar, cast

from attrs import evolve, fields
from litestar import Response, delete, post, put
from litestar.params import FromPath

from modeldesk.domain.errors import Malformed, Problem, Reason, RequestInvalid
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.api.openapi_schema import answers, asks
from modeldesk.entrypoints.api.services import GivenServices, Services, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.commands.providers import KeyBody, KeyCheckBody, KeyScopeBody
from modeldesk.entrypoints.responses.keys import KeyRemovedResponse, KeyResponse, KeyVerdictResponse
from modeldesk.entrypoints.responses.serializer import serialize
from modeldesk.entrypoints.rights import RIGHT

T = TypeVar("T")


@put(
    "/ai-providers/{slug:str}/key",
    status_code=200,
    opt={RIGHT: Right.KEYS},
    operation_class=asks(body=KeyBody),
    responses=answers(KeyResponse, 400, 403, 404, 409, 413, 415, 422),
    tags=["keys"],
    summary="Set a key",
)
async def set_key(request: SignedIn, services: GivenServices, slug: FromPath[str]) -> Response[KeyResponse]:
    """Stores the key encrypted, bound to the provider's current address; it replaces the previous key. It is never returned."""
    services.query(request, Nothing)
    body = await _body(request, services, KeyBody)
    owner, actor = owner_in(request, body.scope), services.actor(request)
    return Response(serialize(KeyResponse, await services.container.provider_keys().set(Slug(slug), owner, body.api_key, actor)))


@delete(
    "/ai-providers/{slug:str}/key",
    status_code=200,
    opt={RIGHT: Right.KEYS},
    operation_class=asks(body=KeyScopeBody),
    responses=answers(KeyRemovedResponse, 400, 403, 404, 413, 415, 422),
    tags=["keys"],
    summary="Remove a key",
)
async def delete_key(request: SignedIn, services: GivenServices, slug: FromPath[str]) -> Response[KeyRemovedResponse]:
    """Removes the key. A missing key is no error."""
    services.query(request, Nothing)
    owner = owner_in(request, (await _body(request, services, KeyScopeBody)).scope)
    return Response(KeyRemovedResponse(removed=await services.container.provider_keys().delete(Slug(slug), owner, services.actor(request))))


@post(
    "/ai-providers/{slug:str}/key/check",
    status_code=200,
    opt={RIGHT: Right.KEYS},
    operation_class=asks(body=KeyCheckBody),
    responses=answers(KeyVerdictResponse, 400, 403, 404, 409, 413, 415, 422),
    tags=["keys"],
    summary="Check a key",
)
async def check_key(request: SignedIn, services: GivenServices, slug: FromPath[str]) -> Response[KeyVerdictResponse]:
    """Checks the stored key with a request to the vendor that costs nothing: without a body the shared one. What only an open list shows is inconclusive."""
    services.query(request, Nothing)
    owner = owner_in(request, (await _body(request, services, KeyCheckBody)).scope)
    return Response(
        serialize(KeyVerdictResponse, await services.container.provider_keys().check(Slug(slug), owner, services.actor(request)))
    )


def owner_in(request: SignedIn, scope: KeyScope) -> str | None:
    """The owner of the key: the caller, or None for the shared key."""
    return request.user.admin.name if scope is KeyScope.PERSONAL else None


async def _body(request: SignedIn, services: Services, kind: type[T]) -> T:
    """The body. Errors quote nothing of it, because an invalid body may contain a key anywhere. Raises Malformed, RequestInvalid."""
    try:
        return await services.body(request, kind)
    except Malformed as broken:
        raise Malformed(evolve(broken.problem, reason=Reason("body-not-json"))) from None
    except RequestInvalid as refused:
        known = [problem for problem in refused.problems if problem.path in KEY_PATHS]
        members = [attribute.name for attribute in fields(cast(Any, kind))]
        raise RequestInvalid(known or [Problem("$", Reason("key-body-wrong", members=members))]) from None


KEY_PATHS = ("$", "$.scope", "$.api_key")

ROUTES = [set_key, delete_key, check_key]
