"""Counts work by calls of functions, those of the standard library in C included: the same on every machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls_of(work: Callable[[], object]) -> int:
    """How many functions `work` calls."""
    count = 0

    def notice(_: FrameType, event: str, __: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    _observed(work, notice)
    return count


def names_of_calls(work: Callable[[], object]) -> set[str]:
    """The names of all functions of Python that `work` calls."""
    names = set[str]()

    def notice(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            names.add(frame.f_code.co_name)

    _observed(work, notice)
    return names


def _observed(work: Callable[[], object], notice: Callable[[FrameType, str, Any], None]) -> None:
    before = sys.getprofile()
    sys.setprofile(notice)
    try:
        work()
    finally:
        sys.setprofile(before)
