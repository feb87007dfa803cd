"""Every port of the domain, on one page: what the services need from outside, and nothing about who gives it.

Ports are asynchronous because what stands behind them waits. An adapter raises the errors of `modeldesk.domain.errors`, never its own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.catalogue.catalogue import ModelFacts, Slot
from modeldesk.domain.model.catalogue.list_state import ListHead, ListKey
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyBinding, KeyVerdict, StoredKey
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.snapshot import Access, Snapshot
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.api_tokens import ApiToken
from modeldesk.domain.services.initial_setup import SetUpToken
from modeldesk.domain.services.login_throttle import Count
from modeldesk.domain.services.selection import Choice, SlotState

PackedList = Any
"""A list as a store keeps it, which is the store's own business."""

Clock = Callable[[], datetime]
"""The present moment, in UTC, with its time zone."""


class ProviderStore(Protocol):
    """Providers, inside a unit of work."""

    async def get(self, slug: Slug) -> Provider:
        """Raises ProviderNotFound with the slugs that there are, in the order of lists."""
        ...

    async def all(self) -> Sequence[Provider]:
        """In no particular order."""
        ...

    async def put(self, providers: Sequence[Provider]) -> None:
        """Adds those whose slug is new, replaces the others."""
        ...


class ChoiceStore(Protocol):
    """Stored models, which one of each slot is active, and the history of that, inside a unit of work."""

    async def slot(self, slot: Slot) -> SlotState:
        """Empty where the slot was never used."""
        ...

    async def active(self) -> Sequence[SlotState]:
        """The slots that hold an active model."""
        ...

    async def record(self, choice: Choice) -> None:
        """Stores the chosen model, makes it the active one (or none) and adds the step to the slot's history."""
        ...

    async def history(self, slot: Slot) -> Sequence[Choice]:
        """Every step of the slot, the first one first."""
        ...


class AccountStore(Protocol):
    """Admins, inside a unit of work."""

    async def admin(self, name: str) -> Admin | None: ...

    async def all(self) -> Sequence[Admin]:
        """In no particular order."""
        ...

    async def put(self, admin: Admin) -> None:
        """Adds or replaces."""
        ...


class SessionStore(Protocol):
    """Sessions, inside a unit of work."""

    async def begin(self, session: Session) -> None:
        """Used for the first time when it was created."""
        ...

    async def of(self, admin: str) -> Sequence[Session]:
        """All of an admin's, in no particular order."""
        ...

    async def is_there(self, digest: str) -> bool:
        """Whether it has not been ended."""
        ...

    async def note_use(self, digest: str, at: datetime) -> None:
        """Writes down that a session was used, if it is there and was not used later. Raises no number: nobody reads anything anew for it."""
        ...

    async def end(self, digest: str) -> None:
        """A session that is not there has ended already."""
        ...

    async def end_all(self, admin: str) -> None: ...

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        """Drops those whose hour has come at `now`, and those that were used last at `unused_since` or before."""
        ...


class TokenStore(Protocol):
    """API tokens, inside a unit of work."""

    async def named(self, name: str) -> ApiToken | None:
        """By its name, in whatever letter case."""
        ...

    async def is_there(self, digest: str) -> bool:
        """Whether it has not been revoked."""
        ...

    async def add(self, token: ApiToken) -> None:
        """Never used so far."""
        ...

    async def note_use(self, digest: str, at: datetime) -> None:
        """Writes down that a token was used, if it is there and was not used later. Raises no number, as with sessions."""
        ...

    async def delete(self, digest: str) -> None:
        """A token that is not there is fine."""
        ...


class AttemptStore(Protocol):
    """Counts of failed attempts to sign in, inside a unit of work. Writing them raises no number."""

    async def get(self, digests: Collection[str]) -> Sequence[Count]:
        """Those that there are."""
        ...

    async def put(self, counts: Sequence[Count]) -> None:
        """Adds or replaces; a count of nothing is dropped."""
        ...

    async def forget(self, until: datetime, most: int) -> None:
        """Drops those whose last failure was at `until` or before, and of more than `most` those with the fewest failures."""
        ...


