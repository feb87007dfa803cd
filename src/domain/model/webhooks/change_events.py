"""The events of changes: what each kind of event says. Secrets, and words of vendors, are in none of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.changes import ModelChange
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle
from modeldesk.domain.model.catalogue.list_state import Failure, ListState
from modeldesk.domain.model.health import ObservedHealth
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.use import Use, UseChange
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.webhooks.event import Event, EventType, new_event

MOST_LISTED = 100
"""How many changed models one event names; it counts them all."""


def slot_event_type(change: SlotChange) -> EventType:
    """The kind of event that `slot_event` makes."""
    return EventType.MODEL_SELECTED if change.model is not None else EventType.MODEL_DESELECTED


def slot_event(change: SlotChange, before: SlotState) -> Event:
    """A model was selected, deselected, or restored by a rollback."""
    data: dict[str, object] = {
        "provider": change.slot.provider,
        "capability": change.slot.capability,
        "model_id": change.model.model_id if change.model is not None else None,
        "model_name": change.model.model_name if change.model is not None else None,
        "previous_model_id": before.active,
        "slot_version": change.version,
        "changed_by": change.chosen_by,
    }
    return new_event(slot_event_type(change), change.slot.path, change.chosen_at, data)


def use_event(change: UseChange, before: Use | None) -> Event:
    """A use was created, changed, deleted (`current` is None) or rolled back."""
    data = {
        "use": change.name,
        "use_version": change.version,
        "current": _use(change.use),
        "previous": _use(before),
        "changed_by": change.changed_by,
    }
    return new_event(EventType.USE_CHANGED, f"use:{change.name}", change.changed_at, data)


def provider_event(provider: Slug, at: datetime, by: str, fields: Sequence[str] | None) -> Event:
    """A provider was created (`fields` None), or these fields of it were changed."""
    data = {"provider": provider, "created": fields is None, "changed_fields": sorted(fields or ()), "changed_by": by}
    return new_event(EventType.PROVIDER_CHANGED, provider, at, data)


def catalogue_events(state: ListState, changes: Sequence[ModelChange], active: Sequence[SlotState], now: datetime) -> Iterator[Event]:
    """The provider's list has changed, and so has what it says of a model that is active: one event for each such slot."""
    if not changes:
        return
    listed = [{"model_id": change.model_id, "kind": change.kind.value} for change in changes[:MOST_LISTED]]
    counts = Counter(change.kind.value for change in changes)
    data = {"provider": state.provider, "count": state.count, "counts": dict(sorted(counts.items())), "changes": listed}
    yield new_event(EventType.CATALOGUE_CHANGED, state.provider, now, data)
    for slot in active:
        about = [change for change in changes if slot.slot.provider == change.provider and slot.active == change.model_id]
        if about:
            yield new_event(EventType.SELECTION_STATE_CHANGED, slot.slot.path, now, _slot_facts(slot, about))


def health_event(change: ObservedHealth, slot_version: int, reason: Reason, lifecycle: Lifecycle | None, now: datetime) -> Event:
    """The health of an active model changed since the last look."""
    retires_on = lifecycle.retires_on if lifecycle is not None else None
    data = {
        "provider": change.slot.provider,
        "capability": change.slot.capability,
        "model_id": change.model_id,
        "slot_version": slot_version,
        "state": change.state.value,
        "previous_state": change.previous.value if change.previous is not None else None,
        "reason": reason.code,
        "retires_on": retires_on.isoformat() if retires_on is not None else None,
        "changes": [],
    }
    return new_event(EventType.SELECTION_STATE_CHANGED, change.slot.path, now, data)


def failure_event(provider: Slug, failure: Failure, before: Failure | None) -> Event | None:
    """The provider's list cannot be read, or its key is rejected; None where that was so before."""
    if before is not None and (before.code, before.digest) == (failure.code, failure.digest):
        return None
    kind = EventType.KEY_REJECTED if failure.code == "key-rejected" else EventType.LIST_FAILED
    return new_event(kind, provider, failure.at, {"provider": provider, "error": failure.code, "reason": failure.reason.code})


def _use(use: Use | None) -> Mapping[str, object] | None:
    if use is None:
        return None
    return {"provider": use.provider, "capability": use.capability, "fallbacks": list(use.fallbacks)}


def _slot_facts(slot: SlotState, changes: Sequence[ModelChange]) -> Mapping[str, object]:
    return {
        "provider": slot.slot.provider,
        "capability": slot.slot.capability,
        "model_id": slot.active,
        "slot_version": slot.version,
        "changes": [{"kind": change.kind.value, "before": change.before, "after": change.after} for change in changes],
    }
