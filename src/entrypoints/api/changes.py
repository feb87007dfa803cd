"""The change log of providers' lists, read-only."""

from litestar import Response, route

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.changes import ChangeQuery
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.responses.changes import ModelChangesResponse, model_changes_response
from modeldesk.entrypoints.rights import RIGHT


@route(
    "/ai-models/changes",
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(ChangeQuery),
    responses=answers(ModelChangesResponse, 404, 422),
    tags=["models"],
    summary="List changes of models",
)
async def list_model_changes(request: SignedIn, services: GivenServices) -> Response[ModelChangesResponse]:
    """What changed in the lists of everybody, newest first: models added and removed, prices, context sizes, lifecycles."""
    query = services.query(request, ChangeQuery)
    return Response(model_changes_response(await services.container.change_history().changes(query), query))


ROUTES = [list_model_changes]
