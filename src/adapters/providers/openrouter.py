"""OpenRouter: https://openrouter.ai/docs/api-reference/list-available-models."""

from collections.abc import Mapping
from typing import ClassVar

from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement


class OpenRouterProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models` of every output modality (the default is text alone); the next page, if any, at `links.next`.

    Anybody may read the list, so that a key is proved at `/key` (https://openrouter.ai/docs/api-reference/limits). Prices are decimal
    texts, US dollars for a token; routers have `-1`, which is no price. Tiers (`overrides`) are not shown.
    """

    slug = "openrouter"
    key_requirement = KeyRequirement.PUBLIC
    api_base_url = "https://openrouter.ai/api/v1"
    list_query: ClassVar[Mapping[str, str]] = {"output_modalities": "all"}
    check_path = "/key"
