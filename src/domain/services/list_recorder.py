"""Recording what is kept of a list: its models in cache and store, its state, and its last failure."""

from datetime import datetime

from attrs import evolve

from modeldesk.domain.errors import KeyMissing, KeyRejected, ProviderNotFound, TooSoon, VendorFailed
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.changes import KEPT_FOR, ListDifference, list_difference, recorded_changes
from modeldesk.domain.model.catalogue.list_state import Age, Failure, ListKey, ListState, key_rejection
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.key_choice import AvailableKeys
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.webhooks.change_events import catalogue_events, failure_event
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.coalescing import Coalescing
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.queries import ListContents
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.breaks import with_breaks
from modeldesk.domain.services.list_request import ListRequest, ServedList
from modeldesk.domain.services.refresh_schedule import RefreshSchedule


class ListRecorder:
    """Records lists and failures, unless the request was superseded, and serves what was recorded."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        contents: ListContents,
        cache: ListCache,
        classes: ProviderClasses,
        schedule: RefreshSchedule,
        clock: Clock,
        coalescing: Coalescing,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._contents = contents
        self._cache = cache
        self._classes = classes
        self._schedule = schedule
        self._clock = clock
        self._coalescing = coalescing

    async def serve(self, state: ListState, digest: str, now: datetime, *, fills: bool = True) -> ServedList | None:
        """The list of this state; None where a newer one has replaced it. `fills` puts what the cache does not hold into it."""
        models = await self._cache.get(state.key)
        if models is None:
            read = await self._contents.models(state)
            if read is None:
                return None
            # All who have read it at the same time get the one that the cache holds then.
            models = await self._coalescing.run((ListRecorder, state.key), lambda: self._cached(state.key, read)) if fills else read
        source = Source.CACHE if self._schedule.age(state, digest, now) is Age.FRESH else Source.STALE
        return ServedList(state, models, source, state.fetched_at or now)

    async def fetched_elsewhere(self, request: ListRequest, present: Snapshot) -> ServedList | None:
        """What another instance fetched while this one waited for the lock. Raises VendorFailed, KeyMissing where that failed."""
        state, now = present.list_state(request.provider.slug, request.owner), self._clock()
        failure = state.failure
        if failure is not None and failure.digest == request.digest and failure.at > request.started_at and not state.is_incomplete:
            raise failure.error(request.provider.slug)
        if state.revision == request.state.revision or self._schedule.age(state, request.digest, now) is not Age.FRESH:
            return None
        return await self.serve(state, request.digest, now)

    async def record_list(self, request: ListRequest, models: VendorList) -> ServedList:
        """Records the list that was fetched. The list of a superseded request is served and not recorded."""
        now, serialized = self._clock(), await self._contents.serialized(models)
        difference = await self._difference(request, models)  # before the unit of work: it takes longer than writers should wait
        async with self._unit_of_work() as work:
            before = await work.lists.state(request.provider.slug, request.owner)
            has_newer = before.digest == request.digest and before.revision != request.state.revision and not request.is_accepted
            if has_newer or not await self._still_holds(request, before, work):
                return ServedList(ListState(request.provider.slug, owner=request.owner), models, Source.LIVE, now)
            after = before.with_fetched(request.digest, models, now, seen=request.state.shrunk, is_accepted=request.is_accepted)
            await work.lists.put(after, serialized if after.revision != before.revision else None)
            if after.revision != before.revision and request.owner is None:
                await _record_changes(work, after, difference if before.key == request.state.key else None, now)
            await self._accept_key(work, request)
            if request.is_accepted:
                await _audit_accepted(work, request, now, before, after)
            await work.commit()
        if after.revision == before.revision:  # it shrank, and waits to be confirmed
            return await self.serve(after, request.digest, now) or ServedList(after, models, Source.LIVE, now)
        return ServedList(after, await self._cached(after.key, models), Source.LIVE, now)

    async def record_failure(self, request: ListRequest, error: VendorFailed | KeyMissing) -> None:
        """Failures of superseded requests are ignored: a new key is not blamed for the old one."""
        async with self._unit_of_work() as work:
            state = await work.lists.state(request.provider.slug, request.owner)
            if await self._still_holds(request, state, work):
                failure = Failure(error.code, error.reason, request.digest, self._clock())
                await work.lists.put(state.failed(failure))
                # Lists that are read with personal keys are their owners' own affair; and a check may have reported the rejection already.
                is_known = request.owner is not None or (error.code == KeyRejected.code and await self._is_known_rejected(work, request))
                event = failure_event(request.provider.slug, failure, state.failure) if not is_known else None
                await work.outbox.add([event] if event is not None else [])
                await work.commit()

    async def count_refresh(self, request: ListRequest) -> None:
        """Counts one refresh by a normal admin, for all instances together. Raises TooSoon."""
        async with self._unit_of_work() as work:
            state, now = await work.lists.state(request.provider.slug, request.owner), self._clock()
            if wait := state.refresh_retry_after(now):
                raise TooSoon(request.provider.slug, wait)
            await work.lists.put(state.asked(now))
            await work.commit()

    async def _difference(self, request: ListRequest, models: VendorList) -> ListDifference | None:
        """What differs from the list that this one may replace; None where that list is another's, or there is none to compare with."""
        state = request.state
        if request.owner is not None or state.revision == 0 or state.digest != request.digest:
            return None
        previous = await self._cache.get(state.key) or await self._contents.models(state)
        return await with_breaks(list_difference(previous, models)) if previous is not None else None

    async def _accept_key(self, work: UnitOfWork, request: ListRequest) -> None:
        """The vendor gave the list to the key: that a check rejected it before is over. A public list proves nothing."""
        if request.key is None or request.key.rejection is None or request.provider_class.key_requirement is KeyRequirement.PUBLIC:
            return
        stored = await work.keys.get(request.provider.slug, request.owner)
        if stored is not None and stored.rejection == request.key.rejection:
            await work.keys.put(evolve(stored, rejection=None))

    async def _is_known_rejected(self, work: UnitOfWork, request: ListRequest) -> bool:
        stored = await work.keys.get(request.provider.slug, request.owner)
        return stored is not None and key_rejection(stored, request.provider, request.provider_class) is not None

    async def _cached(self, key: ListKey, models: VendorList) -> VendorList:
        """The list as the cache holds it, whose equal parts are shared: less memory for whatever is built from it."""
        await self._cache.put(key, models)
        return await self._cache.get(key) or models

    async def _still_holds(self, request: ListRequest, state: ListState, work: UnitOfWork) -> bool:
        """Whether the list was not cleared since the request began, and would be read in the same way now."""
        if state.invalidations != request.state.invalidations:
            return False
        try:
            provider = await work.providers.get(request.provider.slug)
        except ProviderNotFound:
            return False
        actor = request.actor.with_current_role(await work.accounts.admin(request.actor.name))
        keys = AvailableKeys(await work.keys.get(provider.slug, actor.name), await work.keys.get(provider.slug, None))
        return request.holds(provider, self._classes.class_of(provider), actor, keys)


async def _record_changes(work: UnitOfWork, state: ListState, difference: ListDifference | None, now: datetime) -> None:
    """Records what a list of everybody changed. The first list of a digest changes nothing, and what was missing before it is forgotten."""
    if difference is None:
        await work.changes.put_missing(state.provider, [])
        return
    missing = await work.changes.missing(state.provider)
    changes, still_missing = recorded_changes(state.provider, now, difference, missing)
    if changes:
        await work.changes.add(changes)
        await work.changes.forget(now - KEPT_FOR)
        await work.outbox.add(list(catalogue_events(state, changes, await work.choices.active(), now)))
    if missing or still_missing:
        await work.changes.put_missing(state.provider, still_missing)


async def _audit_accepted(work: UnitOfWork, request: ListRequest, now: datetime, before: ListState, after: ListState) -> None:
    counts = {"count": before.count}, {"count": after.count}
    await work.audit.add([audit_entry(request.actor, now, Action.LIST_ACCEPTED, request.provider.slug, before=counts[0], after=counts[1])])
