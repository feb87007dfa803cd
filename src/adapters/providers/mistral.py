"""Mistral: https://docs.mistral.ai/api/#tag/models."""

from typing import Any

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement

TASKS = (
    "completion_chat",
    "completion_fim",
    "ocr",
    "classification",
    "moderation",
    "audio_transcription",
    "audio_transcription_realtime",
    "audio_speech",
)
"""The capabilities that say what a model is for; the others (`vision`, `function_calling`, `reasoning` …) say what it can do besides."""


class MistralProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`, under `data` or bare: context size, capabilities, and `deprecation`, the day from which it is deprecated.

    `created` is the time of the request and therefore not read. An alias is an entry of its own, and may repeat an id. No prices, one page.
    """

    slug = "mistral"
    api_base_url = "https://api.mistral.ai/v1"
    key_requirement = KeyRequirement.NEEDED

    def task_of(self, entry: Any) -> str | None:
        """What its capabilities say; `type` tells base from fine-tuned models and is not asked."""
        return ", ".join(reading.true_ones(reading.member(entry, "capabilities"), TASKS)) or None

    def created_on(self, entry: Any) -> None:
        """Nothing that is said of it can be used."""
