"""`/metrics`: for monitoring, in the text of OpenMetrics."""

from litestar import Response, route

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices
from modeldesk.entrypoints.metrics.desk_figures import desk_samples, shared_samples
from modeldesk.entrypoints.metrics.openmetrics import MEDIA_TYPE, exposition
from modeldesk.entrypoints.rights import RIGHT

PATH = "/metrics"


@route(
    PATH,
    http_method=READING,
    opt={RIGHT: Right.READ},
    operation_class=asks(),
    responses=answers(str, media_type="application/openmetrics-text"),
    tags=["health"],
    summary="Metrics",
)
async def metrics(services: GivenServices) -> Response[bytes]:
    """Metrics of all workers of this server, and of the desk. A direct call from the machine itself needs no token.

    One that a proxy passes on does, whatever address it comes from.
    """
    measured = services.measurements
    measured.opened(services.events.count, services.container.pool())
    samples = [*shared_samples(measured.counters.totals()), *await desk_samples(services.container)]
    return Response(exposition(samples).encode(), media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


ROUTES = [metrics]
