"""OpenAI: https://platform.openai.com/docs/api-reference/models/list."""

from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement


class OpenAIProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`: ids, creation times, and `shutdown_date` for retiring models. No prices, no modalities, one page."""

    slug = "openai"
    api_base_url = "https://api.openai.com/v1"
    key_requirement = KeyRequirement.NEEDED
