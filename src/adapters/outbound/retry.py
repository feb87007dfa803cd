"""The retry policy: which responses to retry, and the delay before each attempt."""

import random
from collections.abc import Callable

from msgspec import Struct

from modeldesk.adapters.outbound.refusals import TryAgain
from modeldesk.adapters.retry_after import retry_after

RETRY_STATUSES = frozenset({429, 502, 503, 504, 529})
"""Too many requests, the three gateway errors, and Anthropic's 529 (overloaded)."""


class RetryPolicy(Struct, frozen=True):
    """Waits as long as the vendor's Retry-After, else exponentially from `first_wait` seconds with jitter, within `time_left()` seconds."""

    first_wait: float
    time_left: Callable[[], float]

    def wait(self, failure: TryAgain, tried: int) -> float | None:
        """The delay in seconds after `tried` attempts; None if no time is left for another one."""
        requested = retry_after(failure.answer.headers.get("retry-after")) if failure.answer is not None else None
        # The jitter keeps instances that failed together from retrying together.
        seconds = self.first_wait * 2 ** (tried - 1) * random.uniform(0.5, 1) if requested is None else requested  # noqa: S311 - no secret
        return seconds if seconds < self.time_left() else None
