"""When to ask again, and how long to wait first."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from attrs import frozen

from modeldesk.adapters.outbound.failures import TryAgain

AGAIN_STATUSES = frozenset({429, 502, 503, 504, 529})
"""Too many requests, a gateway's three, and the 529 with which Anthropic says that it is overloaded."""


@frozen
class RetryPolicy:
    """Waits what the vendor asks for, else `first_wait` seconds doubled each time, half of it by chance; never more than `time_left()` gives."""

    first_wait: float
    time_left: Callable[[], float]

    def wait(self, failure: TryAgain, tried: int) -> float | None:
        """Seconds until the try after the `tried`th; None where there is no time for one."""
        asked = retry_after(failure.answer.headers.get("retry-after")) if failure.answer is not None else None
        # Spread, so that instances that failed together do not come back together.
        seconds = self.first_wait * 2 ** (tried - 1) * random.uniform(0.5, 1) if asked is None else asked  # noqa: S311 - no secret
        return seconds if seconds < self.time_left() else None


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a Retry-After asks for: a whole number, or a date (RFC 9110, 10.2.3). None for none, and for what is neither."""
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
