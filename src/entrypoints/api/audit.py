"""The audit log, read-only."""

from litestar import Response, route

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import AuditQuery
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.responses.access import AuditResponse, audit_response
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/audit",
    http_method=READING,
    opt={RIGHT: Right.ADMINISTER},
    operation_class=asks(AuditQuery),
    responses=answers(AuditResponse, 403, 422),
    tags=["audit"],
    summary="List audit entries",
)
async def list_audit_entries(request: SignedIn, services: GivenServices) -> Response[AuditResponse]:
    """Newest first: actor, address, time, action, and the values before and after. `next` is the `older_than` of the next page."""
    query = services.query(request, AuditQuery)
    return Response(audit_response(await services.container.audit_log().entries(query, services.actor(request)), query))


ROUTES = [list_audit_entries]
