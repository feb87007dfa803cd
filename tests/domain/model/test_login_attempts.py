"""Counts of failed sign-ins: the waits that follow from them, and the digests under which they are kept."""

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.access.login_attempts import (
    LONGEST_WAIT,
    REMEMBERED,
    FailureCount,
    account_digest,
    address_digest,
    wait_after,
)
from tests.support.samples import NOON

QUARTER = timedelta(minutes=15)


@given(st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=200))
def test_at_most_twenty_are_heard_in_fifteen_minutes(steps: list[tuple[int, bool]]) -> None:
    """However they are spread: as soon as each may be, or later."""
    count, now, heard = FailureCount("d", 0, NOON), NOON, []
    for seconds, patient in steps:
        now = now + timedelta(seconds=seconds) if patient else max(now, now + count.retry_after(now))
        if not count.retry_after(now):
            count = count.one_more(now)
            heard.append(now)
    assert all(sum(start <= at < start + QUARTER for at in heard) <= 20 for start in heard)


def test_the_waits_grow_and_end() -> None:
    """Five failures are free; then 1, 2, 4 … seconds, and never more than five minutes."""
    waits = [wait_after(failures).total_seconds() for failures in range(40)]
    assert waits[:9] == [0, 0, 0, 0, 0, 1, 2, 4, 8]
    assert waits == sorted(waits)
    assert set(waits[14:]) == {LONGEST_WAIT.total_seconds()}
    assert wait_after(10**9) == LONGEST_WAIT < REMEMBERED


@given(st.integers(0, 60), st.integers(-10_000, 10_000))
def test_nobody_waits_longer_than_the_rule(failures: int, seconds: int) -> None:
    """Wherever the clock was set; and after a quarter of an hour everything is forgotten."""
    count = FailureCount("d", failures, NOON)
    assert timedelta() <= count.retry_after(NOON + timedelta(seconds=seconds)) <= wait_after(failures)
    assert count.one_more(NOON + REMEMBERED).failures == 1
    assert count.one_more(NOON + REMEMBERED - timedelta(microseconds=1)).failures == failures + 1
    assert count.one_more(NOON).one_less() == count


@pytest.mark.parametrize(
    ("peer", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("socket", "socket"),
    ],
)
def test_the_counts_of_an_older_version_are_found(peer: str, counted_as: str) -> None:
    """What a digest is of stays the same: an update lets nobody guess anew."""
    assert address_digest(peer) == hashlib.sha256(f"peer\0{counted_as}".encode()).hexdigest()
    assert account_digest("ann") == hashlib.sha256(b"account\0ann").hexdigest()
