"""Requests that are repeated with their key: done once, answered each time."""

from datetime import datetime

from modeldesk.domain.model.idempotency import (
    KEPT_FOR,
    MOST_KEPT,
    CompletedRequest,
    IdempotencyKey,
    SlotOutcome,
    outcome_again,
    require_same_request,
)
from modeldesk.domain.ports.unit_of_work import UnitOfWork


async def outcome_of(work: UnitOfWork, key: IdempotencyKey | None, now: datetime) -> SlotOutcome | None:
    """The outcome of the request that was done with this key; None where it was not. Raises IdempotencyKeyReused."""
    done = await work.completed_requests.get(key.digest) if key is not None else None
    if key is None or done is None or now - done.at >= KEPT_FOR:
        return None
    require_same_request(done, key)
    return outcome_again(done, await work.choices.history(done.slot))


async def remember(work: UnitOfWork, key: IdempotencyKey, outcome: SlotOutcome, now: datetime, *, is_change: bool) -> None:
    """Forgets the requests whose time is over, and remembers this one in the transaction in which it is done."""
    await work.completed_requests.forget(now - KEPT_FOR, MOST_KEPT - 1)
    await work.completed_requests.add(CompletedRequest(key, outcome.after.slot, outcome.after.version, is_change, now))
