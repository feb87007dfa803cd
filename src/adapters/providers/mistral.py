"""Mistral: https://docs.mistral.ai/api/#tag/models."""

from typing import Any

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement

TASKS = (
    "completion_chat",
    "completion_fim",
    "ocr",
    "moderation",
    "audio_transcription",
    "audio_transcription_realtime",
    "audio_speech",
)
"""The capabilities that name a model's task. The others are additional abilities (`vision`, `reasoning` …), or are claimed by models of every kind
(`classification`)."""


class MistralProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`, under `data` or bare: context size, capabilities, and `deprecation`, the deprecation date.

    `created` is ignored, because it is the time of the request. Each alias has its own entry, which may repeat an id. No prices, one page.
    """

    slug = "mistral"
    api_base_url = "https://api.mistral.ai/v1"
    key_requirement = KeyRequirement.NEEDED

    def task_of(self, entry: Any) -> str | None:
        """The tasks among the capabilities. `type` is ignored: it only separates base models from fine-tuned ones."""
        return ", ".join(reading.true_ones(reading.member(entry, "capabilities"), TASKS)) or None

    def created_on(self, entry: Any) -> None:
        """Always None, because `created` is the time of the request."""
