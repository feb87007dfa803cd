"""The work of reading a declaration grows with its length and with the problems that are listed, and with nothing else."""

from collections.abc import Callable

import pytest

from modeldesk.adapters.strict_json import scan
from modeldesk.adapters.strict_json.text import read_json
from modeldesk.domain.errors import DeclarationInvalid, Problem
from tests.support.counted_calls import calls_of
from tests.support.counts import count
from tests.support.declarations import READER

CALLS_PER_BYTE = 12
CALLS_PER_PROBLEM = 300
"""At most as many. Usual texts cost far less: the C scanner reads them in one call."""

SHORT = count(125, 500)
"""How often the hostile part is repeated in the shorter of two texts."""

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "one key again and again": lambda count: b"{" + b'"a":1,' * count + b'"a":1}',
    "objects that repeat a key": lambda count: b",".join([b'{"a":1,"a":1}'] * count),
    "unknown keys": lambda count: b"{" + b",".join(b'"k%d":1' % number for number in range(count)) + b"}",
    "empty objects": lambda count: b",".join([b"{}"] * count),
    "empty lists": lambda count: b",".join([b"[]"] * count),
    "numbers out of range": lambda count: b'{"a":[' + b",".join([b"1e99"] * count) + b"]}",
    "halves of characters": lambda count: b",".join([rb'"\ud800"'] * count),
    "models that are none": lambda count: (
        b'{"slug":"a","name":"A","capabilities":{"chat":{"supported":true,"models":[%b]}}}' % b",".join([b"1"] * count)
    ),
    "one slug": lambda count: b",".join([b'{"slug":"a","name":"A"}'] * count),
    "containers that are too deep": lambda count: b",".join([b"[" * 40 + b"]" * 40] * count),
    "containers beside one problem": lambda count: b'{"slug":"a","config":{"further":[%b]}}' % b",".join([b"{}"] * count),
    "containers behind a repeated key": lambda count: b'{"slug":"a","slug":"a"},' + b",".join([b"[{}]"] * count),
}


def work_of(data: bytes) -> tuple[int, int]:
    """The calls that reading takes, and the problems that it lists."""
    problems = list[Problem]()

    def refused() -> None:
        with pytest.raises(DeclarationInvalid) as error:
            READER.read(data)
        problems.extend(error.value.problems)

    return calls_of(refused), len(problems)


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_is_bounded_by_the_bytes_and_problems(kind: str) -> None:
    """Four times the text is at most about four times the work."""
    short, long = (b'{"version":"1.0.0","providers":[%b]}' % HOSTILE[kind](count) for count in (SHORT, 4 * SHORT))
    (few, _), (many, problems) = work_of(short), work_of(long)
    assert many <= CALLS_PER_BYTE * len(long) + CALLS_PER_PROBLEM * problems
    assert many <= 4.5 * few + 4 * SHORT


@pytest.mark.parametrize(
    "kind", ["one key again and again", "objects that repeat a key", "numbers out of range", "halves of characters", "empty lists"]
)
def test_reading_ends_with_the_last_problem_that_is_listed(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """What stands behind it costs nothing of our own: neither time nor an object for each."""
    for name in (
        "strict_json.scan.MOST_PROBLEMS",
        "declaration.entries.MOST_ERRORS",
        "declaration.report.MOST_ERRORS",
        "error_collection.MOST_ERRORS",
    ):
        monkeypatch.setattr(f"modeldesk.adapters.{name}", 20)
    short, long = (b'{"version":"1.0.0","providers":[%b]}' % HOSTILE[kind](count) for count in (200, 4_000))
    # The C scanner calls a hook for each number and object, and tries some containers again; the entry is read before the whole text.
    assert work_of(long)[0] <= work_of(short)[0] + 16 * 4_000


def test_a_text_with_very_many_problems_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a syntax error behind them is found. What was read is no value, and nothing else is said of it."""
    monkeypatch.setattr(scan, "MOST_PROBLEMS", 3)
    document = read_json(b'{"version":"1.0.0","providers":[1e99,1e99,1e99,')
    assert (document.root, document.is_complete, len(document.problems)) == (None, False, 4)
    with pytest.raises(DeclarationInvalid) as refused:
        READER.read(b'{"version":"1.0.0","unknown":1,"providers":[1e99,1e99,1e99,1e99]}')
    assert [problem.reason.code for problem in refused.value.problems] == [*["number-out-of-range"] * 3, "problems-cut"]
    assert [problem.column for problem in refused.value.problems] == [45, 50, 55, None]


def test_a_repeated_key_in_a_long_text_is_found_by_the_fast_scanner() -> None:
    """Entries without a problem are read in one call each."""
    entries = [b'{"slug":"a%d","name":"A","config":{"further":[%b]}}' % (number, b",".join([b'"text"'] * 200)) for number in range(20)]
    entries.insert(10, b'{"slug":"a","slug":"b","name":"A"}')
    data = b'{"version":"1.0.0","providers":[%b]}' % b",\n".join(entries)
    assert calls_of(lambda: read_json(data)) < 2_000
    (problem,) = read_json(data).problems
    assert problem.place is not None
    assert (problem.path, problem.place.line, problem.place.column) == (("providers", 10, "slug"), 11, 13)
