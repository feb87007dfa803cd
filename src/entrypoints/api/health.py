"""Whether this process answers, and whether it can answer truly."""

from litestar import route

from modeldesk.domain.errors import CacheUnavailable
from modeldesk.entrypoints.api.openapi_schema import READING, answers
from modeldesk.entrypoints.api.services import GivenServices


@route("/health/live", http_method=READING, responses=answers(dict[str, str]), security=[], tags=["health"], summary="The process answers")
async def live() -> dict[str, str]:
    """Asks nothing of anybody."""
    return {"status": "ok"}


@route(
    "/health/ready", http_method=READING, responses=answers(dict[str, str]), security=[], tags=["health"], summary="The desk can be read"
)
async def ready(services: GivenServices) -> dict[str, str]:
    """The database is there and its schema is the one of this version, and so is Redis where it is used; 503 says what is not."""
    await services.container.store().current()
    if not await services.container.list_cache().is_reachable():
        raise CacheUnavailable
    return {"status": "ok"}


ROUTES = [live, ready]
