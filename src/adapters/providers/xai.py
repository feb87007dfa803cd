"""xAI: https://docs.x.ai/docs/api-reference#list-models."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from modeldesk.domain.model.values.pricing import Pricing

CENTS_PER_HUNDRED_MILLION = Decimal("0.0001")
"""What makes US cents for 100 million tokens into US dollars for a million: 30000 is $3.00."""


class XAIProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`: every model that the key may use, in one answer.

    `/language-models` says more (modalities, prices) but leaves the image and video models to two further lists, each with rights of its
    own: one refusal would cost the whole list. What it says beside the common fields is read all the same, where this list says it.
    Its prices are whole US cents for 100 million tokens.
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
