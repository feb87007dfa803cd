"""DeepSeek: https://api-docs.deepseek.com/api/list-models."""

from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement


class DeepSeekProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`: ids, and in newer responses context size and modalities. No creation time, no prices, one page."""

    slug = "deepseek"
    api_base_url = "https://api.deepseek.com"
    key_requirement = KeyRequirement.NEEDED
