"""The cache of vendors' lists."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import Slug


class ListCache(Protocol):
    """Vendors' lists by a key that covers everything that shapes them. One for all instances, or one per process.

    Never fails: a cache that is down is empty, and logs why.
    """

    @property
    def backend(self) -> str:
        """Its name on the dashboard: `memory` or `redis`."""
        ...

    async def get(self, key: ListKey) -> VendorList | None: ...

    async def put(self, key: ListKey, models: VendorList) -> None: ...

    async def entries(self) -> int: ...

    async def clear(self, provider: Slug | None) -> int:
        """Deletes the lists of one provider, or all lists; returns how many."""
        ...

    async def is_reachable(self) -> bool:
        """Whether it answers; a cache in this process always does."""
        ...

    def lock(self, key: ListKey) -> AbstractAsyncContextManager[None]:
        """Mutual exclusion by key, among all instances that share this cache. What one holder has put, the next one finds."""
        ...
