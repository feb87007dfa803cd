"""Azure OpenAI: https://learn.microsoft.com/en-us/rest/api/azureopenai/models/list."""

from typing import Any
from urllib.parse import urlsplit

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.vendor_api import joined, with_query
from modeldesk.adapters.vendor_http import KeyHeader
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.providers.provider_class import KeyRequirement

TASKS = ("chat_completion", "completion", "embeddings")


class AzureOpenAIProvider(OpenAICompatibleProvider):
    """The base models of a resource, not its deployments. Its address is the resource's own, so that the class has none.

    An address that ends in `/v1` (`https://{resource}.services.ai.azure.com/openai/v1`) has the list at `/models?api-version=preview`; any
    other is that of the resource, with the list at `//openai/models?api-version=2024-10-21`. `deprecation.inference` is the day on which a
    model stops answering. An id may stand twice with different data: the first is taken. No prices, one page.
    """

    slug = "azure"
    key_requirement = KeyRequirement.NEEDED
    key_header = KeyHeader("api-key")

    def list_url(self, address: str) -> str:
        if urlsplit(address).path.rstrip("/").endswith("/v1"):
            return with_query(joined(address, "/models"), {"api-version": "preview"})
        return with_query(joined(address, "//openai/models"), {"api-version": "2024-10-21"})

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
