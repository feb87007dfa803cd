"""Fireworks AI: https://docs.fireworks.ai/api-reference/list-models."""

from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider, task_by_flag
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.providers.provider_class import KeyRequirement

KINDS = {"FLUMINA_BASE_MODEL": "text-to-image", "FLUMINA_ADDON": "text-to-image", "EMBEDDING_MODEL": "embedding"}
"""The tasks of kinds other than language models. Flumina serves image models, although those have `supports_chat` too."""


class FireworksProvider(OpenAICompatibleProvider):
    """The public catalogue at `//v1/accounts/fireworks/models`, under `models`, up to 200 per page, with `nextPageToken`.

    `name` is the id (`accounts/fireworks/models/…`). An OpenAI-style list under `data` (`id`, `context_length`) works too. No prices.
    """

    slug = "fireworks"
    api_base_url = "https://api.fireworks.ai/inference/v1"
    key_requirement = KeyRequirement.NEEDED
    list_path = "//v1/accounts/fireworks/models"
    base_endings = ("/inference/v1", "/inference", "/v1")
    list_query: ClassVar[Mapping[str, str]] = {"pageSize": "200"}

    def model(self, entry: Any) -> VendorModel | None:
        known = self.id_of(entry)
        if known is None:
            return None
        return VendorModel(
            known,
            name=self.name_of(entry),
            context_length=reading.count(reading.first(entry, "contextLength", "context_length")),
            inputs=self.inputs_of({"supports_vision": reading.first(entry, "supportsImageInput", "supports_image_input")}),
            task=self.task_of(entry),
            created_on=reading.day(reading.first(entry, "createTime", "created")),
            retires_on=reading.day(reading.member(entry, "deprecationDate")),
            note=self.note_of(entry),
        )

    def task_of(self, entry: Any) -> str | None:
        kind = reading.text(reading.member(entry, "kind"))
        return KINDS.get(kind or "") or task_by_flag(entry)

    def note_of(self, entry: Any) -> str | None:
        """A `state` other than READY, or a model that needs a deployment."""
        state = reading.text(reading.member(entry, "state"))
        if state not in (None, "READY", "STATE_UNSPECIFIED"):
            return state.lower()
        return "not serverless" if reading.member(entry, "supportsServerless") is False else None
