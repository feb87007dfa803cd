"""What vendors fail at."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, ModeldeskError


class LiveListNotAvailable(Conflict):
    """The models are listed live, and there is no address to read the list from."""

    code: ClassVar[str] = "live-not-available"
    provider: str


class VendorFailed(ModeldeskError):
    """A vendor's list could not be read; nothing secret is among the facts of `reason`."""

    code: ClassVar[str] = "vendor-failed"
    provider: str
    reason: Reason

    @property
    def retry_at(self) -> datetime | None:
        """Until when the vendor wants to be left alone; None where it does not say."""
        return retry_at(self.reason)


def retry_at(reason: Reason) -> datetime | None:
    """The moment that a vendor asked to wait until, in this reason or in one inside it; None without one."""
    facts = reason.facts
    if isinstance(moment := facts.get("retry_at"), datetime):
        return moment
    return next(filter(None, (retry_at(fact) for fact in facts.values() if isinstance(fact, Reason))), None)


class VendorSlow(VendorFailed):
    """The list did not come in the time that the caller waits; reading it goes on."""

    code: ClassVar[str] = "vendor-slow"


class KeyRejected(VendorFailed):
    """The vendor does not take the key."""

    code: ClassVar[str] = "key-rejected"


class TooSoon(ModeldeskError):
    """A normal admin has a list refreshed more often than the rule allows; `wait` is how long until the next time."""

    code: ClassVar[str] = "too-soon"
    provider: str
    wait: timedelta

    @property
    def seconds(self) -> int:
        """Whole seconds to wait, at least one."""
        return max(1, math.ceil(self.wait.total_seconds()))

    @property
    def facts(self) -> Mapping[str, object]:
        return {"provider": self.provider, "seconds": self.seconds}
