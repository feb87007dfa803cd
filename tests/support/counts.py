"""How much of something large a run tries: a seeded small form in `make test`, all of it in `make nightly`."""

import os
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"


def count(small: int, nightly: int) -> int:
    """How many examples a property gets."""
    return nightly if IS_NIGHTLY else small


def some(cases: Sequence[T], small: int, seed: object) -> Sequence[T]:
    """All cases at night, else as many of them, always the same for a seed, in their order."""
    if IS_NIGHTLY or small >= len(cases):
        return cases
    return [cases[at] for at in sorted(Random(str(seed)).sample(range(len(cases)), small))]
