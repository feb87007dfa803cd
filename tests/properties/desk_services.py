"""Every service that the machines drive, over one store."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from attrs import Factory, define

from modeldesk.adapters.cache.memory import InMemoryCatalogueCache
from modeldesk.domain.catalogue import ModelFacts
from modeldesk.domain.discovery import CatalogueDiscovery
from modeldesk.domain.overview import Oversight
from modeldesk.domain.ports import Snapshots, UnitOfWork
from modeldesk.domain.prices import Pricing
from modeldesk.domain.providers import Provider
from modeldesk.domain.registration import ProviderRegistration
from modeldesk.domain.selection import ModelSelection

KNOWN = {"alpha": {"m1": ("Model One", True), "m2": ("Model Two", False)}}
"""What the metadata says, as the plain desk reads it: name, and whether it is free."""


class Store(Snapshots, Protocol):
    """A desk of any kind."""

    def unit_of_work(self) -> "EnteredUnitOfWork": ...


class EnteredUnitOfWork(UnitOfWork, Protocol):
    async def __aenter__(self) -> UnitOfWork: ...

    async def __aexit__(self, *failure: object) -> None: ...


@define
class TickingClock:
    """Never tells the same moment twice."""

    now: datetime = datetime(2026, 11, 24, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1, microseconds=1)
        return self.now


class KnownMetadata:
    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        return {
            model: ModelFacts(name, Pricing(amounts={"prompt": Decimal(0 if is_free else "0.25")}))
            for model, (name, is_free) in KNOWN.get(provider.slug, {}).items()
        }


@define(slots=False)
class Services:
    """Made anew over the same store, they are another process."""

    store: Store
    clock: TickingClock = Factory(TickingClock)
    cache: InMemoryCatalogueCache = Factory(InMemoryCatalogueCache)

    def __attrs_post_init__(self) -> None:
        metadata, work = KnownMetadata(), self.store.unit_of_work
        self.registration = ProviderRegistration(work, self.store, self.clock)
        self.selection = ModelSelection(work, metadata, self.clock)
        self.discovery = CatalogueDiscovery(work, self.store, metadata, self.cache)
        self.oversight = Oversight(self.store, metadata, self.cache, self.clock)
