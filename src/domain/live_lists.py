"""How a provider's live list stands: how old it is, whether it may be used, and whether a new one may take its place. All of it pure."""

from datetime import datetime, timedelta
from enum import Enum

from attrs import frozen

from modeldesk.domain.texts import Slug

FRESH_FOR = timedelta(minutes=15)
STALE_FOR = timedelta(days=7)
AFTER_FAILURE = timedelta(seconds=30)
"""How long a vendor that just failed is left alone, where nobody asks for a refresh."""


@frozen
class ListKey:
    """What a kept list is found by: a digest of all that shapes it; the provider stands beside it so that a cache can be cleared by it."""

    provider: Slug
    digest: str
    stamp: int = 0


@frozen
class Lifetimes:
    """How long a list is fresh, and for how long after it was read it may still be shown as stale."""

    fresh: timedelta = FRESH_FOR
    stale: timedelta = STALE_FOR


class Age(Enum):
    """FRESH: to be shown. STALE: to be shown, and refreshed. GONE: not to be shown."""

    FRESH = "fresh"
    STALE = "stale"
    GONE = "gone"


@frozen
class Shrunk:
    """A list that came back with half the models or fewer, and waits until the next refresh says the same. `digest` is of its ids."""

    digest: str
    count: int


@frozen
class ListHead:
    """How the list of a provider stands. `digest` says what it was read with (class, address, key); `stamp` counts the lists that were kept.

    `fetched_at` is when the list was last read or confirmed, None where none ever was. `clearings` counts how often it was cleared: what
    was begun before a clearing is not kept. `failure` is why the last refresh failed, None where it did not.
    """

    provider: Slug
    digest: str = ""
    stamp: int = 0
    count: int = 0
    content: str = ""
    fetched_at: datetime | None = None
    clearings: int = 0
    is_cleared: bool = False
    failure: str | None = None
    failed_at: datetime | None = None
    shrunk: Shrunk | None = None

    @property
    def key(self) -> ListKey:
        return ListKey(self.provider, self.digest, self.stamp)

    def age(self, digest: str, now: datetime, lifetimes: Lifetimes) -> Age:
        """How it may be used by who would read it with this `digest` now. A clock that was set back makes nothing fresh for ever."""
        if self.fetched_at is None or self.digest != digest:
            return Age.GONE
        elapsed = abs(now - self.fetched_at)
        if elapsed < lifetimes.fresh and not self.is_cleared:
            return Age.FRESH
        return Age.STALE if elapsed < lifetimes.stale else Age.GONE
