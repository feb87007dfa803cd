"""Seeing what a provider offers for a capability."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from modeldesk.domain.catalogue import Catalogue, CataloguePage, CatalogueQuery, ModelFacts, Slot, declared_catalogue, look_through
from modeldesk.domain.errors import LiveListNotAvailable
from modeldesk.domain.providers import Provider
from modeldesk.domain.texts import ModelId, Slug

if TYPE_CHECKING:  # the ports are drawn in terms of the values of this layer
    from modeldesk.domain.ports import CatalogueCache, ModelMetadata, OpenUnitOfWork, Snapshots


@frozen
class Browsed:
    """A page of a slot's list; `active` is the model now in use there, which the list may or may not hold."""

    page: CataloguePage
    active: ModelId | None


class CatalogueDiscovery:
    """Answers what there is. A declared list is built from the declaration and the metadata once a generation, then kept."""

    def __init__(self, unit_of_work: "OpenUnitOfWork", snapshots: "Snapshots", metadata: "ModelMetadata", cache: "CatalogueCache") -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._metadata = metadata
        self._cache = cache

    async def browse(self, slot: Slot, query: CatalogueQuery) -> Browsed:
        """The models on offer that fit the query.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, LiveListNotAvailable, and RuleBroken for an unknown sort.
        """
        snapshot = await self._snapshots.current()
        provider = snapshot.provider(slot.provider)
        provider.must_be_active()
        catalogue = await self._catalogue(provider, slot, snapshot.generation.catalogue)
        return Browsed(look_through(catalogue, query), snapshot.slot(slot).active)

    async def clear(self, provider: Slug | None) -> int:
        """Drops the kept lists of one provider or all, here and in every other process; tells how many were kept here.

        Raises ProviderNotFound.
        """
        async with self._unit_of_work() as work:
            if provider is not None:
                await work.providers.get(provider)
            work.renew()
            await work.commit()
        return await self._cache.clear(provider)

    async def _catalogue(self, provider: Provider, slot: Slot, generation: int) -> Catalogue:
        capability = provider.capability(slot.capability)
        if capability.has_dynamic_models:
            raise LiveListNotAvailable(slot.provider, slot.capability)
        if (kept := await self._cache.get(slot, generation)) is not None:
            return kept
        facts: Mapping[str, ModelFacts] = await self._metadata.facts(provider)
        catalogue = declared_catalogue(slot, capability, facts)
        await self._cache.put(slot, generation, catalogue)
        return catalogue
