"""Ollama: https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models."""

from typing import Any

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.catalogue.vendor_list import VendorModel


class OllamaProvider(OpenAICompatibleProvider):
    """`//api/tags`: the models pulled to that machine, under `models`. A list in OpenAI's form works too. No key, unless a proxy requires one.

    Its times are those of the pull and are ignored. `details.family` tells embedding models (`bert`, `nomic-bert`) from those that chat.
    """

    slug = "ollama"
    api_base_url = "http://localhost:11434"
    list_path = "//api/tags"
    base_endings = ("/api", "/v1")

    def model(self, entry: Any) -> VendorModel | None:
        known = reading.usable_id(reading.first(entry, "model", "name", "id"))
        family = reading.words(reading.member(entry, "details", "family"))
        return None if known is None else VendorModel(known, task="embedding" if any("bert" in word for word in family) else None)
