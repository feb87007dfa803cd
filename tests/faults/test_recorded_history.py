"""The checker of recorded histories finds what it is there for."""

import pytest
from attrs import evolve

from tests.support.recorded_history import DESELECT, READ, ROLL_BACK, SELECT, Recorded, told_uncommitted, violations

HISTORY = {"s": ["a", "b", None, "a", "c"]}
A = Recorded(SELECT, "s", 0, 1, model="a", version=1)
B = Recorded(SELECT, "s", 2, 3, model="b", previous="a", version=2, expected=1)
EMPTY = Recorded(DESELECT, "s", 4, 5, previous="b")
BACK = Recorded(ROLL_BACK, "s", 6, 7, model="a", version=4)
C = Recorded(SELECT, "s", 8, 9, model="c", previous="a", version=5, is_known=False)
GOOD = [
    A,
    B,
    EMPTY,
    BACK,
    C,
    Recorded(READ, "s", 1.5, 1.6, model="a", version=1),
    Recorded(READ, "s", 2.5, 2.6, model="b", version=2),
    Recorded(READ, "s", 2.5, 2.6, model="a", version=1),
    Recorded(READ, "s", 5.5, 5.6),
    Recorded(DESELECT, "s", 5.5, 5.6),
    Recorded(SELECT, "s", 3.5, 3.6, model="x", expected=1, refused=True),
    Recorded(READ, "s", 20, 21, model="c", version=5),
    Recorded(READ, "s", 20, 21, expected=4, refused=True, current=5),
]


def test_a_good_history() -> None:
    """Concurrent reads may see either; a lost answer may have happened."""
    assert violations(GOOD, HISTORY) == []


@pytest.mark.parametrize(
    "wrong",
    [
        [Recorded(READ, "s", 3.5, 3.6, model="a", version=1)],
        [Recorded(READ, "s", 2.5, 2.6, model="c", version=5)],
        [Recorded(READ, "s", 2.5, 2.6, model="b", version=1)],
        [Recorded(READ, "s", 7.5, 7.6)],
        [Recorded(SELECT, "s", 10, 11, model="d", previous="c", version=6)],
        [Recorded(SELECT, "s", 10, 11, model="d", previous="c", version=5)],
        [evolve(B, began=8, ended=9)],
        [evolve(B, expected=0)],
        [evolve(B, previous=None)],
        [evolve(A, began=0.5)],
        [Recorded(DESELECT, "s", 7.5, 7.6, previous="a")],
        [Recorded(DESELECT, "s", 1.5, 1.6)],
        [Recorded(SELECT, "s", 1.5, 1.6, model="x", expected=1, refused=True)],
        [Recorded(SELECT, "s", 20, 21, model="x", expected=5, refused=True, current=6)],
        [Recorded(SELECT, "s", 3.5, 3.6, model="x", expected=0, refused=True, current=1)],
    ],
    ids=[
        "stale read",
        "read of the future",
        "read of another model",
        "read of nothing",
        "lost write",
        "write of another model",
        "write into the past",
        "compare-and-set that did not compare",
        "another previous model",
        "acknowledged twice",
        "lost deselection",
        "never empty",
        "refused though right",
        "told a version that was not yet",
        "told a version that was over",
    ],
)
def test_what_is_wrong_is_found(wrong: list[Recorded]) -> None:
    """Each kind by itself."""
    replaced = [call for call in GOOD if (call.kind, call.version) != (SELECT, 2)] if wrong[0].version == 2 else GOOD
    assert any(str(wrong[0]) in line for line in violations([*replaced, *wrong], HISTORY))


def test_what_was_told_and_never_was_is_counted() -> None:
    """A version that the history does not have, another model in its place, and a model before it that nobody has heard of."""
    wrong = [
        Recorded(READ, "s", 20, 21, model="d", version=6),
        Recorded(READ, "s", 20, 21, model="d", version=5),
        Recorded(DESELECT, "s", 20, 21, previous="d"),
        Recorded(SELECT, "s", 20, 21, model="x", expected=5, refused=True, current=6),
    ]
    assert told_uncommitted([*GOOD, *wrong], HISTORY) == wrong
