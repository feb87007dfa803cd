"""A cache of vendors' lists in this process."""

from contextlib import AbstractAsyncContextManager

from attrs import field
from msgspec import Struct

from modeldesk.adapters.cache.keyed_lock import KeyedLock
from modeldesk.adapters.shared_parts import shared_in_steps
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import define

MOST_MODELS = 200_000
"""Models in all lists together: ten lists of the greatest length, or forty of 5,000; at most about 180 MB."""

Entry = tuple[Slug, str | None, str]
"""Provider, owner and digest: one list of each is stored, the one with the newest revision."""


class _Stored(Struct, frozen=True):
    revision: int
    models: VendorList

    @property
    def size(self) -> int:
        # An empty list takes memory too.
        return len(self.models.models) + 1


@define
class InMemoryListCache:
    """Holds at most `most_models` models and evicts the least recently used lists. The last list put stays, whatever its size."""

    most_models: int = MOST_MODELS
    _lists: dict[Entry, _Stored] = field(factory=dict, init=False)
    _size: int = field(default=0, init=False)
    _locks: KeyedLock = field(factory=KeyedLock, init=False)

    @property
    def backend(self) -> str:
        return "memory"

    async def get(self, key: ListKey) -> VendorList | None:
        return self.peek(key)

    async def put(self, key: ListKey, models: VendorList) -> None:
        if not self._has_newer(key):
            self.store(key, await shared_in_steps(models))

    async def entries(self) -> int:
        return len(self._lists)

    async def clear(self, provider: Slug | None) -> int:
        return self.drop(provider)

    async def is_reachable(self) -> bool:
        return True

    def lock(self, key: ListKey) -> AbstractAsyncContextManager[None]:
        return self._locks.lock(key)

    def peek(self, key: ListKey) -> VendorList | None:
        """`get` without `await`."""
        entry = _entry(key)
        stored = self._lists.get(entry)
        if stored is None or stored.revision != key.revision:
            return None
        # Dictionaries keep their order: the least recently used list comes first.
        self._lists[entry] = self._lists.pop(entry)
        return stored.models

    def store(self, key: ListKey, models: VendorList) -> None:
        """Stores a list whose equal parts are shared already, unless there is a newer one."""
        if self._has_newer(key):
            return
        entry = _entry(key)
        self._evict(entry)
        stored = self._lists[entry] = _Stored(key.revision, models)
        self._size += stored.size
        while self._size > self.most_models and len(self._lists) > 1:
            self._evict(next(iter(self._lists)))

    def drop(self, provider: Slug | None) -> int:
        """`clear` without `await`."""
        dropped = [entry for entry in self._lists if provider in (None, entry[0])]
        for entry in dropped:
            self._evict(entry)
        return len(dropped)

    def _has_newer(self, key: ListKey) -> bool:
        stored = self._lists.get(_entry(key))
        return stored is not None and stored.revision > key.revision

    def _evict(self, entry: Entry) -> None:
        if stored := self._lists.pop(entry, None):
            self._size -= stored.size


def _entry(key: ListKey) -> Entry:
    return key.provider, key.owner, key.digest
