"""Names, prices and context sizes from other sources."""

from collections.abc import Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.metadata_layers import FetchedCatalogue, LayerStatus, Validators
from modeldesk.domain.model.providers.provider import Provider


class ModelMetadata(Protocol):
    """A source of names, prices and context sizes, independent of the vendors' own lists."""

    def stamp(self) -> Hashable:
        """Differs from its last value whenever facts may have changed."""
        ...

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """Facts about this vendor's models, by model id; empty for an unknown vendor. Equal until the source changes."""
        ...


class MetadataDraft(Protocol):
    """A catalogue that is written down, and read by nobody until it is published."""

    @property
    def vendors(self) -> int:
        """How many it has."""
        ...

    def is_current(self) -> bool:
        """Whether nobody has published another catalogue since this one was begun."""
        ...

    def publish(self) -> None:
        """Puts it in the place of what is kept, at once. Raises StorageUnavailable."""
        ...


class MetadataLayers(Protocol):
    """The layers behind `ModelMetadata`, and the catalogue that a refresh keeps.

    A draft is made while everybody else is served, and is gone at the end of its context.
    """

    def status(self) -> Sequence[LayerStatus]:
        """The layers, the most trusted first."""
        ...

    def fetched_at(self, origin: str) -> datetime | None:
        """When the kept catalogue was last read from this origin; None where none is kept from it."""
        ...

    def validators(self, origin: str) -> Validators:
        """Those of the kept catalogue; empty where it is from elsewhere."""
        ...

    def replacement(self, data: bytes, origin: str, validators: Validators, at: datetime) -> AbstractAsyncContextManager[MetadataDraft]:
        """The document alone. Raises InvalidValue where it is no catalogue, or an empty one, and StorageUnavailable."""
        ...

    def overlay(self, data: bytes, origin: str, at: datetime) -> AbstractAsyncContextManager[MetadataDraft]:
        """What is there with the vendors of the document in the place of theirs. Raises as `replacement`."""
        ...

    def confirmation(self, at: datetime) -> AbstractAsyncContextManager[MetadataDraft | None]:
        """What is kept, which is still the one at its origin; None where nothing is kept. Raises StorageUnavailable."""
        ...


class MetadataSource(Protocol):
    """The address of the catalogue."""

    @property
    def url(self) -> str:
        """The address; empty where refreshing from an address is off."""
        ...

    async def fetch(self, validators: Validators) -> FetchedCatalogue:
        """The document, or that it has not changed. Raises VendorFailed."""
        ...
