"""Deliveries: one event on its way to one webhook, and when it is tried again. Pure rules."""

from datetime import datetime, timedelta
from enum import Enum

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.webhooks.event import Event
from modeldesk.domain.records import frozen

FIRST_WAITS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
LATER_WAIT = timedelta(hours=1)
LATER_TRIES = 24
MOST_ATTEMPTS = 1 + len(FIRST_WAITS) + LATER_TRIES
SPREAD = 0.1
"""A wait is up to this part longer, so that what failed together is not tried again at the same moment."""

LONGEST_TRIES = timedelta(days=3)
"""Longer than all attempts of one event take. An event that waited so long behind others of its subject has only the first few attempts."""

LATE_AFTER = timedelta(minutes=15)
"""After the first attempts: from then on an event is tried once an hour."""

KEPT_FOR = timedelta(days=7)
"""How long a delivery is listed after its end."""

MOST_PENDING = 10_000
MOST_ENDED = 1_000
"""Deliveries of one webhook: the earliest pending ones beyond it are given up, and the earliest that ended are not listed any more."""

TOO_MANY_PENDING = Reason("too-many-pending", most=MOST_PENDING)


class DeliveryState(Enum):
    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


@frozen
class Delivery:
    """One event for one webhook. `number` ascends in the order of the changes.

    `next_at` is when it is tried next, None after its end. `status` is the last answer's, None where there was none; `reason` says why the
    last attempt failed.
    """

    number: int
    webhook: str
    event: Event
    next_at: datetime | None
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    last_at: datetime | None = None
    status: int | None = None
    reason: Reason | None = None

    def succeeded(self, status: int, now: datetime) -> "Delivery":
        """After the receiver has accepted it."""
        return evolve(
            self,
            state=DeliveryState.DELIVERED,
            next_at=None,
            attempts=self.attempts + 1,
            last_at=now,
            status=status,
            reason=None,
        )

    def given_up(self, reason: Reason, now: datetime) -> "Delivery":
        """Without a further attempt."""
        return evolve(self, state=DeliveryState.GIVEN_UP, next_at=None, last_at=now, reason=reason)

    def failed(self, reason: Reason, status: int | None, now: datetime, jitter: float) -> "Delivery":
        """After an attempt that failed: later, or given up. `jitter` is from 0 to 1."""
        attempts = self.attempts + 1
        wait = wait_after(attempts, now - self.event.at)
        next_at = now + wait * (1 + SPREAD * jitter) if wait is not None else None
        state = DeliveryState.PENDING if next_at is not None else DeliveryState.GIVEN_UP
        return evolve(self, state=state, next_at=next_at, attempts=attempts, last_at=now, status=status, reason=reason)


@frozen
class Backlog:
    """What waits to be sent to one webhook. `oldest_at` is when its earliest pending event happened, None where nothing is pending.

    `given_up` are the deliveries that ended without success and are still listed.
    """

    webhook: str
    pending: int
    oldest_at: datetime | None
    given_up: int

    def needs_attention(self, now: datetime) -> bool:
        """Whether events were given up, or wait for longer than the first attempts take."""
        is_late = self.oldest_at is not None and now - self.oldest_at > LATE_AFTER
        return is_late or self.given_up > 0


def wait_after(attempts: int, age: timedelta) -> timedelta | None:
    """How long to wait after so many failed attempts of an event of this age; None to give up."""
    if attempts >= MOST_ATTEMPTS or (age > LONGEST_TRIES and attempts > len(FIRST_WAITS)):
        return None
    return FIRST_WAITS[attempts - 1] if attempts <= len(FIRST_WAITS) else LATER_WAIT
