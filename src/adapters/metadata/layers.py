"""Metadata in layers: models.dev, then genai-prices. The declaration and the vendor's own list come before both."""

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime

from modeldesk.adapters.metadata.genai_prices import SOURCE as PRICES_SOURCE
from modeldesk.adapters.metadata.genai_prices import GenaiPrices
from modeldesk.adapters.metadata.kept_file import KeptCatalogue, KeptFile
from modeldesk.adapters.metadata.models_dev import MetadataUnreadable, ModelsDevCatalogue, shipped_catalogue
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, ModelFacts
from modeldesk.domain.model.catalogue.metadata_join import JoinedFacts, Layer
from modeldesk.domain.model.catalogue.metadata_layers import LayerStatus, Validators
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses

LOGGER = logging.getLogger(__name__)
SHIPPED = "shipped"
VENDOR_ALIASES = {"together": "togetherai", "fireworks": "fireworks-ai"}
"""Names of vendors at models.dev that differ from those in the shipped declaration."""


class LayeredMetadata:
    """Facts by provider, from the kept catalogue, else from the shipped one. The first call reads it."""

    def __init__(
        self, classes: ProviderClasses, kept: KeptFile | None = None, shipped: Callable[[], ModelsDevCatalogue] = shipped_catalogue
    ) -> None:
        self._vendor_of_class = {provider_class.name: provider_class.slug for provider_class in classes.classes}
        self._file = kept
        self._shipped = shipped
        self._catalogue: ModelsDevCatalogue | None = None
        self._prices: GenaiPrices | None = None
        self._facts: dict[str, Mapping[str, ModelFacts]] = {}
        self._stamp: object = None
        self._kept: KeptCatalogue | None = None

    def preload(self) -> None:
        """Reads the facts about the vendors of all shipped classes now, so that processes that are forked from this one share them."""
        for vendor in filter(None, self._vendor_of_class.values()):
            self._of_vendor(vendor)

    def stamp(self) -> Hashable:
        return self._file.stamp() if self._file is not None else None

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """The facts for the provider's slug, else for the vendor of its class: a second OpenAI account has OpenAI's models."""
        for vendor in (provider.slug, self._vendor_of_class.get(provider.provider_class)):
            if vendor and (facts := self._of_vendor(vendor)):
                return facts
        return {}

    def status(self) -> Sequence[LayerStatus]:
        catalogue, prices = self._current(), self._genai()
        origin = self._kept.origin if self._kept is not None else SHIPPED
        is_kept = self._kept is not None
        return (
            LayerStatus(METADATA_SOURCE, origin, catalogue.observed_at, len(catalogue.vendors), catalogue.size, is_kept),
            LayerStatus(PRICES_SOURCE, SHIPPED, prices.observed_at, len(prices.vendors), prices.size),
        )

    def fetched_at(self, origin: str) -> datetime | None:
        self._current()
        return self._kept.fetched_at if self._kept is not None and self._kept.origin == origin else None

    def validators(self, origin: str) -> Validators:
        self._current()
        return self._kept.validators if self._kept is not None and self._kept.origin == origin else Validators()

    def vendors_in(self, data: bytes) -> int:
        return len(_read(data, None).vendors)

    def replace(self, data: bytes, origin: str, validators: Validators, at: datetime) -> None:
        _read(data, at)
        self._write(KeptCatalogue(origin, at, validators, data))

    def lay_over(self, data: bytes, origin: str, at: datetime) -> None:
        self._write(KeptCatalogue(origin, at, Validators(), self._current().with_vendors(_read(data, at))))

    def confirm(self, at: datetime) -> None:
        self._current()
        if self._kept is not None and self._file is not None and (kept := self._file.read()) is not None:
            self._write(KeptCatalogue(kept.origin, at, kept.validators, kept.data))

    def _write(self, kept: KeptCatalogue) -> None:
        if self._file is not None:
            self._file.write(kept)

    def _of_vendor(self, vendor: str) -> Mapping[str, ModelFacts]:
        catalogue = self._current()
        if vendor not in self._facts:
            layers = [Layer(METADATA_SOURCE, catalogue.models(VENDOR_ALIASES.get(vendor, vendor))), self._genai().layer(vendor)]
            self._facts[vendor] = JoinedFacts([layer for layer in layers if layer.models])
        return self._facts[vendor]

    def _genai(self) -> GenaiPrices:
        self._prices = self._prices or GenaiPrices()
        return self._prices

    def _current(self) -> ModelsDevCatalogue:
        """The catalogue as of now: another process may have kept a new one."""
        stamp = self.stamp()
        if self._catalogue is None or stamp != self._stamp:
            self._stamp, self._facts = stamp, {}
            self._catalogue = self._from_file() or self._shipped()
        return self._catalogue

    def _from_file(self) -> ModelsDevCatalogue | None:
        self._kept = kept = self._file.read() if self._file is not None else None
        if kept is None:
            return None
        try:
            catalogue = ModelsDevCatalogue.read(kept.data, kept.fetched_at)
        except MetadataUnreadable as error:
            LOGGER.warning("the kept metadata cannot be read, so the shipped one is used: %s", error)
            self._kept = None
            return None
        self._kept = KeptCatalogue(kept.origin, kept.fetched_at, kept.validators, b"")  # the content takes memory, and is kept compressed
        return catalogue


def _read(data: bytes, at: datetime | None) -> ModelsDevCatalogue:
    try:
        return ModelsDevCatalogue.read(data, at)
    except MetadataUnreadable:
        raise InvalidValue("metadata-unreadable") from None
