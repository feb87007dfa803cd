"""The vendors' own APIs."""

from typing import Protocol

from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyVerdict
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret


class Progress(Protocol):
    """Told after each page of a list: pages read so far, and models in them."""

    def __call__(self, pages: int, models: int, /) -> None: ...


class VendorCatalogues(Protocol):
    """The vendors themselves. Raises VendorFailed, and KeyRejected where it is the key that they refuse; LiveListNotAvailable without an address."""

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        """The whole list, within ten seconds or the provider's own timeout where that is shorter."""
        ...

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        """What the vendor says of a key, by a call that costs nothing."""
        ...
