"""In-memory uses."""

from collections.abc import Sequence

from attrs import evolve

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState
from modeldesk.domain.records import frozen


@frozen
class InMemoryUses:
    draft: Draft

    async def state(self, name: UseName) -> UseState:
        held = await self.draft.read()
        return UseState(name, len(held.use_history.get(name, ())), held.uses.get(name))

    async def all(self) -> Sequence[Use]:
        return list((await self.draft.read()).uses.values())

    async def record(self, change: UseChange) -> None:
        held = await self.draft.read()
        uses = {name: use for name, use in held.uses.items() if name != change.name}
        if change.use is not None:
            uses[change.name] = change.use
        changes = (*held.use_history.get(change.name, ()), change)
        self.draft.write("choices", uses=uses, use_history={**held.use_history, change.name: changes})

    async def remember(self, use: Use) -> None:
        held = await self.draft.read()
        stored = evolve(held.uses[use.name], imported_values=use.imported_values)
        self.draft.write("choices", uses={**held.uses, use.name: stored})

    async def history(self, name: UseName) -> Sequence[UseChange]:
        return (await self.draft.read()).use_history.get(name, ())