class SetUpStore(Protocol):
    """The token by which a desk without admins gets its first, inside a unit of work. Writing it raises no number."""

    async def get(self) -> SetUpToken | None: ...

    async def put(self, token: SetUpToken | None) -> None:
        """In the place of the one before; None drops it."""
        ...


class KeyStore(Protocol):
    """Sealed keys of vendors, inside a unit of work."""

    async def get(self, provider: Slug, owner: str | None) -> StoredKey | None:
        """The shared key for owner None, else that admin's own."""
        ...

    async def put(self, key: StoredKey) -> None:
        """Adds or replaces."""
        ...

    async def delete(self, provider: Slug, owner: str | None) -> None: ...

    async def all(self) -> Sequence[StoredKey]:
        """Every key, whoever owns it, in no particular order."""
        ...

    async def providers(self) -> Collection[Slug]:
        """Those that hold a key."""
        ...

    async def set_aside(self, provider: Slug) -> None:
        """Every key of a provider stays stored, and is not used until it is entered again."""
        ...


class ListStore(Protocol):
    """The last good lists of each provider, everybody's and those of admins' own keys, and how they stand, inside a unit of work."""

    async def head(self, provider: Slug, owner: str | None = None) -> ListHead:
        """Everybody's for owner None, else that admin's own. A new one where nothing was ever read."""
        ...

    async def own(self, provider: Slug) -> Sequence[ListHead]:
        """Those of admins' own keys."""
        ...

    async def put(self, head: ListHead, packed: PackedList | None = None) -> None:
        """Replaces the head of its provider and owner; with a packed list the list too."""
        ...

    async def forget(self, provider: Slug, owner: str) -> None:
        """An admin's own list goes, and its head."""
        ...


class AuditStore(Protocol):
    """The trail of what was changed, inside a unit of work. It only grows. Writing it raises no number."""

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        """In this order; each gets the next id. What they hold of before and after may be values of the domain."""
        ...


class UnitOfWork(Protocol):
    """One change of the desk: whole or not at all. Units of work take their turns; what is read in one stays true until it ends.

    Leaving it without `commit` rolls back. A commit raises the numbers of the parts that were written.
    """

    @property
    def providers(self) -> ProviderStore: ...

    @property
    def choices(self) -> ChoiceStore: ...

    @property
    def accounts(self) -> AccountStore: ...

    @property
    def sessions(self) -> SessionStore: ...

    @property
    def tokens(self) -> TokenStore: ...

    @property
    def attempts(self) -> AttemptStore: ...

    @property
    def set_up(self) -> SetUpStore: ...

    @property
    def keys(self) -> KeyStore: ...

    @property
    def lists(self) -> ListStore: ...

    @property
    def audit(self) -> AuditStore: ...

    async def commit(self) -> None:
        """Raises StorageBusy, StorageUnavailable."""
        ...


OpenUnitOfWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""A new unit of work for each call. Entering raises StorageBusy, StorageUnavailable, SchemaMismatch."""


class Snapshots(Protocol):
    """Where the present snapshot comes from."""

    async def current(self) -> Snapshot:
        """The desk as of now: whatever was committed anywhere before this call is in it.

        Raises StorageBusy, StorageUnavailable, SchemaMismatch.
        """
        ...

    async def catalogue(self) -> Snapshot:
        """The desk with its catalogue as of now; what is chosen may be of an earlier moment. Raises as `current`."""
        ...

    async def access(self) -> Access:
        """Who may come in as of now, as `current` has it. Every request asks, and most changes of a desk change nothing of it."""
        ...


class SessionUses(Protocol):
    """When sessions were used last, which is no part of a snapshot."""

    async def last_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        """As written down by any worker before this call; a session that has ended is missing. Raises as `Snapshots`."""
        ...


class TokenUses(Protocol):
    """When API tokens were used last, which is no part of a snapshot either."""

    async def token_uses(self, digests: Collection[str]) -> Mapping[str, datetime]:
        """As written down by any worker before this call; one that was never used is missing. Raises as `Snapshots`."""
        ...


class AttemptCounts(Protocol):
    """Failed attempts to sign in, read without waiting for a turn."""

    async def attempts(self, digests: Collection[str]) -> Sequence[Count]:
        """Those that there are. Raises as `Snapshots`."""
        ...


class AuditTrail(Protocol):
    """What was changed, read without waiting for a turn."""

    async def audit_entries(self, wanted: AuditQuery) -> Sequence[AuditEntry]:
        """The newest first; before and after are plain JSON. Raises as `Snapshots`."""
        ...


class ChoiceHistory(Protocol):
    """The history of slots, read without waiting for a turn."""

    async def history(self, slot: Slot) -> Sequence[Choice]:
        """Every step of the slot, the first one first. Raises as `Snapshots`."""
        ...


class KeptLists(Protocol):
    """The last good lists themselves, which are too large for a snapshot."""

    async def packed(self, models: VendorList) -> PackedList:
        """A list made ready to be stored, before a unit of work opens: for a long one that takes longer than anybody should wait."""
        ...

    async def models(self, head: ListHead) -> VendorList | None:
        """The list that this head was written with; None where a newer one took its place, or it cannot be read. Raises as `Snapshots`."""
        ...


class ModelMetadata(Protocol):
    """A source of names, prices and context sizes, independent of the vendors' own lists."""

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """What is known of this vendor's models, by model id; empty where the vendor is unknown."""
        ...


class Progress(Protocol):
    """Told after each page of a list: pages read so far, and models in them."""

    def __call__(self, pages: int, models: int, /) -> None: ...


class VendorCatalogues(Protocol):
    """The vendors themselves. Raises VendorFailed, and KeyRejected where it is the key that they refuse; LiveListNotAvailable without an address."""

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        """The whole list, within ten seconds or the provider's own timeout where that is shorter."""
        ...

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        """What the vendor says of a key, by a call that costs nothing."""
        ...


class ListCache(Protocol):
    """Lists of vendors, kept by a key that names everything that shapes them; shared by all instances, or of this process alone.

    Never fails: a cache that is down holds nothing, and says so in its log.
    """

    @property
    def backend(self) -> str:
        """Its name in the overview: `memory`, `redis`."""
        ...

    async def get(self, key: ListKey) -> VendorList | None: ...

    async def put(self, key: ListKey, models: VendorList) -> None: ...

    async def entries(self) -> int: ...

    async def clear(self, provider: Slug | None) -> int:
        """Drops the lists of one provider, or all of them; tells how many."""
        ...

    async def is_reachable(self) -> bool:
        """Whether it can be asked; a cache of this process always can."""
        ...

    def turn(self, key: ListKey) -> AbstractAsyncContextManager[None]:
        """Waits until nobody else, on any instance that shares this cache, is inside with the same key. What one has put, the next one finds."""
        ...


class Vault(Protocol):
    """Seals keys under the master key. What was sealed for one binding opens for no other."""

    def seal(self, key: Secret, binding: KeyBinding) -> bytes: ...

    def open(self, sealed: bytes, binding: KeyBinding) -> Secret:
        """Raises KeyUnreadable."""
        ...

    def fingerprint(self, key: Secret) -> str:
        """The same for the same key, and of no use to who does not hold the master key."""
        ...

    def is_readable(self, key: StoredKey) -> bool:
        """Whether `open` would open it."""
        ...

    def under(self, sealed: bytes) -> str:
        """The id of the master key that it says it was sealed under; empty for what is no sealed key at all."""
        ...

    def ring(self) -> Sequence[str]:
        """The ids of the master keys that are at hand, the one that seals first; none where none was made yet."""
        ...

    def renew(self) -> bool:
        """Makes a new master key, which seals from now on, and keeps the one that did so before; all older ones go.

        False where the master key is a setting, and no place of ours. Called in a unit of work, so that nobody seals meanwhile.
        """
        ...


class PasswordHasher(Protocol):
    """Slow hashes on purpose, never on the event loop. Raises SignInBusy where too many are wanted at once."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Without a hash to compare with, it takes as long and answers False."""
        ...
