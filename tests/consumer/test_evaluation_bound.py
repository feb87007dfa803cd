"""The bound on evaluations: of each caller by itself, a burst at once, and then as many as a second has."""

from datetime import timedelta

import pytest

from modeldesk.domain.errors import TooManyEvaluations
from modeldesk.entrypoints.consumer import evaluation_bound
from modeldesk.entrypoints.consumer.evaluation_bound import EvaluationBound
from tests.support.manual_clock import ManualClock

RATE = 4
BURST = RATE * evaluation_bound.BURST_SECONDS


def admitted(bound: EvaluationBound, whose: str = "shop", most: int = 100) -> int:
    """How many are answered before the first refusal."""
    for count in range(most):
        try:
            bound.admit(whose)
        except TooManyEvaluations:
            return count
    return most


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_burst_and_then_the_rate(clock: ManualClock) -> None:
    """A refusal counts nothing, so whoever waits as told is answered."""
    bound = EvaluationBound(RATE, clock)
    assert admitted(bound) == BURST
    with pytest.raises(TooManyEvaluations) as refused:
        bound.admit("shop")
    assert refused.value.seconds == 1
    clock.forward(timedelta(seconds=1))
    assert admitted(bound) == RATE
    clock.forward(timedelta(hours=1))
    assert admitted(bound) == BURST


def test_each_caller_has_their_own(clock: ManualClock) -> None:
    """One that asks too often takes nothing from another."""
    bound = EvaluationBound(RATE, clock)
    assert [admitted(bound, whose) for whose in ("shop", "bot")] == [BURST, BURST]


def test_without_a_bound_everything_is_answered(clock: ManualClock) -> None:
    """Where the operator sets none."""
    assert admitted(EvaluationBound(None, clock), most=10_000) == 10_000


def test_a_clock_that_was_set_back_locks_nobody_out(clock: ManualClock) -> None:
    """Everybody begins anew."""
    bound = EvaluationBound(RATE, clock)
    admitted(bound)
    clock.forward(-timedelta(days=1))
    assert admitted(bound) == BURST


def test_who_asks_no_more_is_forgotten(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """And those who still ask are not."""
    monkeypatch.setattr(evaluation_bound, "MOST_KEPT", 3)
    bound = EvaluationBound(RATE, clock)
    for whose in ("a", "b"):
        bound.admit(whose)
    clock.forward(timedelta(minutes=1))
    assert admitted(bound, "busy") == BURST
    bound.admit("new")
    assert len(bound._until) == 2
    assert admitted(bound, "busy") == 0
