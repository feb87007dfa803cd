"""Histories of versioned things, slots and uses: which change a rollback restores."""

from collections.abc import Sequence
from typing import Protocol


class Change(Protocol):
    """One change of a history. Versions count from 1; `restores` is the version that a rollback restored, None for any other change."""

    @property
    def version(self) -> int: ...

    @property
    def restores(self) -> int | None: ...


def previous_version(history: Sequence[Change]) -> int | None:
    """The version that a rollback restores; 0 is the state before the first change, None says that there is nothing to roll back.

    A rollback does not count as a change of its own: two rollbacks in a row go back by two changes.
    """
    current = effective_version(history, len(history))
    return effective_version(history, current - 1) if current else None


def effective_version(history: Sequence[Change], version: int) -> int:
    """The change that is effective at a version: the version itself, or the one that it restored."""
    restored = history[version - 1].restores if version else 0
    return version if restored is None else restored
