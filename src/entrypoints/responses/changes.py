"""What changed in providers' lists."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from modeldesk.domain.model.catalogue.changes import ChangeQuery, ModelChange
from modeldesk.entrypoints.commands.pages import next_page
from modeldesk.entrypoints.responses.serializer import serialize


class ModelChangeResponse(TypedDict):
    """`before` is null for an added model, `after` for a removed one; else both have the members that the change is about."""

    id: int
    at: str
    provider: str
    model_id: str
    kind: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class ModelChangesResponse(TypedDict):
    """`next`: what `older_than` names to read on; null at the end."""

    count: int
    changes: list[ModelChangeResponse]
    next: int | None


def model_changes_response(changes: Sequence[ModelChange], query: ChangeQuery) -> ModelChangesResponse:
    return serialize(ModelChangesResponse, count=len(changes), changes=changes, next=next_page(changes, query.limit))
