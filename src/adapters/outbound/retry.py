"""The retry policy: which responses to retry, and the delay before each attempt."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from attrs import frozen

from modeldesk.adapters.outbound.failures import TryAgain

RETRY_STATUSES = frozenset({429, 502, 503, 504, 529})
"""Too many requests, the three gateway errors, and Anthropic's 529 (overloaded)."""


@frozen
class RetryPolicy:
    """Waits as long as the vendor's Retry-After, else exponentially from `first_wait` seconds with jitter, within `time_left()` seconds."""

    first_wait: float
    time_left: Callable[[], float]

    def wait(self, failure: TryAgain, tried: int) -> float | None:
        """The delay in seconds after `tried` attempts; None if no time is left for another one."""
        requested = retry_after(failure.answer.headers.get("retry-after")) if failure.answer is not None else None
        # The jitter keeps instances that failed together from retrying together.
        seconds = self.first_wait * 2 ** (tried - 1) * random.uniform(0.5, 1) if requested is None else requested  # noqa: S311 - no secret
        return seconds if seconds < self.time_left() else None


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The delay in seconds of a Retry-After header, a whole number or a date (RFC 9110, 10.2.3). None if it is missing or invalid."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    when = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())
