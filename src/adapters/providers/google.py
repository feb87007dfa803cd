"""Google Gemini: https://ai.google.dev/api/models."""

from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.adapters.vendor_http import KeyHeader
from modeldesk.domain.model.catalogue.vendor_list import VendorModel


class GoogleProvider(VendorApi):
    """`{api_base_url}/models`, with the list under `models`, up to 1000 per page, with `nextPageToken`. No prices, no modalities.

    The key is sent in a header instead of `?key=`, which would end up in logs. The id is `name` without `models/`. `task` holds the supported
    methods, which prove little: speech and image models list `generateContent` too.
    """

    slug = "google"
    api_base_url = "https://generativelanguage.googleapis.com/v1beta"
    key_header = KeyHeader("x-goog-api-key")
    list_query: ClassVar[Mapping[str, str]] = {"pageSize": "1000"}
    list_keys = ("models",)
    page_token = ("nextPageToken", "pageToken")

    def model(self, entry: Any) -> VendorModel | None:
        name = reading.member(entry, "name")
        known = reading.usable_id(name.removeprefix("models/") if isinstance(name, str) else None)
        if known is None:
            return None
        return VendorModel(
            known,
            name=reading.text(reading.member(entry, "displayName")),
            context_length=reading.count(reading.member(entry, "inputTokenLimit")),
            task=reading.task(reading.member(entry, "supportedGenerationMethods")),
        )
