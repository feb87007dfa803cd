"""When a list is due, and who may refresh it."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.refresh_plan import (
    LEASE_FOR,
    LONGEST_FACTOR,
    LONGEST_VENDOR_WAIT,
    SPREAD,
    Interval,
    Lease,
    RefreshPlan,
    extended,
    released,
)
from modeldesk.domain.model.values.texts import Slug

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ACME = Slug("acme")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
INTERVAL = Interval(6 * HOUR)
NEW, READ = ListState(ACME), ListState(ACME, revision=1, fetched_at=NOON)
JITTER = st.floats(0, 1)


def test_a_list_that_was_never_read_is_due_at_once() -> None:
    """Its provider has an active model; and after a failure it is due when the plan says."""
    assert INTERVAL.is_due(NEW, None, NOON)
    assert not INTERVAL.is_due(NEW, RefreshPlan(ACME, NOON + MINUTE, NOON, 1), NOON)


def test_a_list_without_a_plan_is_due_an_interval_after_it_was_read() -> None:
    """Shortened by the spread at most."""
    assert not INTERVAL.is_due(READ, None, NOON + 5 * HOUR)
    assert INTERVAL.is_due(READ, None, NOON + 6 * HOUR)


@given(JITTER)
def test_after_a_success_it_is_due_about_an_interval_later(jitter: float) -> None:
    """A tenth sooner or later, and not before."""
    plan = INTERVAL.after_success(ACME, NOON, jitter)
    assert abs(plan.next_at - NOON - 6 * HOUR) <= 6 * HOUR * SPREAD + timedelta(seconds=1)
    assert not INTERVAL.is_due(READ, plan, plan.next_at - MINUTE)
    assert INTERVAL.is_due(READ, plan, plan.next_at)
    assert plan.failures == 0


@given(JITTER, st.integers(0, 20))
def test_a_vendor_that_fails_is_asked_less_often(jitter: float, failures: int) -> None:
    """Each failure doubles the wait, up to eight intervals; a success starts anew."""
    plan = RefreshPlan(ACME, NOON, NOON, failures)
    following = INTERVAL.after_failure(ACME, plan, NOON, jitter)
    assert following.failures == failures + 1
    assert following.next_at - NOON > INTERVAL.after_success(ACME, NOON, 1).next_at - NOON
    assert following.next_at - NOON <= 6 * HOUR * LONGEST_FACTOR * (1 + SPREAD) + timedelta(seconds=1)
    further = INTERVAL.after_failure(ACME, following, NOON, jitter)
    assert further.next_at >= following.next_at
    assert not INTERVAL.is_due(READ, following, following.next_at - MINUTE)


@pytest.mark.parametrize(("wait", "holds"), [(20 * HOUR, True), (MINUTE, False)])
def test_a_vendors_retry_after_holds_where_it_is_later(wait: timedelta, holds: bool) -> None:
    """Asking sooner would be rude, asking that soon again would not help."""
    plan = INTERVAL.after_failure(ACME, None, NOON, 0.5, NOON + wait)
    assert (plan.next_at == NOON + wait) is holds
    assert plan.next_at >= NOON + 12 * HOUR


def test_a_list_that_somebody_refreshed_meanwhile_is_due_an_interval_after_that() -> None:
    """Whatever was planned before: also where earlier refreshes failed."""
    failing = RefreshPlan(ACME, NOON + 40 * HOUR, NOON, 3)
    refreshed = evolve(READ, fetched_at=NOON + HOUR)
    assert not INTERVAL.is_due(refreshed, failing, NOON + 6 * HOUR)
    assert INTERVAL.is_due(refreshed, failing, NOON + 7 * HOUR)
    soon = RefreshPlan(ACME, NOON + 2 * HOUR, NOON)
    assert not INTERVAL.is_due(refreshed, soon, NOON + 3 * HOUR)


def test_a_clock_that_was_set_back_keeps_no_list_from_being_due() -> None:
    """A moment that no plan can lie at is due at once."""
    longest = max(6 * HOUR * LONGEST_FACTOR * (1 + SPREAD), LONGEST_VENDOR_WAIT)
    assert INTERVAL.is_due(READ, RefreshPlan(ACME, NOON + longest + HOUR, NOON), NOON)
    assert INTERVAL.is_due(evolve(READ, fetched_at=NOON + longest + 6 * HOUR), None, NOON)


def test_one_instance_holds_the_lease() -> None:
    """It may extend it; another one takes it when it has run out, or was given back."""
    mine = extended(None, "a", NOON)
    assert mine == Lease("a", NOON + LEASE_FOR)
    assert extended(mine, "a", NOON + MINUTE) == Lease("a", NOON + MINUTE + LEASE_FOR)
    assert extended(mine, "b", NOON + MINUTE) is None
    assert extended(mine, "b", NOON + LEASE_FOR) == Lease("b", NOON + 2 * LEASE_FOR)
    assert extended(released(mine, "a", NOON + MINUTE), "b", NOON + MINUTE) == Lease("b", NOON + MINUTE + LEASE_FOR)
    assert released(mine, "b", NOON) == mine
    assert released(None, "a", NOON) is None


def test_a_lease_from_the_future_is_nobodys() -> None:
    """A clock that was set back does not keep it for ever."""
    assert extended(Lease("a", NOON + LEASE_FOR + MINUTE), "b", NOON) is not None
