"""The state of a provider's live list: its age, whether it may be served, and whether a new list may replace it. Pure rules."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import Enum

from attrs import evolve

from modeldesk.domain.errors import KeyMissing, KeyRejected, Reason, VendorFailed
from modeldesk.domain.errors.vendors import retry_at
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyRejection, StoredKey
from modeldesk.domain.model.providers.provider import Provider, ProviderConfig
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen

FRESH_FOR = timedelta(minutes=15)
STALE_FOR = timedelta(days=7)
RETRY_COOLDOWN = timedelta(seconds=30)
"""The time before an automatic retry after a vendor failed or its list shrank. An explicit refresh does not wait."""

INCOMPLETE = "list-incomplete"
"""The code of a failure that left a list, but not the whole one."""

BETWEEN_REFRESHES = timedelta(minutes=1)
"""The shortest time between two refreshes of one list by normal admins."""


@frozen
class CacheTtl:
    """How long a list is fresh, and how long it may be served as stale; both count from the time it was read."""

    fresh: timedelta = FRESH_FOR
    stale: timedelta = STALE_FOR


@frozen
class ListKey:
    """The key of a stored list. `digest` covers everything that shapes the list, and `revision` is the version of the list.

    `owner` is the admin whose personal key read the list; None is the shared list.
    """

    provider: Slug
    digest: str
    revision: int = 0
    owner: str | None = None


class Age(Enum):
    """FRESH: serve it. STALE: serve it and refresh it. EXPIRED: do not serve it, or there is no list."""

    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "gone"


@frozen
class Failure:
    """A failed refresh: the error's code and why, the digest of the request, and the time."""

    code: str
    reason: Reason
    digest: str
    at: datetime

    @property
    def retry_at(self) -> datetime | None:
        """Until when the vendor wants to be left alone; None where it does not say."""
        return retry_at(self.reason)

    def error(self, provider: Slug) -> VendorFailed | KeyMissing:
        """The error to raise for this failure."""
        kinds = {kind.code: kind for kind in (KeyRejected, KeyMissing)}
        return kinds.get(self.code, VendorFailed)(provider, self.reason)


@frozen
class PendingShrink:
    """A list with at most half the models of the previous one. It waits until a refresh repeats it. `digest` is of its ids."""

    digest: str
    count: int


