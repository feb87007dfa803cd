"""Per-process cache of the slots' catalogues, built from declarations, vendors' lists and metadata."""

from collections.abc import Hashable, Mapping
from typing import TypeAlias, TypeVar

from modeldesk.domain.model.catalogue.catalogue import (
    Catalogue,
    Chunk,
    ModelFacts,
    catalogue_chunk,
    declared_catalogue,
    joined_catalogue,
)
from modeldesk.domain.model.catalogue.declaration_overlay import narrowed, with_declared
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.purposes import capability_group
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.steps import A_STEP
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.ports.coalescing import Coalescing
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.services.breaks import Break, with_breaks
from modeldesk.domain.services.list_request import ServedList
from modeldesk.domain.services.live_lists import LiveLists

MOST_BUILT = 4096

LiveEntry: TypeAlias = tuple[Slug, str | None, Hashable]
"""A provider, the owner of the list, and the group of capabilities with the same catalogue: a list read with a personal key has an entry of its own."""

Sources: TypeAlias = tuple[ListKey, Capability | None]
"""What a live catalogue is built from: the list, and the declaration where that changes it."""

Key = TypeVar("Key", bound=Hashable)
Built = TypeVar("Built")


class CatalogueCache:
    """Builds a slot's catalogue, and keeps it until its sources change. Asks no vendor."""

    def __init__(self, metadata: ModelMetadata, lists: LiveLists, coalescing: Coalescing) -> None:
        self._metadata = metadata
        self._lists = lists
        self._coalescing = coalescing
        self._facts: dict[Slug, Mapping[str, ModelFacts]] = {}
        self._declared: dict[Slot, tuple[Capability, Catalogue]] = {}
        self._live: dict[LiveEntry, tuple[Sources, Catalogue]] = {}

    def expired(self, snapshot: Snapshot) -> Hashable:
        """What `peek` depends on besides the snapshot and the metadata."""
        return self._lists.expired(snapshot)

    async def declared(self, provider: Provider, slot: Slot) -> Catalogue:
        """The catalogue of the declared models."""
        capability, facts = provider.capability(slot.capability), await self._current_facts(provider)
        kept = self._declared.get(slot)
        if kept is not None and kept[0] == capability:
            return kept[1]

        async def build() -> Catalogue:
            built = await with_breaks(narrowed(capability, await with_breaks(declared_catalogue(capability, facts))))
            if self._facts[provider.slug] == facts and self._declared.get(slot) is kept:
                _keep(self._declared, slot, (capability, built))
            return built

        if len(capability.models) < A_STEP:
            return await build()
        return await self._coalescing.run((CatalogueCache, slot, id(capability), id(facts)), build)

    async def live(self, provider: Provider, slot: Slot, listed: ServedList) -> Catalogue:
        """The part of a vendor's list that serves the slot's capability."""
        declared, facts = provider.capability(slot.capability), await self._current_facts(provider)
        entry, sources = (provider.slug, listed.state.owner, _group(declared, slot)), _sources(listed.state.key, declared)
        kept = self._live.get(entry)
        if kept is not None and kept[0] == sources:
            return kept[1]

        async def build() -> Catalogue:
            built = await _built(slot.capability, listed, facts)
            joined = await with_breaks(with_declared(declared, built, listed.models, facts))
            shared = self._shared(entry, sources, joined)
            # The facts or the list may have changed during the build.
            is_current = self._facts[provider.slug] == facts and self._live.get(entry) is kept
            if listed.state.revision and is_current:  # the revision is 0 where the list was not recorded
                _keep(self._live, entry, (sources, shared))
            return shared

        if not _takes_breaks(listed, declared):
            return await build()
        # Concurrent requests share one build. Its inputs stay alive until it ends, so their ids are unique.
        basis = (id(declared), id(listed.models), listed.read_at, id(facts))
        return await self._coalescing.run((CatalogueCache, entry, basis), build)

    async def peek(self, provider: Provider, slot: Slot, snapshot: Snapshot) -> Catalogue | None:
        """The slot's catalogue by the shared list, without asking the vendor; None where there is none."""
        declared = provider.capabilities.get(slot.capability)
        if declared is None or not declared.supported or not declared.has_dynamic_models:
            return None
        state = self._lists.peek_state(provider, snapshot)
        if state is None:
            return None
        await self._current_facts(provider)
        kept = self._live.get((provider.slug, None, _group(declared, slot)))
        if kept is not None and kept[0] == _sources(state.key, declared):  # a selection must not wait for the list cache
            return kept[1]
        listed = await self._lists.peek(provider, snapshot)
        return await self.live(provider, slot, listed) if listed is not None else None

    async def _current_facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """The facts as of now. Where they changed, what was built with others is dropped."""
        facts = await self._metadata.facts(provider)
        known = self._facts.get(provider.slug)
        if known is not None and known == facts:
            return known  # the same object, so that callers with equal facts share what is built
        if known is not None:
            for slot in [slot for slot in self._declared if slot.provider == provider.slug]:
                del self._declared[slot]
            for entry in [entry for entry in self._live if entry[0] == provider.slug]:
                del self._live[entry]
        self._facts[provider.slug] = facts
        return facts

    def _shared(self, entry: LiveEntry, sources: Sources, built: Catalogue) -> Catalogue:
        """The catalogue of another capability where it is equal: chat and content mostly are, and each is as large as the vendor's list."""
        of_list = (kept for other, (kept_sources, kept) in self._live.items() if other[:2] == entry[:2] and kept_sources == sources)
        return next((kept for kept in of_list if kept == built), built)


async def _built(capability: CapabilityName, listed: ServedList, facts: Mapping[str, ModelFacts]) -> Catalogue:
    """The catalogue of a vendor's list. A long list takes a tenth of a second, so its build takes breaks."""
    chunks, entries = list[Chunk](), listed.models.models
    for start in range(0, len(entries), A_STEP):
        if start:
            await Break()
        chunks.append(catalogue_chunk(capability, entries[start : start + A_STEP], facts, listed.read_at))
    return joined_catalogue(chunks, listed.models, listed.read_at)


def _takes_breaks(listed: ServedList, declared: Capability) -> bool:
    return max(len(listed.models.models), len(declared.models)) >= A_STEP


def _group(declared: Capability, slot: Slot) -> Hashable:
    """Equal for slots of a provider with the same catalogue. A declaration that changes the list is for its own capability."""
    return slot.capability if declared.changes_list else capability_group(slot.capability)


def _sources(key: ListKey, declared: Capability) -> Sources:
    return key, declared if declared.changes_list else None


def _keep(cache: dict[Key, Built], key: Key, built: Built) -> None:
    if len(cache) >= MOST_BUILT and key not in cache:
        cache.pop(next(iter(cache)))
    cache[key] = built
