"""What events say of a change."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.changes import ChangeKind, ModelChange
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, lifecycle_on
from modeldesk.domain.model.catalogue.list_state import Failure, ListState
from modeldesk.domain.model.health import Health, ObservedHealth
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, SlotState, StoredModel
from modeldesk.domain.model.use import Use, UseChange, UseName
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from modeldesk.domain.model.webhooks.change_events import (
    MOST_LISTED,
    catalogue_events,
    failure_event,
    health_event,
    provider_event,
    slot_event,
    use_event,
)
from modeldesk.domain.model.webhooks.event import Event, EventType

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ACME = Slug("acme")
CHAT = Slot(ACME, CapabilityName("chat"))
LARGE = StoredModel(CHAT, ModelId("large"), "Large", None, NOON, "sara")
ACTIVE = SlotState(CHAT).with_active(LARGE)


def data(event: Event | None) -> Any:
    assert event is not None
    return json.loads(event.body)["data"]


def failure(code: str = "vendor-failed", digest: str = "d") -> Failure:
    return Failure(code, Reason("vendor-said", said="secret words"), digest, NOON)


def test_a_selection_says_the_model_before_and_after() -> None:
    """And a deselection that there is none; both are of the slot, so that they are delivered in their order."""
    selected = slot_event(SlotChange(CHAT, 1, LARGE, NOON, "sara"), SlotState(CHAT))
    gone = slot_event(SlotChange(CHAT, 2, None, NOON, "sara"), ACTIVE)
    assert (selected.type, gone.type) == (EventType.MODEL_SELECTED, EventType.MODEL_DESELECTED)
    assert selected.subject == gone.subject == "acme/chat"
    assert (data(selected)["model_id"], data(selected)["previous_model_id"]) == ("large", None)
    assert (data(gone)["model_id"], data(gone)["previous_model_id"], data(gone)["slot_version"]) == (None, "large", 2)


def test_a_use_says_where_it_points() -> None:
    """Now and before; a deleted one points nowhere."""
    use = Use(UseName("support"), CapabilityName("chat"), ACME, fallbacks=(Slug("other"),))
    event = use_event(UseChange(use.name, 2, None, NOON, "sara"), use)
    assert (event.type, event.subject, data(event)["current"]) == (EventType.USE_CHANGED, "use:support", None)
    assert data(event)["previous"] == {"provider": "acme", "capability": "chat", "fallbacks": ["other"]}


def test_a_provider_says_what_was_changed() -> None:
    """The names of the fields; a new provider is created."""
    assert data(provider_event(ACME, NOON, "sara", ["name", "config"]))["changed_fields"] == ["config", "name"]
    assert data(provider_event(ACME, NOON, "sara", None))["created"] is True


def test_a_list_names_its_changes_and_the_slots_that_they_concern() -> None:
    """It counts all changes and names the first hundred. A slot has an event where its active model is among them."""
    changes = [ModelChange(NOON, ACME, ModelId(f"m{number}"), ChangeKind.ADDED, None, {}) for number in range(MOST_LISTED + 5)]
    changes.append(ModelChange(NOON, ACME, ModelId("large"), ChangeKind.REMOVED, {"name": "Large"}, None))
    listed, slot = catalogue_events(ListState(ACME, count=9), changes, [ACTIVE], NOON)
    assert (listed.type, listed.subject) == (EventType.CATALOGUE_CHANGED, "acme")
    assert data(listed)["counts"] == {"added": MOST_LISTED + 5, "removed": 1}
    assert len(data(listed)["changes"]) == MOST_LISTED
    assert (slot.type, slot.subject) == (EventType.SELECTION_STATE_CHANGED, "acme/chat")
    assert data(slot)["changes"] == [{"kind": "removed", "before": {"name": "Large"}, "after": None}]
    assert len(list(catalogue_events(ListState(ACME), changes[:1], [ACTIVE], NOON))) == 1
    assert list(catalogue_events(ListState(ACME), [], [ACTIVE], NOON)) == []


def test_a_failure_is_reported_once() -> None:
    """Again for another error, or with another key or address; and never in the vendor's words."""
    failed = failure_event(ACME, failure(), None)
    assert (failed and failed.type, data(failed)) == (
        EventType.LIST_FAILED,
        {"provider": "acme", "error": "vendor-failed", "reason": "vendor-said"},
    )
    assert failure_event(ACME, failure(), failure()) is None
    assert failure_event(ACME, failure(digest="new"), failure()) is not None
    rejected = failure_event(ACME, failure("key-rejected"), failure())
    assert rejected is not None
    assert rejected.type is EventType.KEY_REJECTED


def test_the_health_of_an_active_model_is_reported_with_its_end() -> None:
    """And by the code of its reason, whose words may be a vendor's."""
    ends = lifecycle_on(NOON.date(), (LifecycleClaim("vendor", retires_on=date(2026, 12, 31)),))
    change = ObservedHealth(CHAT, ModelId("large"), Health.RETIRES_SOON, Health.OK)
    event = health_event(change, 3, Reason("slot-retires-on", source="x"), ends, NOON)
    assert (event.type, event.subject) == (EventType.SELECTION_STATE_CHANGED, "acme/chat")
    shown = data(event)
    assert (shown["state"], shown["previous_state"], shown["reason"], shown["retires_on"]) == (
        "retires-soon",
        "ok",
        "slot-retires-on",
        "2026-12-31",
    )
    assert data(health_event(change, 3, Reason("slot-retired"), None, NOON))["retires_on"] is None


def test_the_guide_names_every_member_of_an_event() -> None:
    """A receiver is written by that table. A row without a type goes on with the one above, and one with “the same” takes its members."""
    guide = (Path(__file__).parents[3] / "docs/how-to/webhooks.md").read_text()
    named: dict[str, set[str]] = {}
    kind, members = "", set[str]()
    for first, last in re.findall(r"^\|([^|]*)\|[^|]*\|([^|]*)\|$", guide, re.MULTILINE):
        kind = first.strip(" `") or kind
        members = (members if "the same" in last else set()) | set(re.findall(r"`(\w+)`", last))
        named[kind] = named.get(kind, set()) | members
    use = Use(UseName("support"), CapabilityName("chat"), ACME)
    change = ModelChange(NOON, ACME, ModelId("large"), ChangeKind.REMOVED, {}, None)
    seen = ObservedHealth(CHAT, ModelId("large"), Health.RETIRED, None)
    for event in (
        slot_event(SlotChange(CHAT, 1, LARGE, NOON, "sara"), SlotState(CHAT)),
        slot_event(SlotChange(CHAT, 2, None, NOON, "sara"), ACTIVE),
        use_event(UseChange(use.name, 2, None, NOON, "sara"), use),
        provider_event(ACME, NOON, "sara", None),
        *catalogue_events(ListState(ACME), [change], [ACTIVE], NOON),
        health_event(seen, 1, Reason("slot-ok"), None, NOON),
        failure_event(ACME, failure(), None),
    ):
        assert event is not None
        assert set(data(event)) <= named[event.type.value], event.type
