"""Who depends on a use, or on a provider and capability. Read-only."""

from litestar import Response, route

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.dependents import DependentsQuery
from modeldesk.entrypoints.responses.dependents import DependentsResponse, dependents_response
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/ai-models/dependents",
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(DependentsQuery),
    responses=answers(DependentsResponse, 404, 422),
    tags=["uses"],
    summary="List dependents",
)
async def list_dependents(request: SignedIn, services: GivenServices) -> Response[DependentsResponse]:
    """Which programs asked within the last 30 days, the latest first: for the use, or for the provider and capability with the uses that point at it.

    Give either `use`, or `provider` and `capability`. Requests are counted by the hour, and written once a minute.
    """
    asked = services.query(request, DependentsQuery).asked
    dependents = services.container.dependents()
    found = await (dependents.of_use(asked) if isinstance(asked, str) else dependents.of_slot(asked))
    return Response(dependents_response(found))


ROUTES = [list_dependents]
