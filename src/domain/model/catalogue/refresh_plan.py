"""When live lists are refreshed by schedule, and which instance does it. Pure rules.

One instance at a time holds the lease; an instance that was killed loses it when it runs out. The plan of each list says when it is due: after a
success about one interval later, after a failure later each time. A list that somebody refreshed meanwhile is due one interval after that.
"""

from datetime import datetime, timedelta

from attrs import evolve

from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen

REFRESH_EVERY = timedelta(hours=6)
SHORTEST_EVERY = timedelta(minutes=5)
LEASE_FOR = timedelta(minutes=5)
"""How long a lease lasts without being extended: longer than reading any list, so that two instances never read one at once."""

SPREAD = 0.1
"""An interval is up to this part shorter or longer, so that lists and installations do not ask their vendors at the same moment."""

LONGEST_FACTOR = 8
"""A vendor that keeps failing is asked at this many times the interval."""

LONGEST_VENDOR_WAIT = timedelta(days=1)


@frozen
class Lease:
    """The right of one instance to do what only one does at a time, until it runs out."""

    holder: str
    until: datetime

    def is_free_for(self, holder: str, now: datetime, lasts: timedelta = LEASE_FOR) -> bool:
        """Whether this instance may take or extend it. A clock that was set back does not keep it for ever: no lease `lasts` longer."""
        return self.holder == holder or not now < self.until <= now + lasts


@frozen
class RefreshPlan:
    """When the shared list of a provider is refreshed next, when that was planned, and how many times running it has failed."""

    provider: Slug
    next_at: datetime
    planned_at: datetime
    failures: int = 0


@frozen
class Interval:
    """The interval between two refreshes of one list."""

    every: timedelta = REFRESH_EVERY

    def is_due(self, state: ListState, plan: RefreshPlan | None, now: datetime) -> bool:
        """Whether the list is due. A moment that is further away than any plan can be comes from a clock that was set back."""
        fetched = state.fetched_at
        if plan is not None and (fetched is None or fetched <= plan.planned_at):
            due = plan.next_at
        elif fetched is not None:
            due = fetched + self.every * (1 - SPREAD)
        else:
            return True
        longest = max(self.every * LONGEST_FACTOR * (1 + SPREAD), LONGEST_VENDOR_WAIT)
        return due <= now or due > now + longest

    def after_success(self, provider: Slug, now: datetime, jitter: float) -> RefreshPlan:
        """The plan after a refresh that worked. `jitter` is from 0 to 1."""
        return RefreshPlan(provider, now + self._spread(jitter), now)

    def after_failure(
        self, provider: Slug, plan: RefreshPlan | None, now: datetime, jitter: float, retry_at: datetime | None = None
    ) -> RefreshPlan:
        """The plan after a refresh that failed: the interval doubles each time, and the vendor's Retry-After holds where it is later."""
        failures = plan.failures + 1 if plan is not None else 1
        next_at = now + self._spread(jitter) * min(2**failures, LONGEST_FACTOR)
        return RefreshPlan(provider, next_at if retry_at is None else max(next_at, retry_at), now, failures)

    def _spread(self, jitter: float) -> timedelta:
        return self.every * (1 - SPREAD + 2 * SPREAD * jitter)


def extended(lease: Lease | None, holder: str, now: datetime, lasts: timedelta = LEASE_FOR) -> Lease | None:
    """The lease that this instance holds from now on; None where another one holds it."""
    if lease is not None and not lease.is_free_for(holder, now, lasts):
        return None
    return Lease(holder, now + lasts)


def released(lease: Lease | None, holder: str, now: datetime) -> Lease | None:
    """The lease after this instance has done its work: free for the next one. Another instance's lease stays as it is."""
    return evolve(lease, until=now) if lease is not None and lease.holder == holder else lease


def is_scheduled(provider: Provider, snapshot: Snapshot) -> bool:
    """Whether the provider's shared list is refreshed by schedule: it was read before, or one of its live capabilities has an active model."""
    live = [name for name, capability in provider.capabilities.items() if capability.supported and capability.has_dynamic_models]
    if not live or not provider.is_active:
        return False
    has_active = any(snapshot.slot(Slot(provider.slug, name)).active is not None for name in live)
    return has_active or snapshot.list_state(provider.slug).revision > 0
