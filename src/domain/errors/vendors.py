"""What vendors fail at."""

import math
from datetime import timedelta
from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.root import Conflict, ModeldeskError


@define(eq=False)
class LiveListNotAvailable(Conflict):
    """The models are listed live, and there is no address to read the list from."""

    code: ClassVar[str] = "live-not-available"
    slug: str

    def __str__(self) -> str:
        return f"provider {self.slug!r} has no api_base_url to read its list from; a model can still be selected by its id"


@define(eq=False)
class VendorFailed(ModeldeskError):
    """A vendor's list could not be read; `reason` is one line without anything secret in it."""

    code: ClassVar[str] = "vendor-failed"
    slug: str
    reason: str

    def __str__(self) -> str:
        return f"the models of {self.slug!r} could not be read: {self.reason}"


@define(eq=False)
class KeyRejected(VendorFailed):
    """The vendor does not take the key."""

    code: ClassVar[str] = "key-rejected"

    def __str__(self) -> str:
        return f"{self.slug!r} does not take the key: {self.reason}"


@define(eq=False)
class TooSoon(ModeldeskError):
    """A normal admin has a list refreshed more often than the rule allows; `wait` is how long until the next time."""

    code: ClassVar[str] = "too-soon"
    slug: str
    wait: timedelta

    @property
    def seconds(self) -> int:
        """Whole seconds to wait, at least one."""
        return max(1, math.ceil(self.wait.total_seconds()))

    def __str__(self) -> str:
        return f"the list of {self.slug!r} was refreshed a moment ago; ask again in {self.seconds} s"
