"""Vendors' keys and their lists in memory."""

from collections.abc import Collection, Sequence

from attrs import evolve

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen


@frozen
class InMemoryKeys:
    draft: Draft

    async def get(self, provider: Slug, owner: str | None) -> StoredKey | None:
        return (await self.draft.read()).keys.get((provider, owner))

    async def all(self) -> Sequence[StoredKey]:
        return list((await self.draft.read()).keys.values())

    async def providers(self) -> Collection[Slug]:
        return {provider for provider, _ in (await self.draft.read()).keys}

    async def put(self, key: StoredKey) -> None:
        held = (await self.draft.read()).keys
        self.draft.write("catalogue", keys={**held, (key.binding.provider, key.binding.owner): key})

    async def delete(self, provider: Slug, owner: str | None) -> None:
        held = (await self.draft.read()).keys
        self.draft.write("catalogue", keys={ref: key for ref, key in held.items() if ref != (provider, owner)})

    async def suspend(self, provider: Slug) -> None:
        held = (await self.draft.read()).keys
        suspended = {ref: evolve(key, is_suspended=True) for ref, key in held.items() if ref[0] == provider}
        self.draft.write("catalogue", keys={**held, **suspended})


@frozen
class InMemoryLists:
    draft: Draft

    async def state(self, provider: Slug, owner: str | None = None) -> ListState:
        return (await self.draft.read()).lists.get((provider, owner)) or ListState(provider, owner=owner)

    async def own(self, provider: Slug) -> Sequence[ListState]:
        return [state for (of, owner), state in (await self.draft.read()).lists.items() if of == provider and owner is not None]

    async def put(self, state: ListState, serialized: VendorList | None = None) -> None:
        held, ref = await self.draft.read(), (state.provider, state.owner)
        contents = held.list_contents if serialized is None else {**held.list_contents, ref: (state.revision, serialized)}
        self.draft.write("catalogue", lists={**held.lists, ref: state}, list_contents=contents)

    async def forget(self, provider: Slug, owner: str) -> None:
        held = await self.draft.read()
        lists = {ref: state for ref, state in held.lists.items() if ref != (provider, owner)}
        contents = {ref: list_ for ref, list_ in held.list_contents.items() if ref != (provider, owner)}
        self.draft.write("catalogue", lists=lists, list_contents=contents)
