"""The health of the active models."""

from typing import Annotated, TypedDict

from modeldesk.domain.model.catalogue.successors import Successor
from modeldesk.domain.model.values.pricing import amount_text
from modeldesk.entrypoints.responses.serializer import Source
from modeldesk.entrypoints.words.health import HEALTH_REMEDIES


def _signed_price_change(successor: Successor) -> str | None:
    """`+1.25`, `-0.50`."""
    change = successor.price_change
    return None if change is None else f"{'-' if change < 0 else '+'}{amount_text(abs(change))}"


class SuccessorResponse(TypedDict):
    """`price_change` is in US dollars per million tokens, input and output together; `context_change` in tokens."""

    model_id: Annotated[str, Source("model.id")]
    model_name: Annotated[str, Source("model.name")]
    reason: str
    price_change: Annotated[str | None, Source(_signed_price_change)]
    context_change: int | None


class SlotHealthResponse(TypedDict):
    provider: Annotated[str, Source("model.slot.provider")]
    capability: Annotated[str, Source("model.slot.capability")]
    model_id: Annotated[str, Source("model.model_id")]
    state: Annotated[str, Source("finding.state")]
    reason: Annotated[str, Source("finding.reason")]
    remedy: Annotated[str, Source(lambda slot: HEALTH_REMEDIES[slot.finding.state])]
    since: Annotated[str | None, Source("finding.since")]
    retires_on: Annotated[str | None, Source(lambda slot: slot.lifecycle and slot.lifecycle.retires_on)]
    days_left: int | None
    replacement: str | None
    successors: list[SuccessorResponse]
    uses: list[str]


class DoctorResponse(TypedDict):
    generation: int
    checked_at: str
    worst: str
    slots: list[SlotHealthResponse]
