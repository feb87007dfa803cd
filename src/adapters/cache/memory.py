"""The cache of vendors' lists in this process."""

from contextlib import AbstractAsyncContextManager

from attrs import define, field, frozen

from modeldesk.adapters.cache.keyed_lock import KeyedLock
from modeldesk.adapters.vendor_list_json import with_shared_parts
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.values.texts import Slug

MOST_MODELS = 200_000
"""Models in all lists together: ten of the longest lists that are read, or forty of 5,000; some 180 MB at the very most."""

Place = tuple[Slug, str | None, str]
"""Provider, owner and digest: of each, the list with the newest stamp is kept."""


@frozen
class _Kept:
    revision: int
    models: VendorList

    @property
    def size(self) -> int:
        # An empty list is not for nothing either.
        return len(self.models.models) + 1


@define(eq=False)
class InMemoryListCache:
    """Keeps at most `most_models` models; the lists that were asked for longest ago go first. The last one put is kept whatever its size."""

    most_models: int = MOST_MODELS
    _lists: dict[Place, _Kept] = field(factory=dict, init=False)
    _size: int = field(default=0, init=False)
    _turns: KeyedLock = field(factory=KeyedLock, init=False)

    @property
    def backend(self) -> str:
        return "memory"

    async def get(self, key: ListKey) -> VendorList | None:
        return self.held(key)

    async def put(self, key: ListKey, models: VendorList) -> None:
        if not self._has_newer(key):
            self.hold(key, with_shared_parts(models))

    async def entries(self) -> int:
        return len(self._lists)

    async def clear(self, provider: Slug | None) -> int:
        return self.drop(provider)

    async def is_reachable(self) -> bool:
        return True

    def lock(self, key: ListKey) -> AbstractAsyncContextManager[None]:
        return self._turns.lock(key)

    def held(self, key: ListKey) -> VendorList | None:
        """What `get` answers."""
        place = _place(key)
        kept = self._lists.get(place)
        if kept is None or kept.revision != key.revision:
            return None
        # Dictionaries keep their order: what was asked for last stands last.
        self._lists[place] = self._lists.pop(place)
        return kept.models

    def hold(self, key: ListKey, models: VendorList) -> None:
        """Keeps a list whose equal parts are shared already, unless a newer one is there."""
        if self._has_newer(key):
            return
        place = _place(key)
        self._forget(place)
        kept = self._lists[place] = _Kept(key.revision, models)
        self._size += kept.size
        while self._size > self.most_models and len(self._lists) > 1:
            self._forget(next(iter(self._lists)))

    def drop(self, provider: Slug | None) -> int:
        """What `clear` does."""
        dropped = [place for place in self._lists if provider in (None, place[0])]
        for place in dropped:
            self._forget(place)
        return len(dropped)

    def _has_newer(self, key: ListKey) -> bool:
        kept = self._lists.get(_place(key))
        return kept is not None and kept.revision > key.revision

    def _forget(self, place: Place) -> None:
        if kept := self._lists.pop(place, None):
            self._size -= kept.size


def _place(key: ListKey) -> Place:
    return key.provider, key.owner, key.digest
