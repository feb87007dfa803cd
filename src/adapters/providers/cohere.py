"""Cohere: https://docs.cohere.com/reference/list-models."""

from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.model.catalogue.vendor_list import VendorModel


class CohereProvider(VendorApi):
    """`{api_base_url}/models`, with the list under `models`, up to 1000 per page, with `next_page_token`. `name` is the id. No prices."""

    slug = "cohere"
    api_base_url = "https://api.cohere.com/v1"
    list_query: ClassVar[Mapping[str, str]] = {"page_size": "1000"}
    list_keys = ("models",)
    page_token = ("next_page_token", "page_token")

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
