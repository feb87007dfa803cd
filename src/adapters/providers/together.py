"""Together AI: https://docs.together.ai/reference/models-1."""

from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing

TOKEN_TYPES = ("chat", "language", "code", "embedding", "rerank", "moderation")


class TogetherProvider(OpenAICompatibleProvider):
    """`{api_base_url}/models`: a bare list on one page, with `type` and prices.

    Types that are priced per token have numbers in US dollars per million tokens (https://www.together.ai/pricing). Transcription has
    `price_per_minute`. Other types have an unknown unit, so their price is unknown. 0 means free or "not priced per token", so it counts as free
    only if the id ends in `-Free`.
    """

    slug = "together"
    api_base_url = "https://api.together.xyz/v1"
    key_requirement = KeyRequirement.NEEDED
    price_names: ClassVar[Mapping[str, str]] = {"input": "prompt", "output": "completion", "cached_input": "cache_read"}

    def task_of(self, entry: Any) -> str | None:
        """`type`. Together calls base models `language`, and models that chat `chat` (https://docs.together.ai/docs/serverless-models)."""
        kind = reading.task(reading.member(entry, "type"))
        return "completion" if kind == "language" else kind

    def pricing_of(self, entry: Any) -> Pricing | None:
        prices, kind = reading.member(entry, "pricing"), reading.member(entry, "type")
        minute = reading.member(prices, "transcribe", "price_per_minute")
        if kind == "transcribe" and minute is not None:
            return reading.pricing(PriceUnit.MINUTE, {"prompt": reading.price(minute)})
        if kind not in TOKEN_TYPES:
            return None
        found = reading.token_pricing(prices, self.price_names, reading.PER_MILLION)
        is_zero = found is not None and found.is_free
        return None if is_zero and not str(reading.member(entry, "id")).lower().endswith("-free") else found
