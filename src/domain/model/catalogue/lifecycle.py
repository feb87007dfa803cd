"""The lifecycle of a model: when it is deprecated and when it retires, by everything that sources say. Pure rules."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum

from modeldesk.domain.records import frozen


class LifecycleState(Enum):
    """A deprecated model still works; a retired one does not."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


@frozen
class LifecycleClaim:
    """What one source says about a model. `state` is the source's own word without a date; `observed_at` is when it was read."""

    source: str
    deprecated_on: date | None = None
    retires_on: date | None = None
    state: LifecycleState | None = None
    replacement: str | None = None
    observed_at: datetime | None = None


@frozen
class Lifecycle:
    """The lifecycle on one day: the earliest date of all sources counts.

    `source` and `observed_at` are those of the decisive claim. `disagreements` are the claims with another date than the one that counts.
    """

    state: LifecycleState
    deprecated_on: date | None
    retires_on: date | None
    replacement: str | None
    source: str
    observed_at: datetime | None
    disagreements: tuple[LifecycleClaim, ...] = ()

    def days_left(self, today: date) -> int | None:
        """Days until the model retires; negative after that, None where no source gives a date."""
        return None if self.retires_on is None else (self.retires_on - today).days


VENDOR_STATES: Mapping[str, LifecycleState] = {
    "deprecated": LifecycleState.DEPRECATED,
    "legacy": LifecycleState.DEPRECATED,
    "retiring": LifecycleState.DEPRECATED,
    "retired": LifecycleState.RETIRED,
    "shutdown": LifecycleState.RETIRED,
}
"""Notes of vendors that are about the lifecycle; others (`offline`, `no-access`) are not."""


def vendor_state(note: str | None) -> LifecycleState | None:
    """The state that a vendor's note names; None where it is about something else."""
    return VENDOR_STATES.get(note) if note is not None else None


def lifecycle_on(today: date, claims: Sequence[LifecycleClaim]) -> Lifecycle | None:
    """The lifecycle by these claims, the most trusted source first. None where no source says anything."""
    if not claims:
        return None
    deprecated_on = _earliest(claims, lambda claim: claim.deprecated_on)
    retires_on = _earliest(claims, lambda claim: claim.retires_on)
    state = _state(today, deprecated_on, retires_on, claims)
    decisive = _decisive(state, deprecated_on, retires_on, claims)
    return Lifecycle(
        state=state,
        deprecated_on=deprecated_on,
        retires_on=retires_on,
        replacement=next((claim.replacement for claim in (decisive, *claims) if claim.replacement), None),
        source=decisive.source,
        observed_at=decisive.observed_at,
        disagreements=tuple(claim for claim in claims if _disagrees(claim, deprecated_on, retires_on)),
    )


def _earliest(claims: Sequence[LifecycleClaim], day: Callable[[LifecycleClaim], date | None]) -> date | None:
    return min((found for claim in claims if (found := day(claim)) is not None), default=None)


def _state(today: date, deprecated_on: date | None, retires_on: date | None, claims: Sequence[LifecycleClaim]) -> LifecycleState:
    states = {claim.state for claim in claims}
    # On its last day a model still works.
    if LifecycleState.RETIRED in states or (retires_on is not None and retires_on < today):
        return LifecycleState.RETIRED
    if LifecycleState.DEPRECATED in states or (deprecated_on is not None and deprecated_on <= today):
        return LifecycleState.DEPRECATED
    return LifecycleState.ACTIVE


def _decisive(
    state: LifecycleState, deprecated_on: date | None, retires_on: date | None, claims: Sequence[LifecycleClaim]
) -> LifecycleClaim:
    """The first claim with the retirement that counts, else with the deprecation that counts, else with the state."""
    ranked = (
        *(claim for claim in claims if retires_on is not None and claim.retires_on == retires_on),
        *(claim for claim in claims if deprecated_on is not None and claim.deprecated_on == deprecated_on),
        *(claim for claim in claims if claim.state is state),
        *claims,
    )
    return ranked[0]


def _disagrees(claim: LifecycleClaim, deprecated_on: date | None, retires_on: date | None) -> bool:
    return claim.deprecated_on not in (None, deprecated_on) or claim.retires_on not in (None, retires_on)
