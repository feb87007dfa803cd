"""This process, among all that share the database."""

from typing import Protocol


class Instance(Protocol):
    """Has a name that no other process has, by which it holds leases. A process that was forked from it has another one."""

    @property
    def name(self) -> str: ...

    def random(self) -> float:
        """From 0 to 1, for jitter."""
        ...
