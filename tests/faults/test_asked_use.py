"""The checker of answers to products finds what it is there for."""

import pytest

from tests.support.asked_use import Answered, Change, Order, violations

ORDER = Order("a", {"a": "a0", "b": "b0"}, [Change("a", "a1"), Change("b"), Change("a", "a2")], [(1, 2), (3, 4), (5, 6)])
FIRST, SECOND, THIRD = (1, "a", 1, "a0"), (1, "a", 2, "a1"), (2, "b", 1, "b0")


@pytest.mark.parametrize(
    "answer",
    [
        Answered(0, 0.5, FIRST),
        Answered(1.5, 1.6, FIRST),
        Answered(1.5, 1.6, SECOND),
        Answered(3.5, 9, SECOND),
        Answered(3.5, 9, THIRD),
        Answered(7, 8, THIRD),
    ],
)
def test_what_was_active_at_a_moment_of_the_question(answer: Answered) -> None:
    """Before a change was acknowledged, either state may be seen."""
    assert violations(ORDER, [answer]) == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answered(1, 9, None), "no model"),
        (Answered(1, 9, (2, "a", 2, "a1")), "never was"),
        (Answered(1, 9, (1, "a", 3, "a2")), "never was"),
        (Answered(1, 9, (3, "b", 1, "b0")), "never was"),
        (Answered(3.5, 9, FIRST), "stale"),
        (Answered(0, 2.5, THIRD), "after the answer"),
    ],
    ids=["none", "torn", "not where the use points", "no such state", "stale", "future"],
)
def test_what_is_wrong_is_found(answer: Answered, reason: str) -> None:
    """Each kind by itself."""
    (found,) = violations(ORDER, [answer])
    assert reason in found
