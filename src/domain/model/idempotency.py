"""Requests that a client may repeat: the key that it gives them, and what is remembered of those that were done."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from modeldesk.domain.errors import IdempotencyKeyReused
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SlotChange, SlotState, StoredModel
from modeldesk.domain.records import frozen

KEPT_FOR = timedelta(hours=24)
MOST_KEPT = 10_000
"""Of all callers; the latest are kept."""


@frozen
class IdempotencyKey:
    """`digest` stands for a key of one caller, `request` for what was asked with it."""

    digest: str
    request: str


@frozen
class CompletedRequest:
    """A request with a key that was done. `is_change` is False where the slot was already as requested."""

    key: IdempotencyKey
    slot: Slot
    version: int
    is_change: bool
    at: datetime


@frozen
class SlotOutcome:
    """A slot after a request, and the model that was active before it."""

    after: SlotState
    previous: StoredModel | None


def idempotency_key(actor: Actor, key: str, *request: object) -> IdempotencyKey:
    """Keys of different admins and tokens never meet. `request` is everything that the answer depends on."""
    return IdempotencyKey(_digest((actor.name, actor.token, key)), _digest(request))


def require_same_request(done: CompletedRequest, key: IdempotencyKey) -> None:
    """Raises IdempotencyKeyReused if the key was given to another request."""
    if done.key != key:
        raise IdempotencyKeyReused


def outcome_again(done: CompletedRequest, history: Sequence[SlotChange]) -> SlotOutcome | None:
    """The outcome of a request that was done, from the slot's history. None where the history does not hold its change."""
    until = [change for change in history if change.version <= done.version]
    if done.is_change and (not until or until[-1].version != done.version):
        return None
    model = until[-1].model if until else None
    earlier = until[-2].model if len(until) > 1 else None
    stored = {change.model.model_id: change.model for change in until if change.model is not None}
    after = SlotState(done.slot, done.version, model.model_id if model else None, stored)
    return SlotOutcome(after, earlier if done.is_change else model)


def _digest(values: Sequence[object]) -> str:
    return hashlib.sha256(repr(tuple(values)).encode()).hexdigest()
