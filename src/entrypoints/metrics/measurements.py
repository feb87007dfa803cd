"""What a worker measures: requests, calls to vendors, and what is open in it."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from modeldesk.entrypoints.metrics.families import (
    BUCKETS,
    DURATIONS,
    POOL,
    REQUESTS,
    STREAMS,
    VENDOR_CALLS,
    VENDOR_DURATIONS,
    WORKER_STARTS,
)
from modeldesk.entrypoints.metrics.shared_counters import SharedCounters

HISTOGRAM = len(BUCKETS) + 2
"""Numbers of a histogram: the sum, one for each bucket, and one for what is longer."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Every other method is a text of the caller's own."""

OTHER = "other"
UNMATCHED = "unmatched"
NO_ANSWER = "none"
"""The status of a request whose client went away."""

MOST_PROVIDERS = 500
"""Providers with a label of their own in the calls to vendors; further ones count together."""

_TYPE = re.compile(r":[a-z]+(?=})")


class Measurements:
    """One per process. A request costs a look into a dictionary and three additions."""

    def __init__(self, counters: SharedCounters) -> None:
        self.counters = counters
        self._of_request = dict[tuple[str | None, str, int | None], tuple[int, int]]()
        self._providers = set[str]()

    def begin(self, place: int) -> None:
        """This process is the worker of that place. What was open in the one before it is closed."""
        self.counters.begin(place)
        self._of_request.clear()
        self.counters.add((WORKER_STARTS.name,))
        for key in self.counters.totals():
            if key[0] in (STREAMS.name, POOL.name):
                self.counters.put(key, 0.0)

    def request(self, scope: Mapping[str, Any], status: int | None, seconds: float) -> None:
        """Counts a request that is over. Its route is `path_template` of the scope, where it has one."""
        method = scope["method"] if scope["method"] in METHODS else OTHER
        key = (scope.get("path_template"), method, status)
        count, histogram = self._of_request.get(key) or self._placed(*key)
        numbers = self.counters.numbers
        numbers[count] += 1.0
        numbers[histogram] += seconds
        numbers[histogram + 1 + bisect_left(BUCKETS, seconds)] += 1.0

    def vendor_call(self, provider: str, kind: str, outcome: str, seconds: float) -> None:
        """Counts a call to a vendor that is over."""
        if provider not in self._providers:
            provider = provider if len(self._providers) < MOST_PROVIDERS else OTHER
            self._providers.add(provider)
        self.counters.add((VENDOR_CALLS.name, provider, kind, outcome))
        histogram = self.counters.block((VENDOR_DURATIONS.name, kind), HISTOGRAM)
        self.counters.numbers[histogram] += seconds
        self.counters.numbers[histogram + 1 + bisect_left(BUCKETS, seconds)] += 1.0

    def opened(self, streams: int, pool: Mapping[str, int]) -> None:
        """What is open in this process now."""
        self.counters.put((STREAMS.name,), float(streams))
        for state, count in pool.items():
            self.counters.put((POOL.name, state), float(count))

    def _placed(self, template: str | None, method: str, status: int | None) -> tuple[int, int]:
        route = _TYPE.sub("", template) if template else UNMATCHED
        count = self.counters.block((REQUESTS.name, route, method, NO_ANSWER if status is None else str(status)))
        placed = count, self.counters.block((DURATIONS.name, route, method), HISTOGRAM)
        self._of_request[(template, method, status)] = placed
        return placed
