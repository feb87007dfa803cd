"""What somebody wants of a live list, what is needed to read it, and what comes of it."""

from datetime import datetime
from enum import Enum

from attrs import frozen

from modeldesk.domain.catalogue import Source
from modeldesk.domain.credentials import Asker, StoredKey, shared_key_for
from modeldesk.domain.errors import KeyMissing
from modeldesk.domain.live_lists import ListHead, ListKey, list_digest
from modeldesk.domain.providers import KeyUse, Provider, ProviderClass
from modeldesk.domain.vendor_models import VendorList


class Patience(Enum):
    """What to do about a list that is stale: show it AT_ONCE and refresh it behind, or WAIT for the refresh; REFRESH even a fresh one.

    A list is shown all the same where the refresh that was waited for fails.
    """

    AT_ONCE = "at once"
    WAIT = "wait"
    REFRESH = "refresh"


@frozen
class LiveList:
    """A list to show: where it came from, and how it stands. A list that was read and could not be kept has a head of its own."""

    head: ListHead
    models: VendorList
    source: Source
    read_at: datetime


Flight = tuple[ListKey, int, bool]


@frozen
class Errand:
    """One reading of a list: of which provider, with which key, and as the list stood when it began."""

    provider: Provider
    known: ProviderClass
    key: StoredKey | None
    begun: ListHead
    began_at: datetime
    is_accepted: bool

    @property
    def digest(self) -> str:
        return list_digest(self.provider, self.known, self.key.fingerprint if self.key else None)

    @property
    def list_key(self) -> ListKey:
        """Whoever reads the same list has the same, on every instance."""
        return ListKey(self.provider.slug, self.digest)

    @property
    def flight(self) -> Flight:
        """Whose outcome serves the same callers: who accepts a shrunk list is not served by a reading that does not, nor who asks after a
        clearing by one that began before it.
        """
        return self.list_key, self.begun.clearings, self.is_accepted


def no_progress(pages: int, models: int) -> None:
    """Tells nobody."""


def key_to_send(provider: Provider, known: ProviderClass, asker: Asker, stored: StoredKey | None) -> StoredKey | None:
    """The key that goes with the question. Raises KeyMissing where the list hangs on one that this asker may not spend."""
    if stored is None and known.key_use is not KeyUse.NEEDED:
        return None
    try:
        return shared_key_for(provider, known.address(provider), asker, stored)
    except KeyMissing:
        if known.key_use is KeyUse.PUBLIC:
            return None
        raise
