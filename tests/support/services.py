"""Every service over one store and fake vendors, for tests that need no container."""

from collections.abc import Hashable, Mapping
from typing import Any, Protocol

from attrs import define, field

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.adapters.concurrency.background import AsyncioBackgroundTasks
from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.queries import AttemptCounts, ListContents, SessionUses, Snapshots
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.dashboard import Dashboard
from modeldesk.domain.services.discovery import CatalogueDiscovery
from modeldesk.domain.services.list_recorder import ListRecorder
from modeldesk.domain.services.list_refresh import ListRefresh
from modeldesk.domain.services.live_lists import LiveLists
from modeldesk.domain.services.master_key_rotation import MasterKeyRotation
from modeldesk.domain.services.provider_keys import ProviderKeys
from modeldesk.domain.services.refresh_schedule import RefreshSchedule
from modeldesk.domain.services.registration import ProviderRegistration
from modeldesk.domain.services.resolution import Resolver
from modeldesk.domain.services.selection import ModelSelection
from modeldesk.domain.services.uses import Uses
from tests.support.fake_vendors import CLASSES, FakeVendors, vault


class EnteredUnitOfWork(UnitOfWork, Protocol):
    async def __aenter__(self) -> UnitOfWork: ...

    async def __aexit__(self, *failure: object) -> None: ...


class Store(Snapshots, ListContents, SessionUses, AttemptCounts, Protocol):
    """A desk of any kind."""

    def unit_of_work(self) -> EnteredUnitOfWork: ...


class Metadata(Protocol):
    def stamp(self) -> Hashable: ...

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]: ...


@define(slots=False)
class Services:
    """Made anew over the same store, it is another process."""

    store: Store
    clock: Clock
    metadata: Metadata
    vendors: FakeVendors = field(factory=FakeVendors)
    cache: ListCache = field(factory=InMemoryListCache)
    vault: Vault = field(factory=vault)
    background: AsyncioBackgroundTasks = field(factory=AsyncioBackgroundTasks)
    coalescing: AsyncioCoalescing = field(factory=AsyncioCoalescing)

    def __attrs_post_init__(self) -> None:
        work = self.store.unit_of_work
        live: dict[str, Any] = {"unit_of_work": work, "snapshots": self.store, "vendors": self.vendors, "vault": self.vault}
        common: dict[str, Any] = {"classes": CLASSES, "clock": self.clock}
        self.lists = self._live_lists()
        self.catalogues = CatalogueCache(self.metadata, self.lists, self.coalescing)
        self.registration = ProviderRegistration(work, self.store, CLASSES, self.clock)
        self.selection = ModelSelection(work, self.store, self.catalogues, self.metadata, self.clock)
        self.resolver = Resolver(self.store, self.catalogues, self.metadata, CLASSES, self.clock)
        self.uses = Uses(work, self.clock)
        self.discovery = CatalogueDiscovery(
            unit_of_work=work, snapshots=self.store, catalogues=self.catalogues, lists=self.lists, cache=self.cache, clock=self.clock
        )
        self.oversight = Dashboard(
            **common, snapshots=self.store, catalogues=self.catalogues, metadata=self.metadata, cache=self.cache, vault=self.vault
        )
        self.key_keeping = ProviderKeys(**live, **common)
        self.rotation = MasterKeyRotation(unit_of_work=work, vault=self.vault, classes=CLASSES, clock=self.clock)

    def _live_lists(self) -> LiveLists:
        schedule = RefreshSchedule(self.clock)
        recorder = ListRecorder(
            unit_of_work=self.store.unit_of_work,
            contents=self.store,
            cache=self.cache,
            classes=CLASSES,
            schedule=schedule,
            clock=self.clock,
            coalescing=self.coalescing,
        )
        self.refresh = ListRefresh(
            snapshots=self.store,
            vendors=self.vendors,
            vault=self.vault,
            cache=self.cache,
            coalescing=self.coalescing,
            recorder=recorder,
            schedule=schedule,
        )
        return LiveLists(
            snapshots=self.store,
            classes=CLASSES,
            clock=self.clock,
            schedule=schedule,
            refresh=self.refresh,
            recorder=recorder,
            background=self.background,
        )

    async def close(self) -> None:
        """Ends what is under way, as the end of the process does."""
        await self.coalescing.close()
        await self.background.close()
