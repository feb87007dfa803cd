"""Numbers that processes share, and that outlive each of them."""

import os
import signal
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.entrypoints.metrics.shared_counters import LONGEST_LABEL, SharedCounters

KEYS = st.tuples(st.sampled_from(["a", "b"]), st.text(max_size=12))


def in_a_process(work: Callable[[], None]) -> None:
    """Runs it in a process that is killed when it is done, as a worker may be at any time."""
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os.write(told, b".")
            signal.pause()
    os.read(ready, 1)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(ready)
    os.close(told)


@given(st.lists(st.tuples(st.integers(0, 2), KEYS, st.integers(0, 1_000))))
def test_totals_are_the_sums_over_all_places(additions: list[tuple[int, tuple[str, str], int]]) -> None:
    """Whoever counted, whatever the labels are, and also after another process took a place over."""
    counters, expected = SharedCounters(3, 64 * 1024), dict[tuple[str, ...], float]()
    for place, key, amount in additions:
        counters.begin(place)
        counters.add(key, amount)
        label = key[1].replace("\x1f", " ")
        expected[(key[0], label)] = expected.get((key[0], label), 0.0) + amount
    assert {key: values[0] for key, values in counters.totals().items()} == expected


def test_a_worker_that_was_killed_is_counted_on() -> None:
    """Its numbers stay, its successor goes on where it stopped, and the parent sees both while they run."""
    counters = SharedCounters(2)

    def work() -> None:
        counters.begin(1)
        counters.add(("requests", "chat"))
        index = counters.block(("durations",), 3)
        counters.numbers[index + 2] += 0.5

    counters.add(("requests", "chat"), 10.0)
    for round_ in (1, 2, 3):
        in_a_process(work)
        assert counters.totals() == {("requests", "chat"): [10.0 + round_], ("durations",): [0.0, 0.0, 0.5 * round_]}


def test_each_worker_writes_into_a_region_of_its_own() -> None:
    """Two of the same key at once lose nothing; and whoever takes a place over finds the block that is there, so that it never fills up."""
    counters = SharedCounters(2)
    indexes = list[int]()
    for place in (0, 1, 0, 1):
        counters.begin(place)
        indexes.append(counters.block(("requests", "chat")))
    assert indexes[0] != indexes[1]
    assert indexes[2:] == indexes[:2]


def test_a_separator_in_a_label_makes_no_second_label() -> None:
    """A path that somebody sent may hold it."""
    counters = SharedCounters()
    counters.add(("requests", "a\x1fb", "c"))
    assert list(counters.totals()) == [("requests", "a b", "c")]


def test_what_has_no_room_is_not_counted(caplog: pytest.LogCaptureFixture) -> None:
    """It changes no other number, the place next to it stays as it is, and the log says so once."""
    counters = SharedCounters(2, 1024)
    counters.begin(1)
    counters.add(("first",))
    counters.begin(0)
    for number in range(200):
        counters.add(("key", str(number)))
        index = counters.block(("wide", str(number)), 16)
        for offset in range(16):
            counters.numbers[index + offset] += 1.0
    assert [record.getMessage() for record in caplog.records] == ["there is no room for further metrics"]
    totals = counters.totals()
    assert totals[("first",)] == [1.0]
    assert 3 < len(totals) < 40
    assert all(value == 1.0 for values in totals.values() for value in values)


def test_a_label_has_a_length() -> None:
    """And a half of a surrogate pair is no reason to fail."""
    counters = SharedCounters()
    counters.add(("key", "x" * 1_000))
    counters.add(("key", "\ud800"))
    assert sorted(len(key[1]) for key in counters.totals()) == [1, LONGEST_LABEL]


def test_a_number_can_be_replaced() -> None:
    """As gauges are."""
    counters = SharedCounters()
    for value in (3.0, 2.0):
        counters.put(("open",), value)
    assert counters.totals() == {("open",): [2.0]}
