"""Reads the catalogue at its address, through the guarded client and only where it has changed."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from modeldesk.adapters.vendor_http import Request, Session
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE
from modeldesk.domain.model.catalogue.metadata_layers import FetchedCatalogue, Validators

OK, NOT_MODIFIED = 200, 304
SECONDS = 60.0


class MetadataAddress:
    """The catalogue at `url`; empty where refreshing from an address is off."""

    def __init__(self, url: str, opened: Callable[..., AbstractAsyncContextManager[Session]]) -> None:
        self.url = url
        self._opened = opened

    async def fetch(self, validators: Validators) -> FetchedCatalogue:
        """As in `MetadataSource`. Raises VendorFailed."""
        named = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
        async with self._opened(METADATA_SOURCE, SECONDS, None) as session:
            answer = await session.get(Request(self.url, headers={name: value for name, value in named.items() if value}))
        if answer.status == NOT_MODIFIED:
            return FetchedCatalogue(None)
        if answer.status != OK:
            raise VendorFailed(METADATA_SOURCE, Reason("vendor-status", status=answer.status))
        return FetchedCatalogue(answer.body, Validators(answer.headers.get("etag", ""), answer.headers.get("last-modified", "")))
