"""Vendors' lists as callers see them: from the cache where that will do, refreshed in the background or waited for where it will not."""

import logging
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from modeldesk.domain.errors import KeyMissing, KeyUnreadable, ModeldeskError, VendorFailed, VendorSlow
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.catalogue.list_state import Age, Failure, ListState, list_digest
from modeldesk.domain.model.keys.provider_key import KeyRef
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.background import BackgroundTasks
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.vendors import Progress
from modeldesk.domain.services.list_recorder import ListRecorder
from modeldesk.domain.services.list_refresh import ListRefresh
from modeldesk.domain.services.list_request import ListRequest, RefreshMode, ServedList, no_progress, prepare_request
from modeldesk.domain.services.refresh_schedule import RefreshSchedule

LOGGER = logging.getLogger(__name__)


class LiveLists:
    """Serves lists by the schedule, and never loses a good one: where a refresh fails, the last good list is shown."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        classes: ProviderClasses,
        clock: Clock,
        schedule: RefreshSchedule,
        refresh: ListRefresh,
        recorder: ListRecorder,
        background: BackgroundTasks,
    ) -> None:
        self._snapshots = snapshots
        self._classes = classes
        self._clock = clock
        self._schedule = schedule
        self._refresh = refresh
        self._recorder = recorder
        self._background = background
        self._moments: Sequence[datetime] = ()
        self._moments_of: Mapping[Slug, ListState] | None = None
        self._own_moments_of: Mapping[KeyRef, ListState] | None = None

    def expired(self, snapshot: Snapshot) -> frozenset[Slug]:
        """The providers whose shared list is too old to be shown."""
        now = self._clock()
        states = snapshot.lists.values()
        return frozenset(state.provider for state in states if self._schedule.age(state, state.digest, now) is Age.EXPIRED)

    def same_ages_until(self, snapshot: Snapshot, now: datetime) -> datetime:
        """The first moment from `now` on at which a list may have another age; the end of time where none will."""
        if self._moments_of is not snapshot.lists or self._own_moments_of is not snapshot.own_lists:
            self._moments_of, self._own_moments_of = snapshot.lists, snapshot.own_lists
            self._moments = self._schedule.age_changes([*snapshot.lists.values(), *snapshot.own_lists.values()])
        following = bisect_left(self._moments, now)
        return self._moments[following] if following < len(self._moments) else datetime.max.replace(tzinfo=now.tzinfo)

    def peek_state(self, provider: Provider, snapshot: Snapshot) -> ListState | None:
        """The state of the shared list; None where no list may be shown."""
        state, digest = snapshot.list_state(provider.slug), self._shared_digest(provider, snapshot)
        return None if self._schedule.age(state, digest, self._clock()) is Age.EXPIRED else state

    async def peek(self, provider: Provider, snapshot: Snapshot) -> ServedList | None:
        """The shared list as it stands, without asking the vendor; None where no list may be shown."""
        state = self.peek_state(provider, snapshot)
        if state is None:
            return None
        # A cleared list returns to the cache by a read, not by a peek.
        return await self._recorder.serve(state, self._shared_digest(provider, snapshot), self._clock(), fills=not state.is_cleared)

    async def read(
        self,
        provider: Provider,
        snapshot: Snapshot,
        actor: Actor,
        mode: RefreshMode,
        *,
        is_accepted: bool = False,
        progress: Progress = no_progress,
        most: timedelta | None = None,
    ) -> ServedList:
        """The list for this actor: the shared one, or their own where it is read with their own key.

        Raises LiveListNotAvailable, KeyMissing, and TooSoon where a normal admin has it refreshed too often; KeyUnreadable and VendorFailed
        only where there is no list to show. A caller that waits longer than `most` is served the last good list, else VendorSlow is raised.
        """
        request = prepare_request(provider, self._classes, snapshot, actor, self._clock(), is_accepted=is_accepted)
        if mode is RefreshMode.FORCE and request.actor.role is not Role.SUPER:
            await self._recorder.count_refresh(request)
        now = self._clock()
        if self._schedule.must_wait(request, mode, now):
            if mode is RefreshMode.STALE_OK and (failure := self._recent_failure(request)) is not None:
                raise failure.error(provider.slug)  # else every caller would wait, again and again, for a vendor that is down
            return await self._refreshed_or_last_good(request, progress, most)
        if self._schedule.claim_background_refresh(request, now):
            self._background.run(self._refresh_in_background(request))
        return await self._recorder.serve(request.state, request.digest, now) or await self._refreshed(request, progress, most)

    def is_cached(self, provider: Provider, snapshot: Snapshot, actor: Actor) -> bool:
        """Whether `read` would answer this actor without waiting for the vendor. Raises LiveListNotAvailable, KeyMissing."""
        now = self._clock()
        request = prepare_request(provider, self._classes, snapshot, actor, now)
        return not self._schedule.must_wait(request, RefreshMode.STALE_OK, now) or self._recent_failure(request) is not None

    async def _refreshed_or_last_good(self, request: ListRequest, progress: Progress, most: timedelta | None) -> ServedList:
        now = self._clock()
        try:
            return await self._refreshed(request, progress, most)
        except (VendorFailed, KeyMissing, KeyUnreadable) as error:
            failure = error
            present = await self._snapshots.current()
            state = present.list_state(request.provider.slug, request.owner)
            if self._schedule.age(state, request.digest, now) is Age.EXPIRED:  # it was before, or belongs to another key by now
                raise
            request.require_visible(present)  # the failure may come from a right that the actor has lost
        served = await self._recorder.serve(state, request.digest, now)
        if served is None and isinstance(failure, VendorSlow):
            raise failure  # a second wait would be longer than `most`
        return served or await self._refreshed(request, progress, most)

    async def _refreshed(self, request: ListRequest, progress: Progress, most: timedelta | None) -> ServedList:
        """The outcome of a refresh, if the actor may still see it: their rights may have changed while they waited."""
        served = await self._refresh.run(request, progress, most)
        request.require_visible(await self._snapshots.current())
        return served

    async def _refresh_in_background(self, request: ListRequest) -> None:
        try:
            await self._refresh.run(request, no_progress)
        except ModeldeskError as error:
            LOGGER.warning("a list was not refreshed: %s", error)

    def _recent_failure(self, request: ListRequest) -> Failure | None:
        return None if self._refresh.is_running(request) else self._schedule.recent_failure(request)

    def _shared_digest(self, provider: Provider, snapshot: Snapshot) -> str:
        """The digest of the list as it is read with the shared key, where there is one."""
        return list_digest(provider, self._classes.class_of(provider), snapshot.shared_key(provider.slug))
