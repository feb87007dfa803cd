"""Many small cases of one rule in one test: a test for each would take longer than what it tries."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def try_all(judge: Callable[[T], object], cases: Iterable[T], name: Callable[[T], str] = str) -> None:
    """Tries every case, whatever the others did. Raises an ExceptionGroup in which each that failed is named."""
    failures, tried = list[Exception](), 0
    for case in cases:
        tried += 1
        try:
            judge(case)
        except Exception as failure:
            failure.add_note(f"the case: {name(case)}")
            failures.append(failure)
    assert tried, "there are no cases"
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {tried} cases failed", failures)
