"""Hugging Face: https://huggingface.co/docs/hub/api and https://huggingface.co/docs/inference-providers/hub-api."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.vendor_api import joined, linked, with_query
from modeldesk.domain.model.providers.provider_class import KeyRequirement

HUB_QUERY = {"inference": "warm", "limit": "1000"}


class HuggingFaceProvider(OpenAICompatibleProvider):
    """The hub's list of warm models, `//api/models?inference=warm`: a bare list, with the next page in the Link header.

    The hub sorts by demand, and only the first 5,000 models are read. The default URL is https://huggingface.co. A URL with a path
    (https://router.huggingface.co/v1) is that of the router. Its list at `/models` has chat models only; its prices depend on who serves the
    model, and are ignored.

    Both lists are public. A key is checked at the hub's `/api/whoami-v2`; at the router it cannot be checked.
    """

    slug = "huggingface"
    key_requirement = KeyRequirement.PUBLIC
    fallback_url = "https://huggingface.co"
    enough_pages = 5
    usual_version = ""

    def list_url(self, base_url: str) -> str:
        return super().list_url(base_url) if _is_router(base_url) else with_query(joined(base_url, "//api/models"), HUB_QUERY)

    def check_url(self, base_url: str) -> str | None:
        return None if _is_router(base_url) else joined(base_url, "//api/whoami-v2")

    def task_of(self, entry: Any) -> str | None:
        """The pipeline tag. Of the models that generate text, those with a chat template are tagged `conversational`; the others complete texts."""
        tags = reading.member(entry, "tags")
        task = reading.task(reading.member(entry, "pipeline_tag"))
        if task != "text-generation" or not isinstance(tags, list):
            return task
        return "conversational" if "conversational" in tags else "text-completion"

    def pricing_of(self, entry: Any) -> None:
        """Always None, because the hub publishes no prices."""

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        return linked(url, headers)


def _is_router(base_url: str) -> bool:
    return urlsplit(base_url).path.strip("/") != ""
