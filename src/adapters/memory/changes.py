"""The change log in memory."""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.model.catalogue.changes import MissingModel, ModelChange
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen


@frozen
class InMemoryChanges:
    draft: Draft

    async def add(self, changes: Sequence[ModelChange]) -> None:
        held = await self.draft.read()
        numbered = tuple(evolve(change, id=number) for number, change in enumerate(changes, start=held.last_change + 1))
        self.draft.write(None, changes=(*held.changes, *numbered), last_change=held.last_change + len(numbered))

    async def forget(self, until: datetime) -> None:
        held = (await self.draft.read()).changes
        self.draft.write(None, changes=tuple(change for change in held if change.at >= until))

    async def missing(self, provider: Slug) -> Sequence[MissingModel]:
        return (await self.draft.read()).missing_models.get(provider, ())

    async def put_missing(self, provider: Slug, missing: Sequence[MissingModel]) -> None:
        held = (await self.draft.read()).missing_models
        self.draft.write(None, missing_models={**held, provider: tuple(missing)})
