"""`/v1/models`: the active models in the shape of OpenAI's list (https://platform.openai.com/docs/api-reference/models).

Errors have OpenAI's shape too. Modeldesk is no proxy: every other path below `/v1` says so.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from litestar import Request, Response, route
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.types import ASGIApp, ExceptionHandlersMap, Method

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.dependents import EVERYTHING
from modeldesk.domain.services.resolution import Outcome
from modeldesk.entrypoints.api.answer_reuse import REUSED, nothing_else
from modeldesk.entrypoints.api.openapi_schema import READING, RefusalShape, answers, asks
from modeldesk.entrypoints.api.problems import RequestRefused, http_error, refused, unexpected
from modeldesk.entrypoints.api.services import GivenServices, Services, SignedIn
from modeldesk.entrypoints.commands.pages import Nothing
from modeldesk.entrypoints.consumer.counting import count_request
from modeldesk.entrypoints.rights import RIGHT

PREFIX = "/v1"
EVERY_METHOD: Sequence[Method] = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
LONGEST_PATH_SHOWN = 200


class ListedModel(TypedDict):
    """`created` is when the model was selected, in seconds since 1970. `shutdown_date` is there where a source gives one."""

    id: str
    object: str
    created: int
    owned_by: str
    shutdown_date: NotRequired[str]


class ModelList(TypedDict):
    object: str
    data: list[ListedModel]


class OpenaiError(TypedDict):
    message: str
    type: str
    param: str | None
    code: str


class OpenaiFailure(TypedDict):
    error: OpenaiError


def _failure(status: int, code: str, message: str, parameter: str | None) -> OpenaiFailure:
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return OpenaiFailure(error=OpenaiError(message=message, type=kind, param=parameter, code=code))


CODES: Mapping[int, str] = {HTTPStatus.UNAUTHORIZED: "invalid_api_key", HTTPStatus.NOT_FOUND: "model_not_found"}
REFUSAL = RefusalShape(
    OpenaiFailure,
    "application/json",
    lambda status: _failure(status, CODES.get(status, "invalid_request"), "no active model has the id 'acme/large'", "model"),
)


class ModelMissing(RequestRefused):
    """No active model has this id."""

    status_code = 404


@route(
    "/models",
    http_method=READING,
    opt={RIGHT: Right.RESOLVE, REUSED: nothing_else},
    operation_class=asks(),
    responses=answers(ModelList, 422, refusal=REFUSAL),
    tags=["models of OpenAI's shape"],
    summary="List active models",
)
async def openai_models(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Each active model once, with `provider/model_id` as its id."""

    async def build() -> ModelList:
        services.query(request, Nothing)
        return ModelList(object="list", data=await _active(services))

    count = partial(count_request, services.counts, request.user, EVERYTHING)
    return await services.answers.answer(request, build, also=services.today(), each_time=count)


@route(
    "/models/{model:path}",
    http_method=READING,
    opt={RIGHT: Right.RESOLVE, REUSED: nothing_else},
    operation_class=asks(),
    responses=answers(ListedModel, 400, 404, 422, refusal=REFUSAL),
    tags=["models of OpenAI's shape"],
    summary="Show an active model",
)
async def openai_model(request: SignedIn, services: GivenServices, model: FromPath[str]) -> ASGIApp:
    """One active model. Slashes of its id may be escaped as `%2F`."""

    async def build() -> ListedModel:
        services.query(request, Nothing)
        asked = model.strip("/")
        found = next((entry for entry in await _active(services) if entry["id"] == asked), None)
        if found is None:
            raise ModelMissing("active-model-unknown", found=asked)
        return found

    count = partial(count_request, services.counts, request.user, EVERYTHING)
    return await services.answers.answer(request, build, also=services.today(), each_time=count)


@route(["/", "/{path:path}"], http_method=EVERY_METHOD, opt={RIGHT: Right.OPEN}, include_in_schema=False, status_code=404)
async def not_a_proxy(request: Request[Any, Any, Any]) -> Response[OpenaiFailure]:
    """Everything else that clients of OpenAI call, and the base URL itself."""
    return _error(
        HTTPStatus.NOT_FOUND,
        "not_a_proxy",
        "Modeldesk says which model is active, and passes no calls on: "
        f"call the provider's own address instead of {request.scope['path'][:LONGEST_PATH_SHOWN]!r}",
    )


async def _active(services: Services) -> list[ListedModel]:
    """Each model once; the same one may be active for several capabilities."""
    listed = dict[str, ListedModel]()
    for outcome in await services.container.resolver().all():
        if outcome.resolution is not None:
            entry = _listed(outcome)
            listed.setdefault(entry["id"], entry)
    return [listed[name] for name in sorted(listed)]


def _listed(outcome: Outcome) -> ListedModel:
    resolved = outcome.require().resolved
    name = f"{resolved.slot.provider}/{resolved.model.model_id}"
    listed = ListedModel(id=name, object="model", created=int(resolved.selected_at.timestamp()), owned_by=resolved.slot.provider)
    if resolved.lifecycle is not None and resolved.lifecycle.retires_on is not None:
        listed["shutdown_date"] = resolved.lifecycle.retires_on.isoformat()
    return listed


def model_missing(request: Request[Any, Any, Any], error: ModelMissing) -> Response[OpenaiFailure]:
    return _like(http_error(request, error), "model_not_found", "model")


def refused_model(request: Request[Any, Any, Any], error: ModeldeskError) -> Response[OpenaiFailure]:
    return _like(refused(request, error), error.code)


def http_refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[OpenaiFailure]:
    problem = http_error(request, error)
    return _like(problem, "invalid_api_key" if problem.status_code == HTTPStatus.UNAUTHORIZED else "invalid_request")


def unexpected_failure(request: Request[Any, Any, Any], error: Exception) -> Response[OpenaiFailure]:
    return _like(unexpected(request, error), "unexpected")


def _like(problem: Response[Any], code: str, parameter: str | None = None) -> Response[OpenaiFailure]:
    """A problem of REST in OpenAI's shape, with its status and headers."""
    answer = _error(problem.status_code, code, problem.content["detail"], parameter)
    answer.headers.update(problem.headers)
    return answer


def _error(status: int | None, code: str, message: str, parameter: str | None = None) -> Response[OpenaiFailure]:
    return Response(_failure(status or HTTPStatus.INTERNAL_SERVER_ERROR, code, message, parameter), status_code=status)


HANDLERS: ExceptionHandlersMap = {
    ModelMissing: model_missing,
    ModeldeskError: refused_model,
    HTTPException: http_refused,
    Exception: unexpected_failure,
}
ROUTES = [openai_models, openai_model]
