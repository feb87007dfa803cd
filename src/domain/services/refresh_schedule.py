"""When a list is read from its vendor: now, in the background, or not yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from modeldesk.domain.model.catalogue.list_state import RETRY_COOLDOWN, Age, CacheTtl, Failure, ListKey, ListState
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.services.list_request import ListRequest, RefreshMode


class RefreshSchedule:
    """Decides by a list's age and by what this process tried before. One per process."""

    def __init__(self, clock: Clock, ttl: CacheTtl | None = None) -> None:
        self._clock = clock
        self._ttl = ttl or CacheTtl()
        self._tried: dict[ListKey, datetime] = {}
        self._started_at = clock()

    def age(self, state: ListState, digest: str, now: datetime) -> Age:
        """The age of a list for a request with `digest`."""
        return state.age(digest, now, self._ttl)

    def age_changes(self, states: Iterable[ListState]) -> Sequence[datetime]:
        """The moments at which the age of one of these lists may change, in order."""
        return sorted(moment for state in states for moment in state.age_changes(self._ttl))

    def must_wait(self, request: ListRequest, mode: RefreshMode, now: datetime) -> bool:
        """Whether the caller waits for the vendor. A cleared list is shown without waiting only after its refresh has failed."""
        age = self.age(request.state, request.digest, now)
        if age is Age.STALE and mode is RefreshMode.STALE_OK:
            return request.state.is_cleared and request.state.failure is None
        return age is not Age.FRESH or mode is RefreshMode.FORCE

    def require_no_vendor_wait(self, request: ListRequest, state: ListState) -> None:
        """Raises the vendor's last failure until its Retry-After is over, for every caller. `state` is the present one."""
        if (wait := state.vendor_wait(request.digest, self._clock())) is not None:
            raise wait.error(request.provider.slug)

    def record_try(self, key: ListKey) -> None:
        """A read from the vendor begins."""
        self._tried[key] = self._clock()

    def claim_background_refresh(self, request: ListRequest, now: datetime) -> bool:
        """Whether the caller starts a background refresh: the list is stale, no caller tried it within `RETRY_COOLDOWN`, and its vendor may be
        asked.
        """
        if request.state.vendor_wait(request.digest, now) is not None:
            return False
        if self.age(request.state, request.digest, now) is not Age.STALE or self._is_cooling_down(self._tried.get(request.list_key), now):
            return False
        self._tried[request.list_key] = now
        return True

    def recent_failure(self, request: ListRequest) -> Failure | None:
        """The failure of this list that is less than `RETRY_COOLDOWN` old, or with which the vendor asked to wait longer, if any.

        Other failures from before this process started do not count: they are another process's, and their cause may be mended for this one.
        """
        if (wait := request.state.vendor_wait(request.digest, self._clock())) is not None:
            return wait
        failure = request.state.failure
        if failure is None or failure.digest != request.digest or failure.at < self._started_at:
            return None
        tried = max(failure.at, self._tried.get(request.list_key, failure.at))
        return failure if self._is_cooling_down(tried, self._clock()) else None

    def _is_cooling_down(self, tried: datetime | None, now: datetime) -> bool:
        return tried is not None and abs(now - tried) < RETRY_COOLDOWN
