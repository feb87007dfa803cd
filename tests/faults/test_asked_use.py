"""The checker of answers to products finds what it is there for."""

import pytest

from tests.support.asked_use import Answered, Change, Order, violations

ORDER = Order(7, "a", {"a": "a0", "b": "b0"}, [Change("a", "a1"), Change("b"), Change("a", "a2")], [(1, 2), (3, 4), (5, 6)])


@pytest.mark.parametrize(
    "answer",
    [
        Answered(0, 0.5, "a", "a0", 7),
        Answered(1.5, 1.6, "a", "a0", 7),
        Answered(1.5, 1.6, "a", "a1", 8),
        Answered(3.5, 9, "b", "b0", 9),
        Answered(3.5, 9, "b", "b0", 10),
        Answered(7, 8, "b", "b0", 10),
    ],
)
def test_what_was_active_at_a_moment_of_the_question(answer: Answered) -> None:
    """Before a change was acknowledged, either state may be seen."""
    assert violations(ORDER, [answer]) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answered(1, 9, "a", None, 8), "no model"),
        (Answered(1, 9, "b", "a1", 8), "active was"),
        (Answered(1, 9, "a", "a2", 10), "active was"),
        (Answered(3.5, 9, "b", "b0", 11), "never was"),
        (Answered(3.5, 9, "a", "a0", 7), "stale"),
        (Answered(0, 2.5, "b", "b0", 9), "after the answer"),
    ],
    ids=["none", "torn", "not where the use points", "no such state", "stale", "future"],
)
def test_what_is_wrong_is_found(answer: Answered, reason: str) -> None:
    """Each kind by itself."""
    (found,) = violations(ORDER, [answer])
    assert reason in found
