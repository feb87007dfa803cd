"""The plan of scheduled refreshes in memory."""

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.model.catalogue.refresh_plan import Lease, RefreshPlan
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen


@frozen
class InMemoryRefreshes:
    draft: Draft

    async def lease(self, name: str) -> Lease | None:
        return (await self.draft.read()).leases.get(name)

    async def put_lease(self, name: str, lease: Lease) -> None:
        held = (await self.draft.read()).leases
        self.draft.write(None, leases={**held, name: lease})

    async def plan(self, provider: Slug) -> RefreshPlan | None:
        return (await self.draft.read()).refresh_plans.get(provider)

    async def put_plan(self, plan: RefreshPlan) -> None:
        held = (await self.draft.read()).refresh_plans
        self.draft.write(None, refresh_plans={**held, plan.provider: plan})
