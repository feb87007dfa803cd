"""The cache of vendors' lists."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import Slug


class ListCache(Protocol):
    """Lists of vendors, kept by a key that names everything that shapes them; shared by all instances, or of this process alone.

    Never fails: a cache that is down holds nothing, and says so in its log.
    """

    @property
    def backend(self) -> str:
        """Its name in the overview: `memory`, `redis`."""
        ...

    async def get(self, key: ListKey) -> VendorList | None: ...

    async def put(self, key: ListKey, models: VendorList) -> None: ...

    async def entries(self) -> int: ...

    async def clear(self, provider: Slug | None) -> int:
        """Drops the lists of one provider, or all of them; tells how many."""
        ...

    async def is_reachable(self) -> bool:
        """Whether it can be asked; a cache of this process always can."""
        ...

    def lock(self, key: ListKey) -> AbstractAsyncContextManager[None]:
        """Waits until nobody else, on any instance that shares this cache, is inside with the same key. What one has put, the next one finds."""
        ...
