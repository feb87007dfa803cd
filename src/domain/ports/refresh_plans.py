"""The plan of scheduled refreshes, and the lease of the instance that does them."""

from collections.abc import Sequence
from typing import Protocol

from modeldesk.domain.model.catalogue.refresh_plan import Lease, RefreshPlan
from modeldesk.domain.model.values.texts import Slug


class RefreshStore(Protocol):
    """Plans by provider, and leases by name. Writing them leaves the generation as it is."""

    async def lease(self, name: str) -> Lease | None: ...

    async def put_lease(self, name: str, lease: Lease) -> None:
        """Adds or replaces."""
        ...

    async def plan(self, provider: Slug) -> RefreshPlan | None: ...

    async def put_plan(self, plan: RefreshPlan) -> None:
        """Adds or replaces."""
        ...


class RefreshPlans(Protocol):
    """The plans, read without waiting for writers."""

    async def refresh_plans(self) -> Sequence[RefreshPlan]:
        """In no particular order. Raises as `Snapshots`."""
        ...