@frozen
class ListState:
    """The state of a provider's live list, without its models.

    `revision` identifies the stored list and grows with each new one; 0 means that no list was ever stored. It is derived from the clock, so
    that lists of a restored database or of another installation never share it. `fetched_at` is when the list was read. `invalidations` counts
    the invalidations: a refresh that started before the last one is discarded. `failure` and `shrunk` describe the last refresh and are None
    if it succeeded; an invalidation also resets `failure`. `owner` is the admin whose personal key read the list; None is the shared list.
    `asked_at` is the last refresh by a normal admin.
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
    def is_incomplete(self) -> bool:
        """Whether the stored list is not the whole one."""
        return self.failure is not None and self.failure.code == INCOMPLETE and self.failure.at == self.fetched_at

    @property
    def key(self) -> ListKey:
        return ListKey(self.provider, self.digest, self.revision, self.owner)

    def age(self, digest: str, now: datetime, ttl: CacheTtl) -> Age:
        """The age of the list for a request with this `digest`. A clock that was set back does not keep a list fresh for ever."""
        if self.fetched_at is None or self.digest != digest:
            return Age.EXPIRED
        elapsed = abs(now - self.fetched_at)
        if elapsed < ttl.fresh and not self.is_cleared:
            return Age.FRESH
        return Age.STALE if elapsed < ttl.stale else Age.EXPIRED

    def age_changes(self, ttl: CacheTtl) -> Iterator[datetime]:
        """The moments at which its age may become another one, the clock going forward."""
        if self.fetched_at is not None:
            for limit in (ttl.fresh, ttl.stale):
                yield from (self.fetched_at - limit, self.fetched_at + limit)

    def cleared(self) -> "ListState":
        """The state after an invalidation: the next read fetches the list, and the stored one is served only if that fails.

        A wait that the vendor asked for stays.
        """
        wait = self.failure if self.failure is not None and self.failure.retry_at is not None else None
        return evolve(self, invalidations=self.invalidations + 1, is_cleared=True, failure=wait)

    def with_digest_replaced(self, old: str, new: str) -> "ListState":
        """The state after the fingerprint of the list's key changed, which changes the digest from `old` to `new`."""
        failure = self.failure and evolve(self.failure, digest=new if self.failure.digest == old else self.failure.digest)
        return evolve(self, digest=new if self.digest == old else self.digest, failure=failure)

    def vendor_wait(self, digest: str, now: datetime) -> Failure | None:
        """The failure with which the vendor asked to be left alone, while that time lasts. Another key, address or class is not meant.

        A clock that was set back does not extend it.
        """
        failure = self.failure
        if failure is None or failure.digest != digest or failure.retry_at is None:
            return None
        return failure if failure.at <= now < failure.retry_at else None

    def refresh_retry_after(self, now: datetime) -> timedelta:
        """The time before a normal admin may refresh again. A clock that was set back does not extend it."""
        if self.asked_at is None:
            return timedelta(0)
        return max(timedelta(0), BETWEEN_REFRESHES - abs(now - self.asked_at))

    def asked(self, now: datetime) -> "ListState":
        """The state after a normal admin requested a refresh."""
        return evolve(self, asked_at=now)

    def is_key_rejected(self, digest: str) -> bool:
        """Whether the vendor rejected the key when the list with this `digest` was last read."""
        return self.failure is not None and (self.failure.code, self.failure.digest) == (KeyRejected.code, digest)

    def failed(self, failure: Failure) -> "ListState":
        """The state after a failed refresh. The list stays."""
        return evolve(self, failure=failure)

    def with_fetched(
        self, digest: str, models: VendorList, now: datetime, *, seen: PendingShrink | None = None, is_accepted: bool = False
    ) -> "ListState":
        """The state after a refresh that read `models`. `revision` changes only if they replace the stored list.

        A list that shrank by half or more waits until the next refresh returns the same ids, or a super admin accepts it. `seen` is the list
        that waited when this refresh started, so that two concurrent refreshes do not confirm each other. An incomplete list never replaces one
        of this digest with more models.
        """
        failure = _incomplete(models, digest, now)
        has_list = self.revision > 0 and self.digest == digest
        if failure is not None and has_list and len(models.models) < self.count and not is_accepted:
            return self.failed(failure)
        ids = ids_digest(models)
        has_shrunk = has_list and 2 * len(models.models) <= self.count
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
            failure=failure,
            shrunk=None,
        )


def _incomplete(models: VendorList, digest: str, now: datetime) -> Failure | None:
    return None if models.incomplete is None else Failure(INCOMPLETE, Reason("list-incomplete", reason=models.incomplete), digest, now)


def list_digest(provider: Provider, provider_class: ProviderClass, key: StoredKey | None) -> str:
    """A digest of everything that shapes a provider's list: class, URL, what is declared for every call, and, if the list depends on a key, the key
    and its owner.
    """
    parts = [provider.slug, provider_class.name, provider_class.base_url(provider), *_declared_parts(provider.config)]
    if key is None or provider_class.key_requirement is KeyRequirement.PUBLIC:
        return _digest([*parts, ""])
    # Names contain no newline, so that no fingerprint and name can read as another pair.
    return _digest([*parts, key.fingerprint, *([key.binding.owner] if key.binding.owner is not None else [])])


def call_digest(provider: Provider, provider_class: ProviderClass) -> str:
    """A digest of everything that shapes a call to the vendor but the key."""
    return list_digest(provider, provider_class, None)


def key_rejection(key: StoredKey, provider: Provider, provider_class: ProviderClass) -> KeyRejection | None:
    """How a check found that the vendor rejects the key as it is sent now; None where it found nothing of the kind."""
    rejection = key.rejection
    return rejection if rejection is not None and rejection.call_digest == call_digest(provider, provider_class) else None


def _declared_parts(config: ProviderConfig) -> Iterable[str]:
    """Nothing for a provider that declares nothing of the kind, so that its digest stays what it was."""
    if not config.shapes_list:
        return ()
    pairs = (*sorted((config.headers or {}).items()), ("",), *sorted((config.query or {}).items()))
    # repr, because a value may contain whatever separates the parts.
    return (repr((pairs, config.list_path, config.key_header, config.key_scheme)),)


def ids_digest(models: VendorList) -> str:
    """A digest of the ids, whatever their order."""
    return _digest(sorted(model.id for model in models.models))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
