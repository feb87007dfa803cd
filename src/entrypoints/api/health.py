"""Liveness and readiness."""

from litestar import route

from modeldesk.domain.errors import CacheUnavailable
from modeldesk.entrypoints.api.openapi_schema import READING, answers
from modeldesk.entrypoints.api.request_deadline import READINESS_SECONDS
from modeldesk.entrypoints.api.services import GivenServices


@route("/health/live", http_method=READING, responses=answers(dict[str, str]), security=[], tags=["health"], summary="Liveness")
async def live() -> dict[str, str]:
    """The process runs. It checks no dependency."""
    return {"status": "ok"}


@route("/health/ready", http_method=READING, responses=answers(dict[str, str]), security=[], tags=["health"], summary="Readiness")
async def ready(services: GivenServices) -> dict[str, str]:
    """The database answers and has the schema of this version, and Redis answers if configured; else 503 with the reason, after two seconds at most."""
    with services.container.deadline()(READINESS_SECONDS):
        await services.container.store().current()
        if not await services.container.list_cache().is_reachable():
            raise CacheUnavailable
    return {"status": "ok"}


ROUTES = [live, ready]
