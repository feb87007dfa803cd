"""The health of the slots in use."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, TypedDict

from modeldesk.domain.model.catalogue.successors import Successor
from modeldesk.domain.model.values.pricing import amount_text
from modeldesk.domain.services.doctor import Diagnosis, SlotHealth
from modeldesk.entrypoints.responses.serializer import Source, serialize
from modeldesk.entrypoints.words.health import HEALTH_REMEDIES


class SuccessorResponse(TypedDict):
    """`price_change` is in US dollars per million tokens, input and output together; `context_change` in tokens."""

    model_id: Annotated[str, Source("model.id")]
    model_name: Annotated[str, Source("model.name")]
    reason: str
    price_change: str | None
    context_change: int | None


class SlotHealthResponse(TypedDict):
    provider: Annotated[str, Source("model.slot.provider")]
    capability: Annotated[str, Source("model.slot.capability")]
    model_id: Annotated[str, Source("model.model_id")]
    state: Annotated[str, Source("finding.state")]
    reason: Annotated[str, Source("finding.reason")]
    remedy: str
    since: Annotated[str | None, Source("finding.since")]
    retires_on: str | None
    days_left: int | None
    replacement: str | None
    successors: list[SuccessorResponse]
    uses: list[str]


class DoctorResponse(TypedDict):
    generation: int
    checked_at: str
    worst: str
    slots: list[SlotHealthResponse]


def doctor_response(diagnosis: Diagnosis) -> DoctorResponse:
    return serialize(DoctorResponse, diagnosis, slots=[_slot(slot) for slot in diagnosis.slots])


def _slot(slot: SlotHealth) -> SlotHealthResponse:
    remedy, retires_on = HEALTH_REMEDIES[slot.finding.state], slot.lifecycle.retires_on if slot.lifecycle is not None else None
    return serialize(
        SlotHealthResponse,
        slot,
        remedy=remedy,
        retires_on=str(retires_on) if retires_on is not None else None,
        successors=_successors(slot.successors),
    )


def _successors(successors: Sequence[Successor]) -> list[SuccessorResponse]:
    return [serialize(SuccessorResponse, successor, price_change=_signed(successor.price_change)) for successor in successors]


def _signed(change: Decimal | None) -> str | None:
    """`+1.25`, `-0.50`."""
    return None if change is None else f"{'-' if change < 0 else '+'}{amount_text(abs(change))}"
