"""Azure OpenAI: https://learn.microsoft.com/en-us/rest/api/azureopenai/models/list."""

import re
from typing import Any
from urllib.parse import urlsplit

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.vendor_api import joined, with_defaults
from modeldesk.adapters.vendor_http import KeyHeader
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.providers.provider_class import KeyRequirement

_DEPLOYMENT = re.compile(r"/deployments/[^/?#]+/?(?=$|[?#])")
TASKS = ("chat_completion", "completion", "embeddings")


class AzureOpenAIProvider(OpenAICompatibleProvider):
    """The base models of a resource, not its deployments. Each resource has its own URL, so the class has no default URL.

    If the URL ends in `/v1` (`https://{resource}.services.ai.azure.com/openai/v1`), the list is at `/models?api-version=preview`. Otherwise it is
    at `//openai/models?api-version=2024-10-21`. `deprecation.inference` is the retirement date. An id may occur twice with different data; the
    first one counts. No prices, one page.
    """

    slug = "azure"
    key_requirement = KeyRequirement.NEEDED
    key_header = KeyHeader("api-key")
    usual_version = ""

    def list_url(self, base_url: str) -> str:
        if urlsplit(base_url).path.rstrip("/").endswith("/v1"):
            return with_defaults(joined(base_url, "/models"), {"api-version": "preview"})
        return with_defaults(joined(_DEPLOYMENT.sub("", base_url), "//openai/models", ("/openai",)), {"api-version": "2024-10-21"})

    def model(self, entry: Any) -> VendorModel | None:
        known = reading.usable_id(reading.member(entry, "id"))
        if known is None:
            return None
        return VendorModel(
            known,
            task=", ".join(reading.true_ones(reading.member(entry, "capabilities"), TASKS)) or None,
            created_on=self.created_on(entry),
            retires_on=reading.day(reading.member(entry, "deprecation", "inference") or reading.member(entry, "shutdown_date")),
            note=self.note_of(entry),
        )
