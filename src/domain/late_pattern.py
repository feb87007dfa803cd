"""Regular expressions that a start does not need: compiling those of models' names alone takes 10 ms."""

import re
from collections.abc import Callable
from functools import cached_property


class LatePattern:
    """A pattern that is compiled when it is searched first."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """As that of a compiled pattern."""
        return re.compile(self.pattern).search
