"""How a provider's live list stands: how old it is, whether it may be shown, and whether a new one may take its place. All of it pure."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum

from attrs import evolve, frozen

from modeldesk.domain.errors import KeyMissing, KeyRejected, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass
from modeldesk.domain.model.values.texts import Slug

FRESH_FOR = timedelta(minutes=15)
STALE_FOR = timedelta(days=7)
RETRY_COOLDOWN = timedelta(seconds=30)
"""For how long a vendor that just failed, or whose list just shrank, is left alone where nobody asks for a refresh."""

BETWEEN_REFRESHES = timedelta(minutes=1)
"""How often normal admins may have one list refreshed."""


@frozen
class CacheTtl:
    """How long a list is fresh, and for how long after it was read it may still be shown as stale."""

    fresh: timedelta = FRESH_FOR
    stale: timedelta = STALE_FOR


@frozen
class ListKey:
    """What a kept list is found by. `digest` says what it was read with; `revision` which of the lists that were read so it is.

    `owner` is the admin whose own key it was read with, and None where it is a list for everybody.
    """

    provider: Slug
    digest: str
    revision: int = 0
    owner: str | None = None


class Age(Enum):
    """FRESH: to be shown. STALE: to be shown, and refreshed. EXPIRED: not to be shown, or never there."""

    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "gone"


@frozen
class Failure:
    """Why the last refresh failed: the error's code and reason, what the list was asked with, and when."""

    code: str
    reason: str
    digest: str
    at: datetime

    def error(self, provider: Slug) -> VendorFailed | KeyMissing:
        """The same error again."""
        kinds = {kind.code: kind for kind in (KeyRejected, KeyMissing)}
        return kinds.get(self.code, VendorFailed)(provider, self.reason)


@frozen
class PendingShrink:
    """A list that came back with half the models or fewer, and waits until a refresh says the same again. `digest` is of its ids."""

    digest: str
    count: int


@frozen
class ListState:
    """How a list of a provider stands, without the list. `revision` names the list that is kept, and grows from one to the next; 0 where
    none ever was. It is made from the time, so that no other list has it: not one of a database that was restored, or of another desk.

    `fetched_at` is when the present one was read. `invalidations` counts how often it was cleared: what was begun before a clearing is not
    kept. `failure` and `shrunk` are of the refresh after it, None where that went well; `failure` also of none since it was cleared. `owner`
    is the admin whose own list it is, None for the one that is everybody's. `asked_at` is when a normal admin last had it refreshed.
    """

    provider: Slug
    digest: str = ""
    revision: int = 0
    count: int = 0
    fetched_at: datetime | None = None
    invalidations: int = 0
    is_cleared: bool = False
    failure: Failure | None = None
    shrunk: PendingShrink | None = None
    owner: str | None = None
    asked_at: datetime | None = None

    @property
    def key(self) -> ListKey:
        return ListKey(self.provider, self.digest, self.revision, self.owner)

    def age(self, digest: str, now: datetime, lifetimes: CacheTtl) -> Age:
        """How it may be used by who would read it with this `digest` now. A clock that was set back makes nothing fresh for ever."""
        if self.fetched_at is None or self.digest != digest:
            return Age.EXPIRED
        elapsed = abs(now - self.fetched_at)
        if elapsed < lifetimes.fresh and not self.is_cleared:
            return Age.FRESH
        return Age.STALE if elapsed < lifetimes.stale else Age.EXPIRED

    def cleared(self) -> "ListState":
        """Asked for anew at the next look, and shown meanwhile only where that fails."""
        return evolve(self, invalidations=self.invalidations + 1, is_cleared=True, failure=None)

    def read_with(self, digest: str, by: str) -> "ListState":
        """The same, where the key that it was read with now goes by another fingerprint: `digest` becomes `by`."""
        failure = self.failure and evolve(self.failure, digest=by if self.failure.digest == digest else self.failure.digest)
        return evolve(self, digest=by if self.digest == digest else self.digest, failure=failure)

    def until_asked_again(self, now: datetime) -> timedelta:
        """For how long a normal admin has to wait before the next refresh. A clock that was set back makes nobody wait for longer."""
        if self.asked_at is None:
            return timedelta(0)
        return max(timedelta(0), BETWEEN_REFRESHES - abs(now - self.asked_at))

    def asked(self, now: datetime) -> "ListState":
        """After a normal admin asked for a refresh."""
        return evolve(self, asked_at=now)

    def failed(self, failure: Failure) -> "ListState":
        """After a refresh that failed; the list stays."""
        return evolve(self, failure=failure)

    def with_fetched(
        self, digest: str, models: VendorList, now: datetime, *, seen: PendingShrink | None = None, is_accepted: bool = False
    ) -> "ListState":
        """After a refresh that read `models`. The stamp is a new one where they take the list's place, and the old one where they wait.

        A list that shrank by half or more waits until the next refresh brings the same ids again, or somebody accepts it. The next one is one
        that began when this was known: `seen` is what waited when the refresh began.
        """
        ids = ids_digest(models)
        has_shrunk = self.revision > 0 and self.digest == digest and 2 * len(models.models) <= self.count
        is_repeated = seen is not None and seen == self.shrunk and seen.digest == ids
        if has_shrunk and not is_accepted and not is_repeated:
            return evolve(self, failure=None, shrunk=PendingShrink(ids, len(models.models)))
        return evolve(
            self,
            digest=digest,
            revision=max(self.revision + 1, int(now.timestamp() * 1_000_000)),
            count=len(models.models),
            fetched_at=now,
            is_cleared=False,
            failure=None,
            shrunk=None,
        )


def list_digest(provider: Provider, known: ProviderClass, key: StoredKey | None) -> str:
    """Everything that shapes a provider's list: its class, its address, and the key where the list hangs on one, with whose it is."""
    parts = [provider.slug, known.name, known.address(provider)]
    if key is None or known.key_use is KeyRequirement.PUBLIC:
        return _digest([*parts, ""])
    # A name holds no line end, so that nobody's fingerprint and name read as another one's.
    return _digest([*parts, key.fingerprint, *([key.binding.owner] if key.binding.owner is not None else [])])


def ids_digest(models: VendorList) -> str:
    """The same for the same ids, in whatever order."""
    return _digest(sorted(model.id for model in models.models))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
