"""Dependents: the programs that asked lately which model is active."""

from collections.abc import Sequence
from typing import Annotated, TypedDict

from modeldesk.domain.model.dependents import EVERYTHING, Dependent
from modeldesk.entrypoints.responses.serializer import Source, serialize


def asked_for(one: Dependent) -> str:
    """What kind of name was asked for."""
    return "everything" if one.asked == EVERYTHING else "slot" if one.use is None else "use"


class DependentResponse(TypedDict):
    """`consumer` is null where the program names none, and `*` for all further ones of a token that names many.

    `asked_for` is `use`, `slot`, or `everything` for a program that read all answers at once; `use` is null for the latter two.
    """

    token: str
    consumer: Annotated[str | None, Source(lambda one: one.consumer or None)]
    use: str | None
    asked_for: Annotated[str, Source(asked_for)]
    last_seen_at: str
    requests_24h: int
    requests_30d: int


class DependentsResponse(TypedDict):
    count: int
    dependents: list[DependentResponse]


def dependents_response(dependents: Sequence[Dependent]) -> DependentsResponse:
    return serialize(DependentsResponse, count=len(dependents), dependents=dependents)
