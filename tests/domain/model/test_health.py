"""The health of a slot in use: the worst of everything that is wrong with it."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState, lifecycle_on
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, INCOMPLETE, Failure
from modeldesk.domain.model.health import RETIRES_SOON_WITHIN, Health, ObservedHealth, SlotEvidence, diagnose, findings, health_changes
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
WHY = Reason("vendor-status", status=503)
NO_KEY = Reason("slot-key-missing")
FAILED = Failure("vendor-failed", WHY, "digest", NOW)
REJECTED = Failure("key-rejected", WHY, "digest", NOW)


def retiring(days: int) -> SlotEvidence:
    day = NOW.date() + timedelta(days)
    return SlotEvidence(lifecycle=lifecycle_on(NOW.date(), (LifecycleClaim("vendor", retires_on=day),)))


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        (SlotEvidence(), Health.OK),
        (SlotEvidence(is_unverified=True), Health.UNVERIFIED),
        (SlotEvidence(in_catalogue=None), Health.UNVERIFIED),
        (SlotEvidence(is_price_known=False), Health.PRICE_UNKNOWN),
        (retiring(RETIRES_SOON_WITHIN.days), Health.RETIRES_SOON),
        (retiring(RETIRES_SOON_WITHIN.days + 1), Health.OK),
        (retiring(0), Health.RETIRES_SOON),
        (SlotEvidence(in_catalogue=False), Health.NOT_IN_CATALOGUE),
        (SlotEvidence(in_catalogue=False, mismatch=Reason("other-purpose", purposes=["image"], reason=WHY)), Health.CAPABILITY_MISMATCH),
        (SlotEvidence(failure=FAILED, fetched_at=NOW - 2 * FRESH_FOR), Health.OK),
        (SlotEvidence(failure=FAILED, fetched_at=NOW - 2 * FRESH_FOR - timedelta(seconds=1)), Health.LIST_STALE),
        (SlotEvidence(failure=FAILED), Health.LIST_STALE),
        (SlotEvidence(fetched_at=NOW - 9 * FRESH_FOR), Health.OK),
        (SlotEvidence(unusable_key=NO_KEY), Health.KEY_MISSING),
        (SlotEvidence(failure=evolve(FAILED, code="key-missing"), fetched_at=NOW), Health.KEY_MISSING),
        (SlotEvidence(failure=evolve(FAILED, code=INCOMPLETE), fetched_at=NOW - 9 * FRESH_FOR), Health.OK),
        (SlotEvidence(failure=REJECTED, fetched_at=NOW), Health.KEY_REJECTED),
        (SlotEvidence(is_provider_active=False), Health.PROVIDER_INACTIVE),
        (retiring(-1), Health.RETIRED),
        (SlotEvidence(lifecycle=lifecycle_on(NOW.date(), (LifecycleClaim("vendor", state=LifecycleState.RETIRED),))), Health.RETIRED),
    ],
)
def test_each_state_is_reached_by_what_the_contract_says(evidence: SlotEvidence, state: Health) -> None:
    """At its very limit, too: sixty days, and twice the time for which a list is fresh."""
    assert diagnose(evidence, NOW, FRESH_FOR).state is state


def test_the_order_of_the_contract() -> None:
    """The exit code of the command line hangs on it."""
    assert [state.value for state in sorted(Health, key=lambda state: state.severity)] == [
        "ok",
        "unverified",
        "price-unknown",
        "retires-soon",
        "not-in-catalogue",
        "capability-mismatch",
        "list-stale",
        "key-missing",
        "key-rejected",
        "provider-inactive",
        "retired",
    ]


DEFECTS = {
    "is_unverified": True,
    "is_price_known": False,
    "lifecycle": retiring(-1).lifecycle,
    "in_catalogue": False,
    "mismatch": Reason("other-purpose", purposes=["image"], reason=WHY),
    "failure": REJECTED,
    "unusable_key": NO_KEY,
    "is_provider_active": False,
}


@given(st.sets(st.sampled_from(sorted(DEFECTS))), st.sets(st.sampled_from(sorted(DEFECTS))), st.none() | st.integers(0, 10**6))
def test_the_worst_wins_and_a_further_defect_never_makes_it_better(some: set[str], more: set[str], age: int | None) -> None:
    """Whatever else is wrong, and in whatever order."""
    fetched_at = None if age is None else NOW - timedelta(seconds=age)
    before, after = (
        evolve(SlotEvidence(fetched_at=fetched_at), **{name: DEFECTS[name] for name in names})  # type: ignore[arg-type] # each of its own type
        for names in (some, some | more)
    )
    worst = diagnose(after, NOW, FRESH_FOR).state.severity
    assert worst >= diagnose(before, NOW, FRESH_FOR).state.severity
    assert worst == max((finding.state.severity for finding in findings(after, NOW, FRESH_FOR)), default=0)


def test_a_change_of_health_is_that_of_one_model() -> None:
    """Active at both looks, in the same slot; another model, and one that is new, has none."""
    chat, image = (Slot(Slug("acme"), CapabilityName(name)) for name in ("chat", "image"))
    large, small = ModelId("large"), ModelId("small")
    before = [ObservedHealth(chat, large, Health.OK), ObservedHealth(image, large, Health.OK)]
    assert list(health_changes(before, before)) == []
    assert list(health_changes([], before)) == []
    now = [ObservedHealth(chat, large, Health.RETIRED), ObservedHealth(image, small, Health.RETIRED)]
    assert list(health_changes(before, now)) == [ObservedHealth(chat, large, Health.RETIRED, Health.OK)]
