"""The observed health of active models in memory."""

from collections.abc import Sequence

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.model.health import ObservedHealth
from modeldesk.domain.records import frozen


@frozen
class InMemoryHealth:
    draft: Draft

    async def all(self) -> Sequence[ObservedHealth]:
        return (await self.draft.read()).health

    async def replace(self, observed: Sequence[ObservedHealth]) -> None:
        await self.draft.read()
        self.draft.write(None, health=tuple(sorted(observed, key=lambda one: (one.slot.provider, one.slot.capability))))
