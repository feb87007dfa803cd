"""`/api/resolve`: which model is active, for a use or for a provider and capability."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import partial
from typing import Any

from litestar import route
from litestar.params import FromPath
from litestar.types import ASGIApp

from modeldesk.domain.errors import NothingActive
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.use import UseName
from modeldesk.domain.services.resolution import Outcome
from modeldesk.entrypoints.api.answer_reuse import REUSED, nothing_else
from modeldesk.entrypoints.api.conditional import Build
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, Services, SignedIn
from modeldesk.entrypoints.commands.uses import ResolveQuery
from modeldesk.entrypoints.consumer.counting import count_request
from modeldesk.entrypoints.paths import slot_from_path
from modeldesk.entrypoints.responses.uses import ResolveResponse, resolve_response
from modeldesk.entrypoints.rights import RIGHT

PREFIX = "/api/resolve"


@route(
    "/{use:str}",
    http_method=READING,
    opt={RIGHT: Right.RESOLVE, REUSED: nothing_else},
    operation_class=asks(ResolveQuery),
    responses=answers(ResolveResponse, 400, 404, 422),
    tags=["resolve"],
    summary="Resolve a use",
)
async def resolve_use(request: SignedIn, services: GivenServices, use: FromPath[str]) -> ASGIApp:
    """The active model of the provider and capability that the use points at. 404 `nothing-active` says why there is none; another model is
    never answered.
    """

    async def build() -> ResolveResponse:
        query = services.query(request, ResolveQuery)
        return _response(await services.container.resolver().of_use(UseName(use)), query)

    return await _answer(request, services, build, use)


@route(
    "/{provider:str}/{capability:str}",
    http_method=READING,
    opt={RIGHT: Right.RESOLVE, REUSED: nothing_else},
    operation_class=asks(ResolveQuery),
    responses=answers(ResolveResponse, 400, 404, 422),
    tags=["resolve"],
    summary="Resolve a provider and capability",
)
async def resolve_slot(request: SignedIn, services: GivenServices, provider: FromPath[str], capability: FromPath[str]) -> ASGIApp:
    """The active model of a provider and capability, as for a use."""

    async def build() -> ResolveResponse:
        query = services.query(request, ResolveQuery)
        return _response(await services.container.resolver().of_slot(slot_from_path(provider, capability)), query)

    return await _answer(request, services, build, f"{provider}/{capability}")


async def _answer(request: SignedIn, services: Services, build: Build, asked: str) -> ASGIApp:
    """A product that gets no model depends on the answer, too; one that asks for a name that nobody has depends on nothing."""
    count = partial(count_request, services.counts, request.user, asked)
    try:
        return await services.answers.answer(
            request, build, also=services.today(), tagged=without_generation, headers=_lifecycle_headers, each_time=count
        )
    except NothingActive:
        count()
        raise


def _lifecycle_headers(answer: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """`Deprecation` (RFC 9745) and `Sunset` (RFC 8594) of a model that a source gives a date for."""
    lifecycle, headers = answer["lifecycle"] or {}, list[tuple[bytes, bytes]]()
    if day := lifecycle.get("deprecated_on"):
        headers.append((b"deprecation", f"@{int(_midnight(day).timestamp())}".encode()))
    if day := lifecycle.get("retires_on"):
        headers.append((b"sunset", format_datetime(_midnight(day), usegmt=True).encode()))
    return headers


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def without_generation(answer: Mapping[str, object]) -> Mapping[str, object]:
    """What the ETag covers: a change elsewhere is nothing new for a product."""
    return {**answer, "generation": None}


def _response(outcome: Outcome, query: ResolveQuery) -> ResolveResponse:
    return resolve_response(outcome.require(), explain=query.explain)


ROUTES = [resolve_use, resolve_slot]
