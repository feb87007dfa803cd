"""Names, prices and context sizes from other sources."""

from collections.abc import Hashable, Mapping, Sequence
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


class MetadataLayers(Protocol):
    """The layers behind `ModelMetadata`, and the catalogue that a refresh keeps."""

    def status(self) -> Sequence[LayerStatus]:
        """The layers, the most trusted first."""
        ...

    def fetched_at(self, origin: str) -> datetime | None:
        """When the kept catalogue was last read from this origin; None where none is kept from it."""
        ...

    def validators(self, origin: str) -> Validators:
        """Those of the kept catalogue; empty where it is from elsewhere."""
        ...

    def vendors_in(self, data: bytes) -> int:
        """How many vendors a document has. Raises InvalidValue where it is no catalogue, or an empty one."""
        ...

    def replace(self, data: bytes, origin: str, validators: Validators, at: datetime) -> None:
        """Keeps the document in the place of what was kept. Raises InvalidValue as `vendors_in`, and StorageUnavailable."""
        ...

    def lay_over(self, data: bytes, origin: str, at: datetime) -> None:
        """Keeps what is there with the vendors of the document in the place of theirs. Raises as `replace`."""
        ...

    def confirm(self, at: datetime) -> None:
        """The kept catalogue is still the one at its origin."""
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
