"""Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html."""

from typing import Any

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.model.catalogue.vendor_list import VendorModel, modalities


class BedrockProvider(VendorApi):
    """`//foundation-models` at one region's `https://bedrock.{region}.amazonaws.com`, with a Bedrock API key as bearer token.

    The key is described at https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html. The operator chooses the region, so the class
    has no default URL. Modalities and lifecycle; no prices, one page.
    """

    slug = "amazon-bedrock"
    list_path = "//foundation-models"
    base_endings = ()
    list_keys = ("modelSummaries",)

    def model(self, entry: Any) -> VendorModel | None:
        known = reading.usable_id(reading.member(entry, "modelId"))
        if known is None:
            return None
        lifecycle = reading.member(entry, "modelLifecycle")
        return VendorModel(
            known,
            name=reading.text(reading.member(entry, "modelName")),
            inputs=modalities(reading.words(reading.member(entry, "inputModalities"))),
            outputs=modalities(reading.words(reading.member(entry, "outputModalities"))),
            created_on=reading.day(reading.member(lifecycle, "startOfLifeTime")),
            deprecated_on=reading.day(reading.member(lifecycle, "legacyTime")),
            retires_on=reading.day(reading.member(lifecycle, "endOfLifeTime")),
            note=_note(entry),
        )


def _note(entry: Any) -> str | None:
    """Why the id cannot be called as it is listed: only ids with ON_DEMAND can. The others need a profile, or bought throughput."""
    ways = reading.member(entry, "inferenceTypesSupported")
    if isinstance(ways, list) and "ON_DEMAND" not in ways:
        return "inference profile only" if "INFERENCE_PROFILE" in ways else "provisioned throughput only"
    return "legacy" if reading.member(entry, "modelLifecycle", "status") == "LEGACY" else None
