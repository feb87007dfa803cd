"""Liveness and readiness."""

from functools import partial
from typing import Any, TypeAlias

from litestar import Request, route
from litestar.types import ASGIApp

from modeldesk.domain.errors import CacheUnavailable, MasterKeyMissing, MasterKeyWrong
from modeldesk.entrypoints.api.conditional import encoded
from modeldesk.entrypoints.api.direct_handlers import DIRECT
from modeldesk.entrypoints.api.openapi_schema import READING, answers
from modeldesk.entrypoints.api.request_deadline import READINESS_SECONDS
from modeldesk.entrypoints.api.services import GivenServices, Services
from modeldesk.entrypoints.master_keys import missing_in

AnyRequest: TypeAlias = Request[Any, Any, Any]
"""Of anybody, signed in or not."""

_check = partial(route, http_method=READING, opt={DIRECT: True}, responses=answers(dict[str, str]), security=[], tags=["health"])


@_check("/health/live", summary="Liveness")
async def live(request: AnyRequest, services: GivenServices) -> ASGIApp:
    """The process runs. It checks no dependency."""
    return encoded({"status": "ok"})


@_check("/health/ready", summary="Readiness")
async def ready(request: AnyRequest, services: GivenServices) -> ASGIApp:
    """The database answers and has the schema of this version, and Redis answers if configured; else 503 with the reason, after two seconds at most.

    `warning` is the code of what needs the operator and stops no request that reads: a master key that is missing or unusable.
    """
    with services.container.deadline()(READINESS_SECONDS):
        await services.container.store().current()
        if not await services.container.list_cache().is_reachable():
            raise CacheUnavailable
        warning = await _warning(services)
    return encoded({"status": "ok", "warning": warning} if warning else {"status": "ok"})


async def _warning(services: Services) -> str:
    """A code without facts: whoever asks is not signed in."""
    try:
        return MasterKeyMissing.code if await missing_in(services.container) else ""
    except MasterKeyWrong as error:
        return error.code


ROUTES = [live, ready]
