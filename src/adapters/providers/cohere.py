"""Cohere: https://docs.cohere.com/reference/list-models."""

from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi, with_query
from modeldesk.domain.model.catalogue.vendor_list import VendorModel


class CohereProvider(VendorApi):
    """`{api_base_url}/models`, with the list under `models`, up to 1000 per page, with `next_page_token`. `name` is the id. No prices."""

    slug = "cohere"
    api_base_url = "https://api.cohere.com/v1"
    list_query: ClassVar[Mapping[str, str]] = {"page_size": "1000"}
    list_keys = ("models",)

    def model(self, entry: Any) -> VendorModel | None:
        known = reading.usable_id(reading.member(entry, "name"))
        if known is None:
            return None
        return VendorModel(
            known,
            context_length=reading.count(reading.member(entry, "context_length")),
            task=reading.task(reading.member(entry, "endpoints")),
            note="deprecated" if reading.member(entry, "is_deprecated") is True else None,
        )

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        token = reading.member(page, "next_page_token")
        return with_query(url, {"page_token": token}) if isinstance(token, str) and token else None
