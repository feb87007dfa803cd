"""Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html and API_ListInferenceProfiles.html."""

from typing import Any

from attrs import evolve

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi, joined, with_query
from modeldesk.domain.model.catalogue.vendor_list import VendorModel, modalities


class BedrockProvider(VendorApi):
    """`//foundation-models` at one region's `https://bedrock.{region}.amazonaws.com`, with a Bedrock API key as bearer token.

    The key is described at https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html. The operator chooses the region, so the class
    has no default URL. Modalities and lifecycle; no prices. The models stand on one page.

    Many models can be called through an inference profile alone (`us.anthropic.claude-…`). Those of the region are at `//inference-profiles`, and
    are listed too, with what is known of the model behind them, and go on with `nextToken`.
    """

    slug = "amazon-bedrock"
    list_path = "//foundation-models"
    base_endings = ()
    list_keys = ("modelSummaries", "inferenceProfileSummaries")
    page_token = ("nextToken", "nextToken")

    def companion_urls(self, base_url: str) -> tuple[str, ...]:
        return (with_query(joined(base_url, "/inference-profiles"), {"maxResults": "1000"}),)

    def with_companions(self, models: list[VendorModel], companions: list[VendorModel]) -> list[VendorModel]:
        """The profiles behind the models, each with the modalities and the lifecycle of its model (the id behind `us.`, `eu.`, `global.` …)."""
        known = {str(model.id): model for model in models}
        return [*models, *(_profile(profile, known.get(profile.id.partition(".")[2])) for profile in companions)]

    def model(self, entry: Any) -> VendorModel | None:
        profile = reading.member(entry, "inferenceProfileId")
        if profile is not None:
            known, state = reading.usable_id(profile), reading.text(reading.member(entry, "status"))
            name = reading.text(reading.member(entry, "inferenceProfileName"))
            note = None if state is None or state == "ACTIVE" else state.lower()
            return None if known is None else VendorModel(known, name=name, note=note)
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


def _profile(profile: VendorModel, model: VendorModel | None) -> VendorModel:
    if model is None:
        return profile
    outdated = "legacy" if model.note == "legacy" else None
    return evolve(model, id=profile.id, name=profile.name or model.name, note=profile.note or outdated)


def _note(entry: Any) -> str | None:
    """Why the id cannot be called as it is listed: only ids with ON_DEMAND can. The others need a profile, or bought throughput."""
    ways = reading.member(entry, "inferenceTypesSupported")
    if isinstance(ways, list) and "ON_DEMAND" not in ways:
        return "inference profile only" if "INFERENCE_PROFILE" in ways else "provisioned throughput only"
    return "legacy" if reading.member(entry, "modelLifecycle", "status") == "LEGACY" else None
