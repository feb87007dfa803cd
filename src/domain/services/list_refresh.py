"""Reading a list from its vendor once, however many callers and instances ask for it."""

from datetime import timedelta

from attrs import evolve

from modeldesk.domain.errors import KeyMissing, KeyRejected, Reason, VendorFailed, VendorSlow
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.coalescing import Coalescing, StillRunning
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.vendors import Progress, VendorCatalogues
from modeldesk.domain.services.list_recorder import ListRecorder
from modeldesk.domain.services.list_request import ListRequest, ServedList
from modeldesk.domain.services.refresh_schedule import RefreshSchedule


class ListRefresh:
    """Coalesces equal requests in this process, and takes the list's lock among all instances that share the cache."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        vendors: VendorCatalogues,
        vault: Vault,
        cache: ListCache,
        coalescing: Coalescing,
        recorder: ListRecorder,
        schedule: RefreshSchedule,
    ) -> None:
        self._snapshots = snapshots
        self._vendors = vendors
        self._vault = vault
        self._cache = cache
        self._coalescing = coalescing
        self._recorder = recorder
        self._schedule = schedule

    def is_running(self, request: ListRequest) -> bool:
        """Whether `run` would join a refresh that is running."""
        return self._coalescing.is_running(request.coalescing_key)

    async def run(self, request: ListRequest, progress: Progress, most: timedelta | None = None) -> ServedList:
        """The outcome of the refresh that is running, or of a new one; records its list or its failure.

        Raises VendorFailed, KeyMissing, KeyUnreadable; VendorSlow after `most`, and the refresh goes on. Only the caller that began it hears of
        `progress`.
        """
        try:
            return await self._coalescing.run(request.coalescing_key, lambda: self._refresh(request, progress), most)
        except StillRunning:
            raise VendorSlow(request.provider.slug, Reason("reading-goes-on")) from None

    async def _refresh(self, request: ListRequest, progress: Progress) -> ServedList:
        self._schedule.record_try(request.list_key)
        async with self._cache.lock(request.list_key):
            present = await self._snapshots.current()
            key = request.key_to_send(present)
            current = evolve(request, key=key, state=present.list_state(request.provider.slug, request.owner))
            if current.digest == request.digest:
                return await self._refresh_locked(request, key, present, progress)
        # While this request waited, the key was replaced. Another key reads another list, and somebody may be reading it.
        return await self.run(current, progress)

    async def _refresh_locked(self, request: ListRequest, key: StoredKey | None, present: Snapshot, progress: Progress) -> ServedList:
        if (fetched := await self._recorder.fetched_elsewhere(request, present)) is not None:
            return fetched
        self._schedule.require_no_vendor_wait(request, present.list_state(request.provider.slug, request.owner))
        try:
            models = await self._fetch(request, self._opened(key), progress)
        except (VendorFailed, KeyMissing) as error:
            await self._recorder.record_failure(request, error)
            raise
        return await self._recorder.record_list(request, models)

    async def _fetch(self, request: ListRequest, key: Secret | None, progress: Progress) -> VendorList:
        """The vendor's answer. Raises KeyMissing where the vendor wants a key and none was sent."""
        provider = request.provider
        try:
            return await self._vendors.fetch(provider, key, progress)
        except KeyRejected as error:
            if key is None:
                raise KeyMissing(provider.slug, Reason("key-wanted-by-vendor", provider=provider.slug, reason=error.reason)) from error
            if request.provider_class.key_requirement is not KeyRequirement.PUBLIC:
                raise
            return await self._vendors.fetch(provider, None, progress)  # a public list needs no key, so a bad one is no obstacle

    def _opened(self, stored: StoredKey | None) -> Secret | None:
        return self._vault.open(stored.sealed, stored.binding) if stored is not None else None
