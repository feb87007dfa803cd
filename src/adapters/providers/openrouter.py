"""OpenRouter: https://openrouter.ai/docs/api-reference/list-available-models."""

from collections.abc import Mapping
from typing import ClassVar

from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement


class OpenRouterProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models` for every output modality (the default is text only). The next page, if any, is at `links.next`.

    The list is public, so a key is checked at `/key` (https://openrouter.ai/docs/api-reference/limits). Prices are decimal texts, in US dollars
    per token. Routers have `-1`, which means unknown. Tiers (`overrides`) are ignored.
    """

    slug = "openrouter"
    key_requirement = KeyRequirement.PUBLIC
    api_base_url = "https://openrouter.ai/api/v1"
    list_query: ClassVar[Mapping[str, str]] = {"output_modalities": "all"}
    check_path = "/key"
