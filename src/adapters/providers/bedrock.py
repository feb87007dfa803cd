"""Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html."""

from typing import Any

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.model.catalogue.vendor_list import VendorModel, modalities


class BedrockProvider(VendorApi):
    """`//foundation-models` of one region's `https://bedrock.{region}.amazonaws.com`, with a Bedrock API key as bearer token
    (https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html). Which region is the operator's to say, so that the class has
    no address. Modalities and lifecycle; no prices, one page.
    """

    slug = "amazon-bedrock"
    list_path = "//foundation-models"
    list_keys = ("modelSummaries",)

    def model(self, entry: Any) -> VendorModel | None:
        known = reading.usable_id(reading.member(entry, "modelId"))
        if known is None:
            return None
        life = reading.member(entry, "modelLifecycle")
        return VendorModel(
            known,
            name=reading.text(reading.member(entry, "modelName")),
            inputs=modalities(reading.words(reading.member(entry, "inputModalities"))),
            outputs=modalities(reading.words(reading.member(entry, "outputModalities"))),
            created_on=reading.day(reading.member(life, "startOfLifeTime")),
            deprecated_on=reading.day(reading.member(life, "legacyTime")),
            retires_on=reading.day(reading.member(life, "endOfLifeTime")),
            note="legacy" if reading.member(life, "status") == "LEGACY" else None,
        )
