"""When a list is read from its vendor: by its age, by what this process tried, and by failures that still count."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, RETRY_COOLDOWN, STALE_FOR, Failure, ListState, list_digest
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.services.list_request import ListRequest, RefreshMode, prepare_request
from modeldesk.domain.services.refresh_schedule import RefreshSchedule
from tests.support.fake_vendors import CLASSES, vendor_models
from tests.support.manual_clock import NOON, ManualClock
from tests.support.samples import live_provider

PROVIDER = live_provider()
DIGEST = list_digest(PROVIDER, CLASSES.class_of(PROVIDER), None)
FETCHED = ListState(PROVIDER.slug).with_fetched(DIGEST, vendor_models("a", "b"), NOON)
FAILURE = Failure("vendor-failed", Reason("closed-before-answer"), DIGEST, NOON)
SECOND = timedelta(seconds=1)
STALE_OK, WAIT_IF_STALE, FORCE = RefreshMode.STALE_OK, RefreshMode.WAIT_IF_STALE, RefreshMode.FORCE


def request(state: ListState = FETCHED, now: datetime = NOON) -> ListRequest:
    snapshot = Snapshot(providers={PROVIDER.slug: PROVIDER}, lists={PROVIDER.slug: state})
    return prepare_request(PROVIDER, CLASSES, snapshot, CLI_ACTOR, now)


def failed_at(at: datetime, **fields: object) -> ListRequest:
    return request(FETCHED.failed(evolve(FAILURE, at=at, **fields)))


@pytest.mark.parametrize(
    ("state", "age", "waiting"),
    [
        (FETCHED, FRESH_FOR - SECOND, {FORCE}),
        (FETCHED, FRESH_FOR, {WAIT_IF_STALE, FORCE}),
        (FETCHED, STALE_FOR - SECOND, {WAIT_IF_STALE, FORCE}),
        (FETCHED, STALE_FOR, {STALE_OK, WAIT_IF_STALE, FORCE}),
        (FETCHED.cleared(), timedelta(0), {STALE_OK, WAIT_IF_STALE, FORCE}),
        (FETCHED.cleared().failed(FAILURE), timedelta(0), {WAIT_IF_STALE, FORCE}),
        (FETCHED.failed(FAILURE), FRESH_FOR, {WAIT_IF_STALE, FORCE}),
        (ListState(PROVIDER.slug), timedelta(0), {STALE_OK, WAIT_IF_STALE, FORCE}),
    ],
    ids=[
        "fresh",
        "just stale",
        "stale",
        "expired",
        "cleared",
        "cleared, and its refresh failed",
        "stale, and its refresh failed",
        "never read",
    ],
)
def test_who_waits_for_the_vendor(state: ListState, age: timedelta, waiting: set[RefreshMode]) -> None:
    """A list that may be shown makes nobody wait who takes a stale one; a cleared list may be shown once its refresh has failed."""
    schedule = RefreshSchedule(ManualClock())
    assert {mode for mode in RefreshMode if schedule.must_wait(request(state), mode, NOON + age)} == waiting


@pytest.mark.parametrize(
    ("age", "claimed"), [(FRESH_FOR - SECOND, False), (FRESH_FOR, True), (STALE_FOR - SECOND, True), (STALE_FOR, False)]
)
def test_only_a_stale_list_is_refreshed_in_the_background(age: timedelta, claimed: bool) -> None:
    """A fresh one needs nothing; for one that is too old the caller waits."""
    assert RefreshSchedule(ManualClock()).claim_background_refresh(request(), NOON + age) is claimed


def test_a_background_refresh_is_claimed_once_in_its_cooldown() -> None:
    """Whoever claims it counts as having tried; so does every read from the vendor."""
    clock = ManualClock()
    schedule, now = RefreshSchedule(clock), NOON + FRESH_FOR
    assert schedule.claim_background_refresh(request(), now)
    assert not schedule.claim_background_refresh(request(), now + RETRY_COOLDOWN - SECOND)
    assert schedule.claim_background_refresh(request(), now + RETRY_COOLDOWN)
    clock.forward(FRESH_FOR + 2 * RETRY_COOLDOWN)
    schedule.record_try(request().list_key)
    assert not schedule.claim_background_refresh(request(), clock() + RETRY_COOLDOWN - SECOND)
    assert schedule.claim_background_refresh(request(), clock() + RETRY_COOLDOWN)


def test_a_clock_that_was_set_back_ends_the_cooldown() -> None:
    """A try that lies far in the future forbids nothing; one that lies a moment ahead still counts."""
    clock = ManualClock()
    schedule = RefreshSchedule(clock)
    clock.forward(FRESH_FOR + timedelta(hours=1))
    schedule.record_try(request().list_key)
    assert schedule.claim_background_refresh(request(), clock() - RETRY_COOLDOWN)
    schedule.record_try(request().list_key)
    assert not schedule.claim_background_refresh(request(), clock() - RETRY_COOLDOWN + SECOND)


def test_a_failure_counts_for_its_cooldown() -> None:
    """Then the vendor is asked again."""
    clock = ManualClock()
    schedule = RefreshSchedule(clock)
    assert schedule.recent_failure(failed_at(NOON)) == FAILURE
    clock.forward(RETRY_COOLDOWN - SECOND)
    assert schedule.recent_failure(failed_at(NOON)) == FAILURE
    clock.forward(SECOND)
    assert schedule.recent_failure(failed_at(NOON)) is None
    assert schedule.recent_failure(request()) is None


def test_a_later_try_of_this_process_extends_the_cooldown() -> None:
    """Its failure may not have been recorded, and the vendor is not asked again at once."""
    clock = ManualClock()
    schedule = RefreshSchedule(clock)
    clock.forward(RETRY_COOLDOWN - SECOND)
    schedule.record_try(request().list_key)
    clock.forward(RETRY_COOLDOWN - SECOND)
    assert schedule.recent_failure(failed_at(NOON)) == FAILURE
    clock.forward(SECOND)
    assert schedule.recent_failure(failed_at(NOON)) is None


def test_an_earlier_try_of_this_process_does_not_shorten_it() -> None:
    """The failure is another instance's, and is newer."""
    clock = ManualClock()
    schedule = RefreshSchedule(clock)
    schedule.record_try(request().list_key)
    clock.forward(RETRY_COOLDOWN + SECOND)
    assert schedule.recent_failure(failed_at(NOON + 2 * SECOND)) == evolve(FAILURE, at=NOON + 2 * SECOND)


def test_failures_from_before_this_process_started_do_not_count() -> None:
    """What caused them may be mended for this one; one of the same moment counts."""
    schedule = RefreshSchedule(ManualClock())
    assert schedule.recent_failure(failed_at(NOON - SECOND)) is None
    assert schedule.recent_failure(failed_at(NOON)) == FAILURE


def test_a_failure_of_another_key_or_address_does_not_count() -> None:
    """Its digest is another one."""
    assert RefreshSchedule(ManualClock()).recent_failure(failed_at(NOON, digest="another")) is None
