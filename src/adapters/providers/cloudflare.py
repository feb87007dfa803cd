"""Cloudflare Workers AI: https://developers.cloudflare.com/api/resources/ai/subresources/models/methods/list/."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi, joined, with_query
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing

UNITS: Mapping[str, tuple[PriceUnit, str, Decimal]] = {
    "per M input tokens": (PriceUnit.MILLION_TOKENS, "prompt", Decimal(1)),
    "per M output tokens": (PriceUnit.MILLION_TOKENS, "completion", Decimal(1)),
    "per M cached input tokens": (PriceUnit.MILLION_TOKENS, "cache_read", Decimal(1)),
    "per audio minute": (PriceUnit.MINUTE, "prompt", Decimal(1)),
    "per 1k characters": (PriceUnit.MILLION_CHARACTERS, "prompt", Decimal(1_000)),
    "per inference request": (PriceUnit.REQUEST, "prompt", Decimal(1)),
}
"""The price units, and the factor that converts each to ours. Steps, tiles and websocket minutes are not supported."""

PAGE_SIZE = 100


class CloudflareProvider(VendorApi):
    """`{account}/ai/models/search`, with the list under `result`, 100 per page, by page number. `name` is the id (`@cf/…`).

    The provider's URL contains the account: `https://api.cloudflare.com/client/v4/accounts/{account}`, optionally followed by `/ai` or `/ai/v1`.
    `properties` has the context size and the prices, in US dollars per named unit.
    """

    slug = "cloudflare-workers-ai"
    list_keys = ("result",)

    def list_url(self, base_url: str) -> str:
        account = base_url.rstrip("/").removesuffix("/v1").removesuffix("/ai")
        return with_query(joined(account, "/ai/models/search"), {"page": "1", "per_page": str(PAGE_SIZE), "hide_experimental": "false"})

    def model(self, entry: Any) -> VendorModel | None:
        known = reading.usable_id(reading.member(entry, "name"))
        if known is None:
            return None
        properties = _properties(entry)
        return VendorModel(
            known,
            pricing=_pricing(properties.get("price")),
            context_length=reading.count(properties.get("context_window")) or reading.count(properties.get("max_input_tokens")),
            task=reading.task(reading.member(entry, "task", "name")),
            created_on=reading.day(reading.member(entry, "created_at")),
            deprecated_on=reading.day(properties.get("planned_deprecation_date")),
        )

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        """The next page number, until a page is empty or `total_count` is reached. `total_count` may be too high (291 for 63 models)."""
        number = reading.count(parse_qs(urlsplit(url).query).get("page", ["1"])[0]) or 1
        total = reading.count(reading.member(page, "result_info", "total_count")) or 0
        is_over = not reading.member(page, "result") or number * PAGE_SIZE >= total
        return None if is_over else with_query(url, {"page": str(number + 1)})


def _properties(entry: Any) -> dict[str, Any]:
    listed = reading.member(entry, "properties")
    pairs = ((reading.member(one, "property_id"), reading.member(one, "value")) for one in (listed if isinstance(listed, list) else ()))
    return {name: value for name, value in pairs if isinstance(name, str)}


def _pricing(listed: Any) -> Pricing | None:
    """The prices in the only supported unit. Prices in an unsupported unit (websocket minutes) only prevent the model from counting as free."""
    if not isinstance(listed, list):
        return None
    found: dict[PriceUnit, dict[str, Decimal | None]] = {}
    unsupported = []
    for one in listed:
        unit_name = reading.text(reading.member(one, "unit"))
        unit, name, factor = UNITS.get(unit_name or "", (None, "", Decimal(0)))
        if unit is None or reading.member(one, "currency") != "USD":
            unsupported.append(one)
        else:
            found.setdefault(unit, {})[name] = reading.price(reading.member(one, "price"), factor)
    if len(found) != 1:
        return None
    [(unit, amounts)] = found.items()
    pricing = reading.pricing(unit, amounts)
    return None if pricing is not None and pricing.is_free and unsupported else pricing
