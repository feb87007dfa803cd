"""Names of consumers, and the bounds of what callers can make Modeldesk remember."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.dependents import (
    EVERYTHING,
    MOST_CONSUMERS,
    MOST_OF_TOKEN,
    OTHERS,
    UNNAMED,
    Dependency,
    Dependent,
    bounded,
    consumer_name,
    hour_of,
)

NOON = datetime(2026, 11, 24, 12, 34, 56, 789, tzinfo=UTC)
NAMES = st.text("abc", max_size=3)


@pytest.mark.parametrize(
    ("sent", "counted"),
    [
        (None, UNNAMED),
        ("", UNNAMED),
        ("shop", "shop"),
        ("فروشگاه", "فروشگاه"),
        ("x" * 100, "x" * 100),
        ("x" * 101, OTHERS),
        ("a\nb", OTHERS),
        ("\u202eshop", OTHERS),
        ("\ud800", OTHERS),
        ("  ", OTHERS),
        ("*", OTHERS),
    ],
)
def test_a_consumer_is_counted_under_a_name_that_can_be_shown(sent: str | None, counted: str) -> None:
    """What is long, blank or hides something counts as one of the others."""
    assert consumer_name(sent) == counted


@given(st.lists(st.tuples(NAMES, st.sampled_from(["chat", "acme/chat", EVERYTHING])), max_size=60))
def test_no_caller_adds_without_end(requests: list[tuple[str, str]]) -> None:
    """However many names a token sends: each name that is asked for has so many consumers, and one more for all others."""
    known = set[Dependency]()
    for consumer, asked in requests:
        counted = bounded(Dependency("t", consumer, asked), known)
        assert counted.asked == asked
        known.add(counted)
    for asked in ("chat", "acme/chat", EVERYTHING):
        assert len([one for one in known if one.asked == asked]) <= MOST_CONSUMERS + 1


def test_a_token_that_asks_for_everything_by_name_counts_as_one_that_reads_all() -> None:
    """Its first names stay; what is known already is counted on."""
    known = set[Dependency]()
    for number in range(2 * MOST_OF_TOKEN):
        known.add(bounded(Dependency("t", "", f"p/c{number}"), known))
    assert len(known) == MOST_OF_TOKEN + 1
    assert bounded(Dependency("t", "", f"p/c{MOST_OF_TOKEN}"), known) == Dependency("t", OTHERS, EVERYTHING)
    assert bounded(Dependency("t", "", "p/c0"), known) == Dependency("t", "", "p/c0")


@pytest.mark.parametrize(("asked", "use"), [("chat", "chat"), ("acme/chat", None), (EVERYTHING, None)])
def test_the_use_of_a_dependent(asked: str, use: str | None) -> None:
    """None where a slot was asked for, or everything."""
    assert Dependent("t", "", asked, NOON, 1, 2).use == use


def test_an_hour_begins_at_its_start() -> None:
    """In its own zone."""
    assert hour_of(NOON) == datetime(2026, 11, 24, 12, tzinfo=UTC)
