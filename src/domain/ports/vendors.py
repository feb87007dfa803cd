"""The vendors' own APIs."""

from typing import Protocol

from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyVerdict
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret


class Progress(Protocol):
    """Called after each page of a list with the pages and models read so far."""

    def __call__(self, pages: int, models: int, /) -> None: ...


class VendorCatalogues(Protocol):
    """Raises VendorFailed, KeyRejected where the vendor rejects the key, and LiveListNotAvailable where the provider has no base URL."""

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        """The whole list, within the provider's timeout."""
        ...

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        """Whether the vendor accepts the key, by a call that costs nothing."""
        ...
