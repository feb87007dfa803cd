"""The lists of all slots, built from declarations, vendors' lists and metadata, and kept while they hold."""

from collections.abc import Hashable
from typing import TypeVar

from modeldesk.domain.model.catalogue.catalogue import Catalogue, declared_catalogue, live_catalogue
from modeldesk.domain.model.catalogue.classification import capability_group
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.services.list_request import ServedList
from modeldesk.domain.services.live_lists import LiveLists

MOST_BUILT = 4096

Place = TypeVar("Place", bound=Hashable)
Built = TypeVar("Built")


class CatalogueCache:
    """Builds a slot's list from what is at hand, and keeps it for as long as it is made of the same things. Asks no vendor."""

    def __init__(self, metadata: ModelMetadata, lists: LiveLists) -> None:
        self._metadata = metadata
        self._lists = lists
        self._declared: dict[Slot, tuple[Capability, Catalogue]] = {}
        # Chat and content are served by the same models: they share one catalogue, which is as large as the vendor's list itself.
        # A list of an admin's own key has a place of its own beside everybody's.
        self._live: dict[tuple[Slug, str | None, Hashable], tuple[ListKey, Catalogue]] = {}

    async def declared(self, provider: Provider, slot: Slot) -> Catalogue:
        """The list that the declaration holds."""
        capability = provider.capability(slot.capability)
        kept = self._declared.get(slot)
        if kept is None or kept[0] != capability:
            kept = (capability, declared_catalogue(capability, await self._metadata.facts(provider)))
            _keep(self._declared, slot, kept)
        return kept[1]

    async def live(self, provider: Provider, slot: Slot, listed: ServedList) -> Catalogue:
        """The part of a vendor's list that serves the slot's capability."""
        place = (provider.slug, listed.state.owner, capability_group(slot.capability))
        kept = self._live.get(place)
        if kept is None or kept[0] != listed.state.key:
            facts = await self._metadata.facts(provider)
            kept = (listed.state.key, live_catalogue(slot.capability, listed.models, facts, listed.read_at))
            if listed.state.revision:  # without one it was too late to be kept
                _keep(self._live, place, kept)
        return kept[1]

    async def peek(self, provider: Provider, slot: Slot, snapshot: Snapshot) -> Catalogue | None:
        """The slot's live list as far as everybody may know it, without asking the vendor; None where there is none."""
        declared = provider.capabilities.get(slot.capability)
        if declared is None or not declared.supported or not declared.has_dynamic_models:
            return None
        state = self._lists.peek_state(provider, snapshot)
        if state is None:
            return None
        kept = self._live.get((provider.slug, None, capability_group(slot.capability)))
        if kept is not None and kept[0] == state.key:  # so that whoever selects waits for no cache
            return kept[1]
        listed = await self._lists.peek(provider, snapshot)
        return await self.live(provider, slot, listed) if listed is not None else None


def _keep(shelf: dict[Place, Built], place: Place, built: Built) -> None:
    if len(shelf) >= MOST_BUILT and place not in shelf:
        shelf.pop(next(iter(shelf)))
    shelf[place] = built
