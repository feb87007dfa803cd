"""The lifecycle of a model, by everything that sources say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState, lifecycle_on, vendor_state

TODAY = date(2026, 11, 28)
SEEN = datetime(2026, 11, 28, 12, tzinfo=UTC)
ACTIVE, DEPRECATED, RETIRED = LifecycleState
RANK = [ACTIVE, DEPRECATED, RETIRED]
DAYS = st.none() | st.integers(-400, 400).map(lambda days: TODAY + timedelta(days))
CLAIMS = st.lists(st.builds(LifecycleClaim, st.sampled_from(["vendor", "models.dev"]), DAYS, DAYS, st.none() | st.sampled_from(RANK)))


def test_no_claim_is_no_lifecycle() -> None:
    """Nothing is guessed where no source says anything."""
    assert lifecycle_on(TODAY, ()) is None


@pytest.mark.parametrize(
    ("claim", "state"),
    [
        (LifecycleClaim("vendor", retires_on=TODAY + timedelta(1)), ACTIVE),
        (LifecycleClaim("vendor", retires_on=TODAY), ACTIVE),
        (LifecycleClaim("vendor", retires_on=TODAY - timedelta(1)), RETIRED),
        (LifecycleClaim("vendor", deprecated_on=TODAY + timedelta(1)), ACTIVE),
        (LifecycleClaim("vendor", deprecated_on=TODAY), DEPRECATED),
        (LifecycleClaim("vendor", deprecated_on=TODAY, retires_on=TODAY - timedelta(1)), RETIRED),
        (LifecycleClaim("models.dev", state=DEPRECATED), DEPRECATED),
        (LifecycleClaim("vendor", state=RETIRED), RETIRED),
    ],
)
def test_a_date_in_the_past_makes_the_state(claim: LifecycleClaim, state: LifecycleState) -> None:
    """On its last day a model works still; a state without a date counts too."""
    found = lifecycle_on(TODAY, (claim,))
    assert found is not None
    assert found.state is state


def test_the_earliest_date_counts_and_disagreements_are_kept() -> None:
    """The source is the one whose date counts; the other is a disagreement with its own date and time."""
    vendor = LifecycleClaim("vendor", retires_on=date(2027, 3, 1), replacement="new", observed_at=SEEN)
    other = LifecycleClaim("models.dev", retires_on=date(2027, 1, 1), observed_at=SEEN - timedelta(days=3))
    found = lifecycle_on(TODAY, (vendor, other))
    assert found is not None
    assert (found.retires_on, found.source, found.observed_at) == (date(2027, 1, 1), "models.dev", other.observed_at)
    assert (found.replacement, found.disagreements) == ("new", (vendor,))
    assert found.days_left(TODAY) == 34


def test_sources_that_agree_are_no_disagreement() -> None:
    """Nor is one that gives no date."""
    claims = [LifecycleClaim(source, retires_on=TODAY) for source in ("vendor", "models.dev")]
    found = lifecycle_on(TODAY, [*claims, LifecycleClaim("genai-prices", state=DEPRECATED)])
    assert found is not None
    assert (found.source, found.disagreements) == ("vendor", ())


@given(CLAIMS, CLAIMS)
def test_a_further_claim_never_makes_the_state_better(some: list[LifecycleClaim], more: list[LifecycleClaim]) -> None:
    """The worst of all sources counts, whatever their order."""
    before, after, turned = (lifecycle_on(TODAY, claims) for claims in (some, [*some, *more], [*more, *some]))
    if before is not None and after is not None and turned is not None:
        assert RANK.index(after.state) >= RANK.index(before.state)
        assert (after.state, after.retires_on, after.deprecated_on) == (turned.state, turned.retires_on, turned.deprecated_on)


@given(CLAIMS.filter(bool), st.integers(0, 400))
def test_time_never_makes_the_state_better(claims: list[LifecycleClaim], days: int) -> None:
    """A retired model stays retired."""
    now, later = lifecycle_on(TODAY, claims), lifecycle_on(TODAY + timedelta(days), claims)
    assert now is not None
    assert later is not None
    assert RANK.index(later.state) >= RANK.index(now.state)


@pytest.mark.parametrize(("note", "state"), [("legacy", DEPRECATED), ("retired", RETIRED), ("offline", None), (None, None)])
def test_notes_of_vendors_that_are_about_the_lifecycle(note: str | None, state: LifecycleState | None) -> None:
    """A model that is offline may return."""
    assert vendor_state(note) is state
