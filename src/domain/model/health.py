"""The health of an active model: the worst of everything that one snapshot says about it. Pure rules."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import Enum

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle, LifecycleState
from modeldesk.domain.model.catalogue.list_state import INCOMPLETE, Failure
from modeldesk.domain.model.keys.provider_key import KeyRejection
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.records import frozen

RETIRES_SOON_WITHIN = timedelta(days=60)
STALE_AFTER = 2
"""A failed list is stale after this many times the time for which a list is fresh."""


class Health(Enum):
    """The states, the best first."""

    OK = "ok"
    UNVERIFIED = "unverified"
    PRICE_UNKNOWN = "price-unknown"
    RETIRES_SOON = "retires-soon"
    NOT_IN_CATALOGUE = "not-in-catalogue"
    CAPABILITY_MISMATCH = "capability-mismatch"
    LIST_STALE = "list-stale"
    KEY_MISSING = "key-missing"
    KEY_REJECTED = "key-rejected"
    PROVIDER_INACTIVE = "provider-inactive"
    RETIRED = "retired"

    @property
    def severity(self) -> int:
        """Grows from state to worse state; 0 is OK."""
        return SEVERITY[self]


SEVERITY = {state: rank for rank, state in enumerate(Health)}


@frozen
class SlotEvidence:
    """What is known about a slot and its active model.

    `unusable_key` says why a live list has no key although it needs one; `rejection` how a check found that
    the vendor rejects that key. `failure` is that of the last refresh, None if it succeeded, and
    `fetched_at` is when the list was read. `mismatch` is why the list holds the model for another capability only. `in_catalogue` is None
    without a list; `removed_at` is when the model left it, as far as that is known.
    """

    is_provider_active: bool = True
    unusable_key: Reason | None = None
    rejection: KeyRejection | None = None
    failure: Failure | None = None
    fetched_at: datetime | None = None
    mismatch: Reason | None = None
    in_catalogue: bool | None = True
    is_unverified: bool = False
    removed_at: datetime | None = None
    is_price_known: bool = True
    lifecycle: Lifecycle | None = None


@frozen
class Finding:
    """One state with its reason. `since` is when it began, as far as that is known."""

    state: Health
    reason: Reason
    since: datetime | None = None


@frozen
class ObservedHealth:
    """The health of an active model at one look. `previous` is that of the look before, where this one is a change."""

    slot: Slot
    model_id: ModelId
    state: Health
    previous: Health | None = None


def health_changes(before: Iterable[ObservedHealth], now: Iterable[ObservedHealth]) -> Iterator[ObservedHealth]:
    """The models that were active at both looks and whose state differs, with the state before."""
    known = {(one.slot, one.model_id): one.state for one in before}
    for one in now:
        previous = known.get((one.slot, one.model_id))
        if previous is not None and previous is not one.state:
            yield evolve(one, previous=previous)


HEALTHY = Finding(Health.OK, Reason("slot-healthy"))


def diagnose(evidence: SlotEvidence, now: datetime, fresh_for: timedelta) -> Finding:
    """The worst finding. `fresh_for` is how long a list is fresh."""
    return max((HEALTHY, *findings(evidence, now, fresh_for)), key=lambda finding: finding.state.severity)


def findings(evidence: SlotEvidence, now: datetime, fresh_for: timedelta) -> Iterator[Finding]:
    """Everything that is wrong with the slot."""
    if not evidence.is_provider_active:
        yield Finding(Health.PROVIDER_INACTIVE, Reason("slot-provider-inactive"))
    if evidence.unusable_key is not None:
        yield Finding(Health.KEY_MISSING, evidence.unusable_key)
    if evidence.rejection is not None:
        yield Finding(Health.KEY_REJECTED, Reason("slot-key-rejected", reason=evidence.rejection.reason), evidence.rejection.at)
    if evidence.failure is not None:
        yield from _of_failure(evidence.failure, evidence.fetched_at, now, fresh_for)
    if evidence.lifecycle is not None:
        yield from _of_lifecycle(evidence.lifecycle, now)
    if evidence.mismatch is not None:
        yield Finding(Health.CAPABILITY_MISMATCH, Reason("slot-capability-mismatch", reason=evidence.mismatch))
    elif evidence.in_catalogue is False:
        yield Finding(Health.NOT_IN_CATALOGUE, Reason("slot-not-in-catalogue"), evidence.removed_at)
    if evidence.in_catalogue is None or evidence.is_unverified:
        yield Finding(Health.UNVERIFIED, Reason("slot-unverified"))
    if not evidence.is_price_known:
        yield Finding(Health.PRICE_UNKNOWN, Reason("slot-price-unknown"))


def _of_failure(failure: Failure, fetched_at: datetime | None, now: datetime, fresh_for: timedelta) -> Iterator[Finding]:
    if failure.code == "key-rejected":
        yield Finding(Health.KEY_REJECTED, Reason("slot-key-rejected", reason=failure.reason), failure.at)
    if failure.code == "key-missing":
        yield Finding(Health.KEY_MISSING, Reason("slot-key-wanted", reason=failure.reason), failure.at)
    if failure.code == INCOMPLETE:  # a part of the list was read, so the refresh did not fail
        return
    if fetched_at is None:
        yield Finding(Health.LIST_STALE, Reason("slot-list-never-read", reason=failure.reason), failure.at)
    elif now - fetched_at > STALE_AFTER * fresh_for:
        yield Finding(Health.LIST_STALE, Reason("slot-list-stale", reason=failure.reason, day=fetched_at), fetched_at)


def _of_lifecycle(lifecycle: Lifecycle, now: datetime) -> Iterator[Finding]:
    days = lifecycle.days_left(now.date())
    if lifecycle.state is LifecycleState.RETIRED:
        is_dated = days is not None and days < 0
        dated = Reason("slot-retired-on", day=lifecycle.retires_on, source=lifecycle.source)
        yield Finding(Health.RETIRED, dated if is_dated else Reason("slot-retired", source=lifecycle.source))
    elif days is not None and days <= RETIRES_SOON_WITHIN.days:
        yield Finding(Health.RETIRES_SOON, Reason("slot-retires-on", day=lifecycle.retires_on, days=days, source=lifecycle.source))
