"""Browsing what a provider offers for a capability."""

from collections.abc import Hashable, Sequence
from datetime import date, timedelta

from modeldesk.domain.errors import KeyMissing, KeyUnreadable, LiveListNotAvailable, Reason, VendorFailed
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Catalogue, Source
from modeldesk.domain.model.catalogue.list_state import Failure, ListState
from modeldesk.domain.model.catalogue.query import CataloguePage, CatalogueQuery, search_catalogue
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.snapshot import Generation, Snapshot
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork
from modeldesk.domain.ports.vendors import Progress
from modeldesk.domain.records import frozen
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.list_request import RefreshMode, no_progress
from modeldesk.domain.services.live_lists import LiveLists
from modeldesk.domain.suggestions import nearest_model

Unread = VendorFailed | KeyMissing | KeyUnreadable | LiveListNotAvailable
"""Why a live list cannot be read."""


@frozen
class SlotCatalogue:
    """A slot's catalogue. `active` is the slot's active model, which the catalogue may or may not hold.

    `generation` is that of the snapshot behind it, and lifecycles are as of `today`; `state` is a live list's state, None for a declared list.
    `unread` is why declared models are shown in place of a live list.
    """

    slot: Slot
    catalogue: Catalogue
    source: Source
    active: ModelId | None
    generation: Generation
    today: date
    state: ListState | None = None
    unread: Reason | None = None

    @property
    def etag_key(self) -> Hashable:
        """Differs wherever the list, or what is shown about it, differs."""
        if self.state is None:
            return self.source, self.unread
        return (self.source, self.state.key, self.failure, self.state.shrunk, self.catalogue.fetched_at)

    @property
    def is_settled(self) -> bool:
        """Whether the next request finds the same, and begins nothing, as long as the snapshot and the ages of its lists stay the same."""
        return self.source is Source.CACHE or (self.source is Source.STATIC and self.unread is None)

    @property
    def is_just_read(self) -> bool:
        """Whether the request waited for the vendor: the next one finds the same list in the cache, and shows that as its source."""
        return self.source is Source.LIVE

    @property
    def failure(self) -> Failure | None:
        """Why the last refresh of this list failed; None where it did not."""
        failure = self.state.failure if self.state is not None else None
        return failure if failure is not None and self.state is not None and failure.digest == self.state.digest else None

    @property
    def is_incomplete(self) -> bool:
        """Whether the list is not the vendor's whole one."""
        return self.state is not None and self.state.is_incomplete

    @property
    def shrunk_count(self) -> int | None:
        """How many models the shrunk list has that waits to be repeated or accepted; None where none waits."""
        return self.state.shrunk.count if self.state is not None and self.state.shrunk is not None else None

    def page(self, query: CatalogueQuery) -> CataloguePage:
        """The models that match the query. Raises InvalidValue for an unknown sort."""
        return search_catalogue(self.catalogue, query)


class CatalogueDiscovery:
    """Serves catalogues from the declaration or from the vendor's own list."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        snapshots: Snapshots,
        catalogues: CatalogueCache,
        lists: LiveLists,
        cache: ListCache,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._lists = lists
        self._cache = cache
        self._clock = clock

    async def listing(
        self,
        slot: Slot,
        actor: Actor,
        mode: RefreshMode = RefreshMode.STALE_OK,
        *,
        is_accepted: bool = False,
        progress: Progress = no_progress,
        most: timedelta | None = None,
    ) -> SlotCatalogue:
        """The catalogue of a slot. `is_accepted` accepts a list that shrank, and is for super admins. `most` is how long the caller waits.

        Raises ProviderNotFound, ProviderInactive, CapabilityNotOffered, NotAllowed, and whatever `LiveLists.read` raises.
        """
        if is_accepted:
            actor.require(Right.ADMINISTER)
        snapshot = await self._snapshots.current()
        provider = snapshot.provider(slot.provider)
        provider.require_active()
        if not provider.capability(slot.capability).has_dynamic_models:
            catalogue = await self._catalogues.declared(provider, slot)
            return self._static(slot, catalogue, snapshot)
        try:
            listed = await self._lists.read(provider, snapshot, actor, mode, is_accepted=is_accepted, progress=progress, most=most)
        except (VendorFailed, KeyMissing, KeyUnreadable, LiveListNotAvailable) as error:
            if not provider.capability(slot.capability).models:
                raise
            return await self._declared_instead(provider, slot, error)
        catalogue = await self._catalogues.live(provider, slot, listed)
        snapshot = await self._snapshots.current()  # the vendor may have been slow, and a model selected meanwhile
        return SlotCatalogue(
            slot, catalogue, listed.source, snapshot.slot(slot).active, snapshot.generation, self._clock().date(), listed.state
        )

    async def _declared_instead(self, provider: Provider, slot: Slot, error: Unread) -> SlotCatalogue:
        """The declared models of a live list, which are the whole list until one can be read, with why it cannot."""
        catalogue, snapshot = await self._catalogues.declared(provider, slot), await self._snapshots.current()
        return self._static(slot, catalogue, snapshot, _why_unread(error))

    def _static(self, slot: Slot, catalogue: Catalogue, snapshot: Snapshot, unread: Reason | None = None) -> SlotCatalogue:
        today, active = self._clock().date(), snapshot.slot(slot).active
        return SlotCatalogue(slot, catalogue, Source.STATIC, active, snapshot.generation, today, unread=unread)

    async def is_unlisted(self, slot: Slot, model: ModelId) -> bool:
        """Whether the slot's list is known and does not contain the model. Asks no vendor."""
        catalogue = await self.peek(slot)
        return catalogue is not None and bool(catalogue.by_id) and model not in catalogue.by_id

    async def nearest(self, slot: Slot, model: ModelId) -> str | None:
        """The nearest id in the slot's list to a mistyped `model`; None without a list, or without a near one. Asks no vendor."""
        catalogue = await self.peek(slot)
        return nearest_model(model, catalogue.by_id) if catalogue is not None else None

    async def peek(self, slot: Slot) -> Catalogue | None:
        """The slot's list as it was last read, else as declared; None where the provider does not offer the capability. Asks no vendor."""
        snapshot = await self._snapshots.current()
        provider = snapshot.providers.get(slot.provider)
        if provider is None or not provider.offers(slot.capability):
            return None
        return await self._catalogues.peek(provider, slot, snapshot) or await self._catalogues.declared(provider, slot)

    async def clear(self, provider: Slug | None, actor: Actor) -> int:
        """Invalidates the lists of one provider, or of all, on every instance: the next request reads them anew.

        A list is still shown where that fails. Returns how many lists the cache held. Raises ProviderNotFound, NotAllowed.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ADMINISTER)
            for slug in [provider] if provider is not None else _with_live_lists(await work.providers.all()):
                await work.providers.get(slug)
                for state in (await work.lists.state(slug), *await work.lists.own(slug)):
                    await work.lists.put(state.cleared())
            await work.audit.add([audit_entry(actor, self._clock(), Action.CACHE_CLEARED, provider or "")])
            await work.commit()
        return await self._cache.clear(provider)


def _why_unread(error: Unread) -> Reason:
    match error:
        case KeyUnreadable():
            return Reason("key-unreadable", provider=error.provider)
        case LiveListNotAvailable():
            return Reason("live-not-available", provider=error.provider)
        case _:
            return error.reason


def _with_live_lists(providers: Sequence[Provider]) -> list[Slug]:
    return [provider.slug for provider in providers if any(part.has_dynamic_models for part in provider.capabilities.values())]
