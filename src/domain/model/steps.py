"""Long pure work in steps: a generator that yields where others may run, and returns the result. Short work has one step."""

from collections.abc import Generator
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Steps: TypeAlias = Generator[None, None, T]

A_STEP = 250
"""Models that are worked on in one step: at most some 5 ms."""
