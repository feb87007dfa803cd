"""Refreshing live lists by schedule: one instance at a time, each list when it is due."""

import logging
from datetime import datetime

from modeldesk.domain.errors import KeyMissing, LiveListNotAvailable, ModeldeskError, Unavailable, VendorFailed
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.refresh_plan import Interval, RefreshPlan, extended, is_scheduled, released
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.instance import Instance
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.refresh_plans import RefreshPlans
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork
from modeldesk.domain.services.list_refresh import ListRefresh
from modeldesk.domain.services.list_request import ListRequest, no_progress, prepare_request

LOGGER = logging.getLogger(__name__)
LEASE = "scheduled-refresh"


class ScheduledRefresh:
    """Refreshes what is due, with shared keys. Several instances may call it at once: each list is read by one of them."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        snapshots: Snapshots,
        plans: RefreshPlans,
        refresh: ListRefresh,
        classes: ProviderClasses,
        clock: Clock,
        instance: Instance,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._plans = plans
        self._refresh = refresh
        self._classes = classes
        self._clock = clock
        self._instance = instance

    async def run_due(self, interval: Interval) -> int:
        """Refreshes every list that is due, and returns how many were tried. Writes nothing where none is due. Raises as `Snapshots`."""
        tried = 0
        has_lease = False
        try:
            for provider in await self._due(interval):
                claimed = await self._claim(provider, interval)
                if claimed is None:
                    break
                has_lease = True
                if claimed:
                    tried += 1
                    await self._refresh_one(provider, interval)
        finally:
            if has_lease:
                await self._release()
        return tried

    async def _due(self, interval: Interval) -> list[Slug]:
        """What seems due, by a read without the lease; the longest due first."""
        snapshot, now = await self._snapshots.current(), self._clock()
        plans = {plan.provider: plan for plan in await self._plans.refresh_plans()}
        scheduled = (provider.slug for provider in snapshot.providers.values() if self._request(provider, snapshot) is not None)
        due = [slug for slug in scheduled if interval.is_due(snapshot.list_state(slug), plans.get(slug), now)]
        return sorted(due, key=lambda slug: plans[slug].next_at if slug in plans else _never(now))

    async def _claim(self, provider: Slug, interval: Interval) -> bool | None:
        """Takes or extends the lease. True where the list is still due, None where another instance holds the lease."""
        async with self._unit_of_work() as work:
            now = self._clock()
            lease = extended(await work.refreshes.lease(LEASE), self._instance.name, now)
            if lease is None:
                return None
            await work.refreshes.put_lease(LEASE, lease)
            is_due = interval.is_due(await work.lists.state(provider), await work.refreshes.plan(provider), now)
            await work.commit()
        return is_due

    async def _refresh_one(self, slug: Slug, interval: Interval) -> None:
        snapshot = await self._snapshots.current()
        provider = snapshot.providers.get(slug)
        request = self._request(provider, snapshot) if provider is not None else None
        if request is None:
            return
        failure = await self._failure(request)
        async with self._unit_of_work() as work:
            plan, now = await work.refreshes.plan(slug), self._clock()
            await work.refreshes.put_plan(self._next(slug, plan, failure, now, interval))
            await work.commit()

    def _request(self, provider: Provider, snapshot: Snapshot) -> ListRequest | None:
        """The request for the shared list; None where the list is not refreshed by schedule, or cannot be read for want of a key or an address."""
        if not is_scheduled(provider, snapshot):
            return None
        try:
            return prepare_request(provider, self._classes, snapshot, CLI_ACTOR, self._clock())
        except (LiveListNotAvailable, KeyMissing):
            return None

    async def _failure(self, request: ListRequest) -> ModeldeskError | None:
        """Reads the list; why that failed, None where it worked. The failure stands in the list's state too, where the vendor was asked."""
        try:
            await self._refresh.run(request, no_progress)
        except Unavailable:
            raise
        except ModeldeskError as error:
            LOGGER.warning("a scheduled refresh failed: %s", error)
            return error
        return None

    def _next(self, slug: Slug, plan: RefreshPlan | None, failure: ModeldeskError | None, now: datetime, interval: Interval) -> RefreshPlan:
        if failure is None:
            return interval.after_success(slug, now, self._instance.random())
        retry_at = failure.retry_at if isinstance(failure, VendorFailed) else None
        return interval.after_failure(slug, plan, now, self._instance.random(), retry_at)

    async def _release(self) -> None:
        async with self._unit_of_work() as work:
            now = self._clock()
            if (lease := released(await work.refreshes.lease(LEASE), self._instance.name, now)) is not None:
                await work.refreshes.put_lease(LEASE, lease)
                await work.commit()


def _never(now: datetime) -> datetime:
    """Before every plan: a list without one was never refreshed by schedule."""
    return datetime.min.replace(tzinfo=now.tzinfo)
