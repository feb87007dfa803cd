"""The only place that knows who stands behind a port. The command line and the REST interface are wired here alike."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from dependency_injector import containers, providers

from modeldesk.adapters.cache.memory import InMemoryCatalogueCache
from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.declaration import location
from modeldesk.adapters.declaration.reader import DeclarationReader
from modeldesk.adapters.declaration.writer import write_declaration
from modeldesk.adapters.persistence.desk import SqlDesk
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.accounts import AdminAccounts
from modeldesk.domain.discovery import CatalogueDiscovery
from modeldesk.domain.overview import Oversight
from modeldesk.domain.registration import ProviderRegistration
from modeldesk.domain.selection import ModelSelection
from modeldesk.entrypoints.settings import Settings

if TYPE_CHECKING:  # what `later` imports
    from modeldesk.adapters.memory import InMemoryDesk
    from modeldesk.adapters.metadata.models_dev import ModelsDevMetadata
    from modeldesk.adapters.requests import RequestReader
    from modeldesk.adapters.secrets.passwords import Argon2Hasher


def utc_now() -> datetime:
    return datetime.now(UTC)


def later(place: str) -> Callable[..., Any]:
    """Makes what stands at `module:name`, imported once it is wanted: a short command wants few adapters, and would wait for all."""

    def make(*given: Any) -> Any:
        module, _, name = place.partition(":")
        return getattr(import_module(f"modeldesk.adapters.{module}"), name)(*given)

    return make


class Container(containers.DeclarativeContainer):
    """Singletons live as long as the process, factories as long as one call. `desk` gives units of work and snapshots."""

    settings = providers.Dependency(instance_of=Settings)
    clock = providers.Object(utc_now)
    classes = providers.Singleton(shipped_classes)
    converter = providers.Singleton(checking_converter, classes)
    declarations = providers.Singleton(DeclarationReader, converter, classes)
    declaration_file = providers.Callable(location.declaration_file, configured=settings.provided.providers_file)
    declared_files = providers.Callable(location.read_declared_files)
    population_file = providers.Callable(location.population_file)
    population_source = providers.Callable(location.read_population_file)
    written_declaration = providers.Callable(write_declaration, converter=converter)
    desk = providers.Singleton(SqlDesk, settings.provided.database_url)
    metadata: "providers.Singleton[ModelsDevMetadata]" = providers.Singleton(later("metadata.models_dev:ModelsDevMetadata"), classes)
    empty_desk: "providers.Factory[InMemoryDesk]" = providers.Factory(later("memory:InMemoryDesk"))
    requests: "providers.Singleton[RequestReader]" = providers.Singleton(later("requests:RequestReader"), converter)
    cache = providers.Singleton(InMemoryCatalogueCache)
    hasher: "providers.Singleton[Argon2Hasher]" = providers.Singleton(later("secrets.passwords:Argon2Hasher"))

    registration = providers.Factory(ProviderRegistration, desk.provided.unit_of_work, desk, clock)
    selection = providers.Factory(ModelSelection, desk.provided.unit_of_work, metadata, clock)
    discovery = providers.Factory(CatalogueDiscovery, desk.provided.unit_of_work, desk, metadata, cache)
    oversight = providers.Factory(Oversight, desk, metadata, cache, clock)
    accounts = providers.Factory(AdminAccounts, desk.provided.unit_of_work, desk, hasher, clock)


@asynccontextmanager
async def closing(container: Container) -> AsyncIterator[None]:
    """Closes at the end what the process holds open: for the life of a server, and for one command."""
    try:
        yield
    finally:
        await container.desk().close()
