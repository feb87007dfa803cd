"""Histories of versioned things, slots and uses: which change a rollback restores."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Change(Protocol):
    """One change of a history, oldest first. Versions count from 1, and leave some out where the database was restored.

    `restores` is the version that a rollback restored, None for any other change.
    """

    @property
    def version(self) -> int: ...

    @property
    def restores(self) -> int | None: ...


C = TypeVar("C", bound=Change)


def previous_version(history: Sequence[Change]) -> int | None:
    """The version that a rollback restores; 0 is the state before the first change, None says that there is nothing to roll back.

    A rollback does not count as a change of its own: two rollbacks in a row go back by two changes.
    """
    current = _effective_version(history)
    return _effective_version([change for change in history if change.version < current]) if current else None


def change_at(history: Sequence[C], version: int) -> C | None:
    """The change that made this version; None for version 0, the state before the first change."""
    return next((change for change in history if change.version == version), None)


def _effective_version(history: Sequence[Change]) -> int:
    """The version whose state holds at the end: the last one, or the one that it restored."""
    if not history:
        return 0
    last = history[-1]
    return last.version if last.restores is None else last.restores
