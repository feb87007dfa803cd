"""Anthropic: https://docs.anthropic.com/en/api/models-list."""

from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.vendor_api import with_query
from modeldesk.adapters.vendor_http import KeyHeader
from modeldesk.domain.model.catalogue.vendor_list import Modality
from modeldesk.domain.model.providers.provider_class import KeyRequirement

INPUTS = {"image_input": Modality.IMAGE, "pdf_input": Modality.FILE}


class AnthropicProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`, up to 1000 per page, with the next page after `last_id`. Lifecycle dates if known; no prices.

    Since 2026, responses have `max_input_tokens` and `capabilities`.
    """

    slug = "anthropic"
    api_base_url = "https://api.anthropic.com/v1"
    key_requirement = KeyRequirement.NEEDED
    key_header = KeyHeader("x-api-key")
    headers: ClassVar[Mapping[str, str]] = {"anthropic-version": "2023-06-01"}
    list_query: ClassVar[Mapping[str, str]] = {"limit": "1000"}
    after_parameter = "after_id"

    def inputs_of(self, entry: Any) -> tuple[Modality, ...] | None:
        """Text and the modalities in `capabilities`; None without `capabilities`."""
        capabilities = reading.member(entry, "capabilities")
        if not isinstance(capabilities, dict):
            return None
        return (Modality.TEXT, *(modality for name, modality in INPUTS.items() if reading.member(capabilities, name, "supported") is True))

    def task_of(self, entry: Any) -> None:
        """Always None, because `type` is always `model`."""

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        last = reading.member(page, "last_id")
        return with_query(url, {"after_id": last}) if reading.member(page, "has_more") is True and isinstance(last, str) and last else None
