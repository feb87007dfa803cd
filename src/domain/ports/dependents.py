"""Dependents: written behind the requests, read beside the unit of work."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.dependents import Dependency, Dependent


class DependentStore(Protocol):
    """Hourly counts of requests. Writing them leaves the generation as it is."""

    async def known(self, tokens: Collection[str]) -> Collection[Dependency]:
        """Every dependency of these tokens, by their names."""
        ...

    async def add(self, requests: Mapping[Dependency, int], at: datetime) -> None:
        """Adds requests to the hour of `at`, which is when each dependency was seen last."""
        ...

    async def forget(self, until: datetime) -> None:
        """Deletes hours that began before `until`, and dependencies last seen before."""
        ...


class DependentLog(Protocol):
    """The counts, read without waiting for writers."""

    async def dependents(self, asked: Collection[str] | None, now: datetime) -> Sequence[Dependent]:
        """The dependents of these names within the last 30 days; None for all names. The latest first, then by name. Raises as `Snapshots`."""
        ...
