"""One's own sessions."""

from litestar import Response, delete, route
from litestar.params import FromPath

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, InPerson
from modeldesk.entrypoints.api.wishes import NoQuery
from modeldesk.entrypoints.responses.access import EndedResponse, SessionsResponse, sessions_response
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/sessions",
    http_method=READING,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(SessionsResponse, 422),
    tags=["sessions"],
    summary="One's own sessions",
)
async def list_sessions(request: InPerson, services: GivenServices) -> Response[SessionsResponse]:
    """The newest first; `id` names one here and is no secret, `current` is the one that asks."""
    services.query(request, NoQuery)
    return Response(sessions_response(await services.container.sign_in().own(request.user)))


@delete(
    "/sessions/{handle:str}",
    status_code=200,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(EndedResponse, 400, 403, 404, 413, 415, 422),
    tags=["sessions"],
    summary="End one of them",
)
async def end_session(request: InPerson, services: GivenServices, handle: FromPath[str]) -> Response[EndedResponse]:
    """At once and everywhere, the one that asks too. That of somebody else is not there."""
    services.query(request, NoQuery)
    await services.no_body(request)
    await services.container.sign_in().end_own(request.user, handle, services.peer(request))
    return Response(EndedResponse(ended=1))


@delete(
    "/sessions",
    status_code=200,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(EndedResponse, 400, 403, 413, 415, 422),
    tags=["sessions"],
    summary="End all others",
)
async def end_other_sessions(request: InPerson, services: GivenServices) -> Response[EndedResponse]:
    """All but the one that asks."""
    services.query(request, NoQuery)
    await services.no_body(request)
    return Response(EndedResponse(ended=await services.container.sign_in().end_others(request.user, services.peer(request))))


ROUTES = [list_sessions, end_session, end_other_sessions]
