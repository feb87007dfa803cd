"""The health of active models as it was observed last."""

from collections.abc import Sequence
from typing import Protocol

from modeldesk.domain.model.health import ObservedHealth


class HealthStore(Protocol):
    """One entry for each slot. Writing leaves the generation as it is."""

    async def all(self) -> Sequence[ObservedHealth]:
        """By provider and capability."""
        ...

    async def replace(self, observed: Sequence[ObservedHealth]) -> None:
        """Replaces every entry."""
        ...


class HealthLog(Protocol):
    """The entries, read without waiting for writers."""

    async def observed_health(self) -> Sequence[ObservedHealth]:
        """By provider and capability. Raises as `Snapshots`."""
        ...
