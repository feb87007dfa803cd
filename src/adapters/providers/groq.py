"""Groq: https://console.groq.com/docs/api-reference#models-list."""

from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement


class GroqProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`: OpenAI's fields, `active`, `context_window`, and since 2026 modalities and prices. One page.

    Prices are decimal texts, in US dollars per token. A model without `pricing` has an unknown price.
    """

    slug = "groq"
    api_base_url = "https://api.groq.com/openai/v1"
    key_requirement = KeyRequirement.NEEDED
