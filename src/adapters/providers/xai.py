"""xAI: https://docs.x.ai/docs/api-reference#list-models."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from modeldesk.domain.model.values.pricing import Pricing

CENTS_PER_HUNDRED_MILLION = Decimal("0.0001")
"""The factor from US cents per 100 million tokens to US dollars per million: 30000 is $3.00."""


class XAIProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`: every model that the key may use, on one page.

    `/language-models` has more fields (modalities, prices), but image and video models are in two further lists with their own permissions, and
    one refusal would fail the whole list. Its additional fields are read here too, if present. Prices are whole US cents per 100 million tokens.
    """

    slug = "xai"
    api_base_url = "https://api.x.ai/v1"
    key_requirement = KeyRequirement.NEEDED
    price_names: ClassVar[Mapping[str, str]] = {
        "prompt_text_token_price": "prompt",
        "completion_text_token_price": "completion",
        "cached_prompt_text_token_price": "cache_read",
        "prompt_image_token_price": "image_input",
    }

    def pricing_of(self, entry: Any) -> Pricing | None:
        prices = {name: reading.member(entry, name) for name in (*self.price_names, "search_price")}
        return reading.token_pricing(prices, self.price_names, CENTS_PER_HUNDRED_MILLION, written_as=int)
