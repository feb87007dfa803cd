"""Hugging Face: https://huggingface.co/docs/hub/api and https://huggingface.co/docs/inference-providers/hub-api."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.vendor_api import VendorApi, joined, linked, with_query
from modeldesk.domain.model.providers.provider_class import KeyRequirement

HUB_QUERY = {"inference": "warm", "limit": "1000"}


class HuggingFaceProvider(OpenAICompatibleProvider):
    """The hub's list of the models that answer at once, `//api/models?inference=warm`: a bare list, the next page in the Link header.

    The hub sorts by what is in demand, and has more of such models than anybody browses: the first 5,000 are read. Without an address the
    hub is asked at https://huggingface.co. An address with a path (https://router.huggingface.co/v1) is that of the router, whose list at
    `/models` holds chat models alone; the prices in it differ by who serves the model, and are not read.

    Anybody may read both lists; a key is proved at the hub's `/api/whoami-v2`, and not where the address is the router's.
    """

    slug = "huggingface"
    key_requirement = KeyRequirement.PUBLIC
    fallback_url = "https://huggingface.co"
    enough_pages = 5

    def list_url(self, address: str) -> str:
        return VendorApi.list_url(self, address) if _is_router(address) else with_query(joined(address, "//api/models"), HUB_QUERY)

    def check_url(self, address: str) -> str | None:
        return None if _is_router(address) else joined(address, "//api/whoami-v2")

    def task_of(self, entry: Any) -> str | None:
        return reading.task(reading.member(entry, "pipeline_tag"))

    def pricing_of(self, entry: Any) -> None:
        """Nothing: the hub publishes none."""

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        return linked(url, headers)


def _is_router(address: str) -> bool:
    return urlsplit(address).path.strip("/") != ""
