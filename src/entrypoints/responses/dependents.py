"""Who asked lately which model is active."""

from collections.abc import Sequence
from typing import Annotated, TypedDict

from modeldesk.domain.model.dependents import EVERYTHING, UNNAMED, Dependent
from modeldesk.entrypoints.responses.serializer import GIVEN, serialize


class DependentResponse(TypedDict):
    """`consumer` is null where the program names none, and `*` for all further ones of a token that names many.

    `asked_for` is `use`, `slot`, or `everything` for a program that read all answers at once; `use` is null for the latter two.
    """

    token: str
    consumer: Annotated[str | None, GIVEN]
    use: str | None
    asked_for: Annotated[str, GIVEN]
    last_seen_at: str
    requests_24h: int
    requests_30d: int


class DependentsResponse(TypedDict):
    count: int
    dependents: list[DependentResponse]


def dependents_response(dependents: Sequence[Dependent]) -> DependentsResponse:
    return DependentsResponse(count=len(dependents), dependents=[_dependent(one) for one in dependents])


def asked_for(one: Dependent) -> str:
    """What kind of name was asked for."""
    return "everything" if one.asked == EVERYTHING else "slot" if one.use is None else "use"


def _dependent(one: Dependent) -> DependentResponse:
    return serialize(DependentResponse, one, consumer=None if one.consumer == UNNAMED else one.consumer, asked_for=asked_for(one))
