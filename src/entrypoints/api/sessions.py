"""The admin's own sessions."""

from litestar import Response, delete, route
from litestar.params import FromPath

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, InPerson
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.responses.access import EndedResponse, SessionsResponse, sessions_response
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/sessions",
    http_method=READING,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(SessionsResponse, 422),
    tags=["sessions"],
    summary="List your sessions",
)
async def list_sessions(request: InPerson, services: GivenServices) -> Response[SessionsResponse]:
    """Newest first. `id` is a handle, not the secret; `current` marks the session of the request.

    `device` is read from the User-Agent of the sign-in; empty where that says nothing known.
    """
    services.query(request, Nothing)
    return Response(sessions_response(await services.container.sign_in().own(request.user)))


@delete(
    "/sessions/{handle:str}",
    status_code=200,
    opt={RIGHT: Right.OWN},
    operation_class=asks(for_tokens=False),
    responses=answers(EndedResponse, 400, 403, 404, 413, 415, 422),
    tags=["sessions"],
    summary="End a session",
)
async def end_session(request: InPerson, services: GivenServices, handle: FromPath[str]) -> Response[EndedResponse]:
    """Ends the session on every instance; the current one can be ended too. Sessions of others are not found."""
    services.query(request, Nothing)
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
    summary="End all other sessions",
)
async def end_other_sessions(request: InPerson, services: GivenServices) -> Response[EndedResponse]:
    """Ends all sessions but the current one."""
    services.query(request, Nothing)
    await services.no_body(request)
    return Response(EndedResponse(ended=await services.container.sign_in().end_others(request.user, services.peer(request))))


ROUTES = [list_sessions, end_session, end_other_sessions]
