"""Events: what webhooks report, as it is sent."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from hashlib import sha256

from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.records import frozen

ID_DIGITS = 32


class EventType(Enum):
    """The kinds of events. TEST is sent on request, whatever a webhook subscribes to."""

    MODEL_SELECTED = "model.selected"
    MODEL_DESELECTED = "model.deselected"
    USE_CHANGED = "use.changed"
    PROVIDER_CHANGED = "provider.changed"
    CATALOGUE_CHANGED = "catalogue.changed"
    SELECTION_STATE_CHANGED = "selection.state_changed"
    KEY_REJECTED = "key.rejected"
    LIST_FAILED = "list.failed"
    TEST = "webhook.test"


@frozen
class Event:
    """One event. Events of one `subject` are delivered in their order. `body` is the JSON that is sent, the same at each attempt."""

    id: str
    type: EventType
    subject: str
    at: datetime
    body: str


def new_event(kind: EventType, subject: str, at: datetime, data: Mapping[str, object]) -> Event:
    """The event of a change; `data` is plain JSON.

    The id follows from the content, the time to the microsecond included: it names the same event for every receiver, and no other one, even
    after an older backup was restored.
    """
    body = json.dumps({"type": kind.value, "timestamp": format_timestamp(at), "data": data}, ensure_ascii=False, separators=(",", ":"))
    digest = sha256(f"{subject}\n{at.isoformat()}\n{body}".encode()).hexdigest()
    return Event(f"msg_{digest[:ID_DIGITS]}", kind, subject, at, body)
