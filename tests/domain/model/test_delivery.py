"""When a delivery is tried again, and that it ends."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.webhooks.delivery import MOST_ATTEMPTS, SPREAD, Backlog, Delivery, DeliveryState, wait_after
from modeldesk.domain.model.webhooks.event import EventType, new_event

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
NEW = Delivery(1, "wh_1", new_event(EventType.TEST, "", NOON, {}), NOON)
DOWN = Reason("no-connection")


def test_waits_are_those_of_the_promise() -> None:
    """5 seconds, 30 seconds, 2 minutes, 10 minutes, then hourly for a day."""
    waits = [wait_after(attempts, timedelta(days=1)) for attempts in range(1, MOST_ATTEMPTS + 1)]
    minute = timedelta(minutes=1)
    assert waits == [minute / 12, minute / 2, 2 * minute, 10 * minute, *[60 * minute] * 24, None]


def test_what_waited_for_days_behind_others_is_tried_a_few_times() -> None:
    """Else the events of one subject, whose receiver is gone, would take a day each."""
    minute = timedelta(minutes=1)
    waits = [wait_after(attempts, timedelta(days=4)) for attempts in range(1, 7)]
    assert waits == [minute / 12, minute / 2, 2 * minute, 10 * minute, None, None]


@given(st.lists(st.floats(0, 1), min_size=MOST_ATTEMPTS, max_size=MOST_ATTEMPTS), st.integers(0, 3600))
def test_a_delivery_that_keeps_failing_waits_longer_and_ends(jitters: list[float], late: int) -> None:
    """No wait is shorter than the one before but for the spread, and after the last attempt it is given up, whatever the jitter."""
    delivery, now, waits = NEW, NOON, list[timedelta]()
    for jitter in jitters:
        assert delivery.state is DeliveryState.PENDING
        delivery = delivery.failed(DOWN, None, now, jitter)
        if delivery.next_at is not None:
            waits.append(delivery.next_at - now)
            now = delivery.next_at + timedelta(seconds=late)
    assert (delivery.state, delivery.next_at, delivery.attempts) == (DeliveryState.GIVEN_UP, None, MOST_ATTEMPTS)
    assert all(later >= earlier / (1 + SPREAD) for earlier, later in pairwise(waits))
    assert timedelta(hours=24) <= sum(waits, timedelta()) <= timedelta(hours=28)


@given(st.integers(0, MOST_ATTEMPTS - 1), st.floats(0, 1))
def test_an_accepted_delivery_ends(failures: int, jitter: float) -> None:
    """After any number of failures; what the last failure said does not stay."""
    delivery = NEW
    for _ in range(failures):
        delivery = delivery.failed(DOWN, 503, NOON, jitter)
    delivery = delivery.succeeded(204, NOON)
    assert (delivery.state, delivery.next_at, delivery.status, delivery.reason) == (DeliveryState.DELIVERED, None, 204, None)
    assert delivery.attempts == failures + 1


def test_a_backlog_that_only_waits_for_its_first_attempts_needs_no_attention() -> None:
    """One that waits for longer does, and so does an event that was given up."""
    soon, late = NOON + timedelta(minutes=14), NOON + timedelta(minutes=16)
    assert not Backlog("wh_1", 0, None, 0).needs_attention(late)
    assert [Backlog("wh_1", 3, NOON, 0).needs_attention(now) for now in (soon, late)] == [False, True]
    assert Backlog("wh_1", 0, None, 1).needs_attention(soon)
