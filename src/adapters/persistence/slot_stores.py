"""The stores of a unit of work for providers, slots and uses.

Providers and slots are read from the snapshot, where the transaction proves it.
"""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from modeldesk.adapters.persistence import statements, use_statements
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.domain.errors import ProviderNotFound
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.provider_store import NO_DIGESTS


class SqlProviders(Struct, frozen=True):
    work: OpenWork

    async def get(self, slug: Slug) -> Provider:
        if (known := await self.work.proven("catalogue")) is not None:
            return known.provider(slug)
        found = await self.work.read(statements.provider, slug)
        if found is None:
            raise ProviderNotFound(slug, await self.work.read(statements.provider_slugs))
        return found

    async def all(self) -> Sequence[Provider]:
        if (known := await self.work.proven("catalogue")) is not None:
            return list(known.providers.values())
        return await self.work.read(statements.providers)

    async def some(self, slugs: Collection[Slug]) -> Sequence[Provider]:
        if (known := await self.work.proven("catalogue")) is not None:
            return [known.providers[slug] for slug in slugs if slug in known.providers]
        return await self.work.read(statements.some_providers, tuple(slugs))

    async def imported(self) -> Sequence[ImportedEntry]:
        known = await self.work.proven_imports()
        return await self.work.read(statements.imported_entries) if known is None else known

    async def put(self, providers: Sequence[Provider], digests: Mapping[Slug, str] = NO_DIGESTS) -> None:
        self.work.write("catalogue", statements.put_providers, tuple(providers), digests)

    async def version_floor(self) -> int:
        return await self.work.read(statements.version_floor)


class SqlChoices(Struct, frozen=True):
    work: OpenWork

    async def slot(self, slot: Slot) -> SlotState:
        if (known := await self.work.proven("choices")) is not None:
            return known.slot(slot)
        return await self.work.read(statements.slot_state, slot)

    async def head(self, slot: Slot) -> SlotState:
        if (known := await self.work.proven("choices")) is not None:
            return known.slot(slot)
        return await self.work.head(slot)

    async def active(self) -> Sequence[SlotState]:
        known = await self.work.proven("choices")
        states = known.choices.values() if known is not None else await self.work.read(statements.slot_states)
        return [state for state in states if state.active is not None]

    async def record(self, choice: SlotChange) -> None:
        self.work.write("choices", statements.record, choice)

    async def history(self, slot: Slot) -> Sequence[SlotChange]:
        return await self.work.read(statements.history, slot)


class SqlUses(Struct, frozen=True):
    work: OpenWork

    async def state(self, name: UseName) -> UseState:
        return await self.work.read(use_statements.use_state, name)

    async def all(self) -> Sequence[Use]:
        return await self.work.read(use_statements.uses)

    async def record(self, change: UseChange) -> None:
        self.work.write("choices", use_statements.record_use, change)

    async def remember(self, use: Use) -> None:
        self.work.write("choices", use_statements.remember_imported, use)

    async def history(self, name: UseName) -> Sequence[UseChange]:
        return await self.work.read(use_statements.use_history, name)
