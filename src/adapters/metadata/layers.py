"""Metadata in layers: models.dev, then genai-prices. The declaration and the vendor's own list come before both."""

from collections.abc import Callable, Mapping

from modeldesk.adapters.metadata.genai_prices import GenaiPrices
from modeldesk.adapters.metadata.models_dev import ModelsDevCatalogue, shipped_catalogue
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, ModelFacts
from modeldesk.domain.model.catalogue.metadata_join import JoinedFacts, Layer
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses

VENDOR_ALIASES = {"together": "togetherai", "fireworks": "fireworks-ai"}
"""Names of vendors at models.dev that differ from those in the shipped declaration."""


class LayeredMetadata:
    """Facts by provider. The first call reads the shipped catalogue."""

    def __init__(self, classes: ProviderClasses, shipped: Callable[[], ModelsDevCatalogue] = shipped_catalogue) -> None:
        self._vendor_of_class = {provider_class.name: provider_class.slug for provider_class in classes.classes}
        self._shipped = shipped
        self._catalogue: ModelsDevCatalogue | None = None
        self._prices: GenaiPrices | None = None
        self._facts: dict[str, Mapping[str, ModelFacts]] = {}

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """The facts for the provider's slug, else for the vendor of its class: a second OpenAI account has OpenAI's models."""
        for vendor in (provider.slug, self._vendor_of_class.get(provider.provider_class)):
            if vendor and (facts := self._of_vendor(vendor)):
                return facts
        return {}

    def _of_vendor(self, vendor: str) -> Mapping[str, ModelFacts]:
        if vendor not in self._facts:
            if self._catalogue is None:
                self._catalogue = self._shipped()
            self._prices = self._prices or GenaiPrices()
            layers = [Layer(METADATA_SOURCE, self._catalogue.models(VENDOR_ALIASES.get(vendor, vendor))), self._prices.layer(vendor)]
            self._facts[vendor] = JoinedFacts([layer for layer in layers if layer.models])
        return self._facts[vendor]
