"""Descriptions of routes in the OpenAPI document: parameters and bodies from the command types, responses from the response types."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, cast, get_args, get_origin

from attrs import NOTHING, fields
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example, OpenAPIMediaType, OpenAPIType, Operation, Parameter, RequestBody, Schema
from litestar.types import Method
from msgspec import Struct

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.audit import Action
from modeldesk.domain.model.catalogue.query import LONGEST_SEARCH, SORTS, SearchText, SortName
from modeldesk.domain.model.keys.provider_key import LONGEST_KEY, SHORTEST_KEY, KeyScope
from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels
from modeldesk.domain.model.values import numbers, texts
from modeldesk.domain.model.values.pricing import AMOUNTS, DOLLARS, PriceUnit, Pricing
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED
from modeldesk.entrypoints.api.openapi_examples import example_of
from modeldesk.entrypoints.api.problems import PROBLEM_JSON, TITLES, TYPE, ProblemAnswer, ProblemEntry
from modeldesk.entrypoints.session_cookie import COOKIE

READING: Sequence[Method] = ("GET", "HEAD")
"""The methods of reads. Monitoring tools use HEAD."""


@cache
def schemas() -> Mapping[Any, Schema]:
    """Those of our types. A hundred kilobytes that only the OpenAPI document needs."""
    return {
        bool: Schema(type=OpenAPIType.BOOLEAN),
        str: Schema(type=OpenAPIType.STRING, max_length=texts.LONGEST_TEXT),
        dict[str, Any]: Schema(type=OpenAPIType.OBJECT),
        texts.Slug: Schema(type=OpenAPIType.STRING, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=texts.LONGEST_SLUG),
        texts.CapabilityName: Schema(type=OpenAPIType.STRING, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=texts.LONGEST_SLUG),
        texts.ModelPattern: Schema(type=OpenAPIType.STRING, min_length=1, max_length=texts.LONGEST_MODEL_ID),
        texts.ModelId: Schema(type=OpenAPIType.STRING, min_length=1, max_length=texts.LONGEST_MODEL_ID),
        SortName: Schema(type=OpenAPIType.STRING, enum=[*SORTS, *(f"-{name}" for name in SORTS)]),
        SearchText: Schema(type=OpenAPIType.STRING, max_length=LONGEST_SEARCH),
        texts.SingleLineText: Schema(type=OpenAPIType.STRING, min_length=1, max_length=texts.LONGEST_TEXT),
        texts.HttpUrl: Schema(type=OpenAPIType.STRING, pattern=r"^(https?://.+)?$", max_length=texts.LONGEST_TEXT),
        texts.MultilineText: Schema(type=OpenAPIType.STRING, max_length=texts.LONGEST_TEXT),
        numbers.SortOrder: Schema(type=OpenAPIType.INTEGER, minimum=-numbers.LARGEST_SORT_ORDER - 1, maximum=numbers.LARGEST_SORT_ORDER),
        numbers.Tokens: Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=numbers.LARGEST_CONTEXT),
        Pricing: Schema(
            type=OpenAPIType.OBJECT,
            properties={
                "currency": Schema(type=OpenAPIType.STRING, enum=[DOLLARS]),
                "unit": Schema(type=OpenAPIType.STRING, enum=[unit.value for unit in PriceUnit]),
                **{
                    name: Schema(one_of=[Schema(type=kind) for kind in (OpenAPIType.NUMBER, OpenAPIType.STRING, OpenAPIType.NULL)])
                    for name in AMOUNTS
                },
            },
            additional_properties=False,
        ),
        numbers.PageSize: Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=numbers.LARGEST_PAGE),
        numbers.Version: Schema(type=OpenAPIType.INTEGER, minimum=0),
        numbers.Offset: Schema(type=OpenAPIType.INTEGER, minimum=0),
        numbers.EntryId: Schema(type=OpenAPIType.INTEGER, minimum=0),
        numbers.TokenDays: Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=numbers.MOST_TOKEN_DAYS),
        Secret: Schema(type=OpenAPIType.STRING, min_length=SHORTEST_KEY, max_length=LONGEST_KEY, write_only=True),
        Role: Schema(type=OpenAPIType.STRING, enum=[role.value for role in Role]),
        Action: Schema(type=OpenAPIType.STRING, enum=[action.value for action in Action]),
        datetime: Schema(type=OpenAPIType.STRING, description="as 2026-11-24 or 2026-11-24T12:30:00Z"),
        Scope: Schema(type=OpenAPIType.STRING, enum=[scope.value for scope in Scope]),
        EventType: Schema(type=OpenAPIType.STRING, enum=[kind.value for kind in SUBSCRIBED]),
        KeyScope: Schema(type=OpenAPIType.STRING, enum=[scope.value for scope in KeyScope]),
    }


def _if_match(description: str, state: str) -> Parameter:
    schema = Schema(type=OpenAPIType.STRING, pattern=rf'^("{state}"|{state}|\*)$')
    return Parameter(name="If-Match", param_in="header", required=False, description=description, schema=schema)


SLOT_VERSION = _if_match("the slot_version last seen; 412 if the slot has another one", "[0-9]{1,9}")
USE_VERSION = _if_match("the use's version last seen, 0 for none; 412 if the use has another one", "[0-9]{1,9}")
PLAN_DIGEST = _if_match("the digest of the plan that was seen; 412 if the import has another plan", "[0-9a-f]{64}")
PROVIDER_VERSION = _if_match("the provider's version last seen; 412 if the provider has another one", "[0-9]{1,9}")

IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    param_in="header",
    required=False,
    description="a text of your own, such as a UUID: a request that is repeated with it within 24 hours does nothing twice and is answered again; "
    "422 if the key was given to another request",
    schema=Schema(type=OpenAPIType.STRING, pattern=r'^"?[!#-\[\]-~]{1,200}"?$'),
)

REFUSALS = {
    400: "the body is not JSON in UTF-8, or the request is malformed",
    401: "not signed in, or the token is invalid",
    403: "not allowed, or the CSRF check failed",
    404: "not found",
    409: "valid, but in conflict with the current state",
    412: "the slot, the provider, the use or the plan is not the one that If-Match names",
    413: "the body is too large",
    415: "the body is not application/json",
    422: "well-formed, but invalid; `errors` lists each problem with its path",
    429: "too many attempts, or repeated too soon; Retry-After gives the seconds to wait",
    502: "the vendor failed, or rejected the key",
    503: "the database is unavailable or busy; try again",
}

EXAMPLE_CODES = {
    400: "malformed",
    401: "unauthorized",
    403: "not-allowed",
    404: "provider-not-found",
    409: "provider-inactive",
    412: "slot-changed",
    413: "content-too-large",
    415: "unsupported-media-type",
    422: "request-invalid",
    429: "too-soon",
    502: "vendor-failed",
    503: "storage-busy",
}
"""A code for each status, for the examples."""


class RefusalShape(Struct, frozen=True):
    """How a protocol writes its refusals: the type, the media type, and an example for a status."""

    shape: Any
    media_type: str
    example: Callable[[int], Any]


class Responses(Mapping[int, ResponseSpec]):
    """The responses of a route by status. They are described when the OpenAPI document asks for them, which most processes never do."""

    def __init__(self, describe: Callable[[], Mapping[int, ResponseSpec]]) -> None:
        self._describe = describe

    @cached_property
    def _described(self) -> Mapping[int, ResponseSpec]:
        return self._describe()

    def __getitem__(self, status: int) -> ResponseSpec:
        return self._described[status]

    def __iter__(self) -> Iterator[int]:
        return iter(self._described)

    def __len__(self) -> int:
        return len(self._described)


def answers(
    shape: Any, *refusals: int, creates: bool = False, refusal: RefusalShape | None = None, media_type: str = "application/json"
) -> Responses:
    """The response of a route and its possible refusals: problems, unless its protocol has a shape of its own.

    401, 403 and 503 are added to all, 201 where the route may create something. `media_type` is that of the response.
    """
    refused = refusal or PROBLEMS

    def describe() -> dict[int, ResponseSpec]:
        good = {200: "done", 201: "created"} if creates else {200: "done"}
        example = example_of(shape)
        return {status: _response(shape, text, media_type, example) for status, text in good.items()} | {
            status: _response(refused.shape, REFUSALS[status], refused.media_type, refused.example(status))
            for status in sorted({401, 403, 503, *refusals})
        }

    return Responses(describe)


def _response(shape: Any, description: str, media_type: str, example: Any) -> ResponseSpec:
    return ResponseSpec(shape, description=description, media_type=media_type, generate_examples=False, examples=[Example(value=example)])


class _Asked(Struct, frozen=True):
    """What a route asks for. Litestar calls it for the operation as it would call a class, of which each route would need its own."""

    query: type | None
    body: type | Schema | None
    is_open: bool
    for_tokens: bool
    further: Sequence[Parameter]

    def __call__(self, **members: Any) -> Operation:
        operation = Operation(**members)
        if self.is_open:
            operation.security = []
        elif not self.for_tokens:
            operation.security = [{COOKIE: []}]
        further = [*(_parameters(self.query) if self.query is not None else ()), *self.further]
        if further:
            operation.parameters = [*(operation.parameters or []), *further]
        if self.body is not None:
            operation.request_body = _request_body(self.body)
        return operation


def asks(
    query: type | None = None,
    body: type | Schema | None = None,
    *,
    is_open: bool = False,
    for_tokens: bool = True,
    matches: Parameter | None = None,
    repeats: bool = False,
) -> type[Operation]:
    """An operation with the parameters of `query` and the body `body`: a command, or the schema of another protocol.

    Its security is that of the router (cookie or token), except for open operations and those that are not `for_tokens`. With `matches` it
    accepts that If-Match, and with `repeats` an Idempotency-Key.
    """

    further = [parameter for parameter in (matches, IDEMPOTENCY_KEY if repeats else None) if parameter is not None]
    return cast("type[Operation]", _Asked(query, body, is_open, for_tokens, further))


def _problem(status: int) -> ProblemAnswer:
    """An example with one of the codes of the status; the documentation lists all codes."""
    entries = [ProblemEntry(path="$.capability", message="is missing")] if status == 422 else []
    return ProblemAnswer(
        type=f"{TYPE}{EXAMPLE_CODES[status]}", title=TITLES[status], status=status, detail=REFUSALS[status], errors=entries
    )


def _request_body(body: type | Schema) -> RequestBody:
    if isinstance(body, Schema):
        described = OpenAPIMediaType(schema=body, examples={"example": Example(value=(body.examples or [{}])[0])})
        return RequestBody(content={"application/json": described}, required=False)
    described = OpenAPIMediaType(schema=_object(body), examples={"example": Example(value=example_of(body))})
    return RequestBody(content={"application/json": described}, required=not getattr(body, "IS_OPTIONAL", False))


PROBLEMS = RefusalShape(ProblemAnswer, PROBLEM_JSON, _problem)


def _parameters(query: type) -> list[Parameter]:
    return [
        Parameter(name=attribute.name, param_in="query", required=attribute.default is NOTHING, schema=_schema(attribute.type))
        for attribute in fields(query)
    ]


def _object(body: type) -> Schema:
    attributes, nullable = fields(body), getattr(body, "MAY_BE_NULL", True)
    return Schema(
        type=OpenAPIType.OBJECT,
        properties={
            attribute.name: _schema(attribute.type, nullable=nullable, may_be_empty=attribute.default is not NOTHING)
            for attribute in attributes
        },
        required=[attribute.name for attribute in attributes if attribute.default is NOTHING],
        additional_properties=False,
    )


def _schema(kind: Any, *, nullable: bool = False, may_be_empty: bool = False) -> Schema:
    if kind in schemas():
        return schemas()[kind]
    if kind is DeclaredModels:  # a model declared by its id alone may be given as the id
        return Schema(type=OpenAPIType.ARRAY, items=Schema(one_of=[schemas()[texts.ModelId], _object(DeclaredModel)]))
    if get_origin(kind) is tuple:
        return Schema(type=OpenAPIType.ARRAY, items=_schema(get_args(kind)[0]), min_items=None if may_be_empty else 1)
    choices = [choice for choice in get_args(kind) if choice is not type(None)]
    schema = _schema(choices[0])
    return Schema(one_of=[schema, Schema(type=OpenAPIType.NULL)]) if nullable else schema
