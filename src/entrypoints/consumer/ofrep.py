"""`/ofrep/v1`: the OpenFeature Remote Evaluation Protocol 0.3 (https://openfeature.dev/specification/appendix-c).

Its errors have the protocol's own shape: `{key, errorCode, errorDetails}`.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

import msgspec
from litestar import Request, Response, post
from litestar.exceptions import HTTPException
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath
from litestar.types import ASGIApp, ExceptionHandlersMap

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.access.api_token import TokenIdentity
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.stream_ticket import TICKET_LIFETIME
from modeldesk.domain.model.dependents import EVERYTHING, UNNAMED, consumer_name
from modeldesk.entrypoints.api.openapi_schema import RefusalShape, answers, asks
from modeldesk.entrypoints.api.problems import RequestRefused, http_error, refused, unexpected
from modeldesk.entrypoints.api.services import GivenServices, Services, SignedIn
from modeldesk.entrypoints.consumer import events
from modeldesk.entrypoints.consumer.counting import count_request
from modeldesk.entrypoints.consumer.events import credential
from modeldesk.entrypoints.consumer.flags import Evaluation, Evaluations, evaluation, flag_key, outcome_of
from modeldesk.entrypoints.list_work import computed
from modeldesk.entrypoints.rights import RIGHT

PREFIX = "/ofrep/v1/evaluate"
KEY = "key"
TICKET_PERIOD = TICKET_LIFETIME / 2
ERROR_CODES: Mapping[int, str] = {HTTPStatus.NOT_FOUND: "FLAG_NOT_FOUND", HTTPStatus.BAD_REQUEST: "PARSE_ERROR"}
"""The protocol's code for a status; GENERAL for every other."""


class Context(msgspec.Struct, rename={"targeting_key": "targetingKey"}):
    """The consumer's name. Further members are the product's own business."""

    targeting_key: str | None = None


class EvaluationRequest(msgspec.Struct):
    """The body of a question."""

    context: Context | None = None

    @property
    def consumer(self) -> str:
        """The name of the consumer, as it is counted."""
        return consumer_name(self.context.targeting_key) if self.context is not None else UNNAMED


class EvaluationFailure(TypedDict):
    """The protocol's error. `key` is there where one flag was asked for."""

    key: NotRequired[str]
    errorCode: str
    errorDetails: str


REFUSAL = RefusalShape(
    EvaluationFailure,
    "application/json",
    lambda status: {
        "key": "support-chat",
        "errorCode": ERROR_CODES.get(status, "GENERAL"),
        "errorDetails": "there is no use 'support-chat'",
    },
)
QUESTION = Schema(
    type=OpenAPIType.OBJECT,
    properties={"context": Schema(type=OpenAPIType.OBJECT, properties={"targetingKey": Schema(type=OpenAPIType.STRING)})},
    examples=[{"context": {"targetingKey": "shop"}}],
)


class FlagNotFound(RequestRefused):
    """No flag can have this key."""

    status_code = 404


class RequestUnreadable(RequestRefused):
    """The body is not what the protocol describes."""

    status_code = 400


@post(
    "/flags/{key:str}",
    status_code=200,
    opt={RIGHT: Right.RESOLVE},
    operation_class=asks(body=QUESTION),
    responses=answers(Evaluation, 400, 404, 413, 415, 429, refusal=REFUSAL),
    tags=["ofrep"],
    summary="Evaluate one flag",
)
async def evaluate_flag(request: SignedIn, services: GivenServices, key: FromPath[str]) -> Response[Evaluation]:
    """The active model of a use (`support-chat`) or of a provider and capability (`openai.chat`); with `.object` behind it, everything about it.

    Where nothing is active there is no `value`, and the reason is `DISABLED`: the caller's default holds.
    """
    services.evaluations.admit(credential(request.user))
    question = await _question(request, services)
    asked = flag_key(key)
    if asked is None:
        raise FlagNotFound("flag-unknown", found=key)
    outcome = await outcome_of(asked, services.container.resolver())
    count_request(services.counts, request.user, asked.name, question.consumer)
    return Response(evaluation(key, outcome, is_object=asked.is_object))


@post(
    "/flags",
    status_code=200,
    opt={RIGHT: Right.RESOLVE},
    operation_class=asks(body=QUESTION),
    responses=answers(Evaluations, 400, 413, 415, 429, refusal=REFUSAL),
    tags=["ofrep"],
    summary="Evaluate all flags",
)
async def evaluate_flags(request: SignedIn, services: GivenServices) -> ASGIApp:
    """Both forms of every use and slot. With the last `ETag` as `If-None-Match`, 304 says that nothing changed.

    The answer to a program with a token holds the address of an event stream, whose ticket opens streams for ten minutes. The ETag changes every five, so
    that nobody keeps an address that has ended.
    """
    services.evaluations.admit(credential(request.user))
    question, caller = await _question(request, services), request.user
    token = caller.token if isinstance(caller, TokenIdentity) else None
    period = int(services.container.clock()().timestamp() / TICKET_PERIOD.total_seconds())

    async def build() -> Mapping[str, object]:
        outcomes = await services.container.resolver().all()
        answer: dict[str, object] = {"flags": await computed(services.container, len(outcomes), services.flags.of, outcomes)}
        if isinstance(caller, TokenIdentity):
            address = f"{services.container.settings().base_path}{events.PATH}?ticket={services.container.api_tokens().ticket(caller)}"
            answer["eventStreams"] = [{"type": "sse", "endpoint": {"requestUri": address}}]
        return answer

    answer = await services.answers.answer(
        request, build, also=(period, token and token.digest), tagged=lambda answer: _without_ticket(answer, period)
    )
    count_request(services.counts, caller, EVERYTHING, question.consumer)
    return answer


def _without_ticket(answer: Mapping[str, Any], period: int) -> Mapping[str, object]:
    return {"flags": answer["flags"], "period": period}


async def _question(request: Request[Any, Any, Any], services: Services) -> EvaluationRequest:
    """The body; none is an empty question. Raises RequestUnreadable."""
    sent = await services.sent_body(request)
    try:
        return msgspec.json.decode(sent, type=EvaluationRequest) if sent else EvaluationRequest()
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RequestUnreadable("evaluation-unreadable", said=str(error)) from None


def refused_flag(request: Request[Any, Any, Any], error: ModeldeskError) -> Response[EvaluationFailure]:
    return _like(request, refused(request, error))


def http_refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[EvaluationFailure]:
    return _like(request, http_error(request, error))


def unexpected_failure(request: Request[Any, Any, Any], error: Exception) -> Response[EvaluationFailure]:
    return _like(request, unexpected(request, error))


def _like(request: Request[Any, Any, Any], problem: Response[Any]) -> Response[EvaluationFailure]:
    """A problem of REST in the shape of this protocol, with its status and headers."""
    failure = EvaluationFailure(errorCode=ERROR_CODES.get(problem.status_code or 0, "GENERAL"), errorDetails=problem.content["detail"])
    path_params = request.scope.get("path_params", {})  # missing where no route takes the request
    if KEY in path_params:
        failure["key"] = str(path_params[KEY])
    return Response(failure, status_code=problem.status_code, headers=problem.headers)


HANDLERS: ExceptionHandlersMap = {
    ModeldeskError: refused_flag,
    HTTPException: http_refused,
    Exception: unexpected_failure,
}
ROUTES = [evaluate_flag, evaluate_flags]
