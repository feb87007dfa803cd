"""Everything that Modeldesk refuses or fails at, as one tree.

    ModeldeskError
    ├── Invalid                     well-formed, but against a rule
    │   ├── RuleBroken                  one text, number or name
    │   ├── Malformed                   not even well-formed: broken JSON, another encoding
    │   ├── RequestInvalid              a body or a query, with every problem and its path
    │   ├── DeclarationInvalid          a whole document, with every problem and its place
    │   │   └── DeclarationBroken           one that is not even well-formed, so that the first problem is the only one
    │   ├── UnknownNames                names that were asked for and do not exist in the document
    │   └── CopyRefused                 a file that cannot take the database's place
    ├── NotFound
    │   ├── ProviderNotFound
    │   ├── AdminNotFound
    │   ├── KeyNotFound                 no such key, or not of who asks: one answer
    │   ├── SessionNotFound
    │   └── TokenNotFound
    ├── Conflict                    right in itself, but not as things stand
    │   ├── ProviderInactive
    │   ├── CapabilityNotOffered
    │   ├── LiveListNotAvailable
    │   ├── KeyMissing
    │   ├── KeyUnreadable
    │   ├── ActiveModelsAtStake
    │   ├── AdminExists
    │   ├── NothingToRollBack
    │   ├── TokenExists
    │   └── LastSuperAdmin
    ├── SlotChanged                 not as whoever asks has seen it last
    ├── VendorFailed                a vendor did not do its part: unreachable, too slow, or an answer that is no list
    │   └── KeyRejected
    ├── SignInRefused               unknown, disabled and wrong are one answer
    ├── TooManyAttempts             also the same for all of them
    ├── NotAllowed
    │   ├── SignedOut                   the session or token that let the caller in ended before the change was made
    │   └── SetUpRefused
    ├── TooSoon                     the same again, and too soon after the last time
    └── Unavailable                 nothing wrong with the question; ask again, or mend the place it names
        ├── StorageBusy
        ├── StorageUnavailable
        ├── CopyNotWritten
        ├── CacheUnavailable
        ├── SchemaMismatch
        └── SignInBusy

Facts ride as attributes; `str(error)` is the sentence for a person; `code` is the stable name for a program.
Status codes and exit codes are tables at the edge (`entrypoints/api/problems.py`, `entrypoints/cli/refusals.py`).
"""

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from attrs import define, frozen

from modeldesk.domain.suggestions import did_you_mean, listed, suggestion


@define(eq=False)
class ModeldeskError(Exception):
    """The root: catching it catches every refusal of ours, and nothing else."""

    code: ClassVar[str] = "refused"


@define(eq=False)
class Invalid(ModeldeskError):
    code: ClassVar[str] = "invalid"


@define(eq=False)
class RuleBroken(Invalid):
    """A single value against its rule; `message` says the rule."""

    message: str

    def __str__(self) -> str:
        return self.message


@frozen
class Problem:
    """One thing wrong in a document: where (`$.providers[3].slug`; line and column from 1 where known) and what.

    `file` is the document's name for people, empty where it has none or the path names it.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    file: str = ""

    def __str__(self) -> str:
        place = "" if self.line is None else f" (line {self.line}, column {self.column})"
        return f"{self.path}: {self.message}{place}{f' in {self.file}' if self.file else ''}"


@define(eq=False)
class DeclarationInvalid(Invalid):
    """A document that cannot be taken; nothing of it was."""

    code: ClassVar[str] = "declaration-invalid"
    problems: Sequence[Problem]

    def __str__(self) -> str:
        count = len(self.problems)
        return f"the declaration has {count} problem{'s' if count != 1 else ''}; nothing was imported"


@define(eq=False)
class DeclarationBroken(DeclarationInvalid):
    """A document that cannot be read at all: broken JSON, another encoding."""

    code: ClassVar[str] = "declaration-broken"


@define(eq=False)
class Malformed(Invalid):
    """A body that cannot be read at all."""

    code: ClassVar[str] = "malformed"
    problem: Problem

    def __str__(self) -> str:
        return str(self.problem)


@define(eq=False)
class RequestInvalid(Invalid):
    """A body or a query that can be read, but not be meant."""

    code: ClassVar[str] = "request-invalid"
    problems: Sequence[Problem]

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


@define(eq=False)
class UnknownNames(Invalid):
    """Names asked for that the document does not hold; `file` is its name for people, where it has one."""

    code: ClassVar[str] = "unknown-names"
    names: Sequence[str]
    known: Sequence[str]
    file: str = ""

    def __str__(self) -> str:
        return self.said_of("the declaration")

    def said_of(self, document: str) -> str:
        """The sentence, with these words for the document."""
        # Of one name only: each that is compared takes its time, and a request may hold hundreds.
        meant = did_you_mean(self.names[0], self.known) if len(self.names) == 1 else ""
        return f"no provider {', '.join(self.names)} in {document}{f'{meant} It' if meant else '; it'} holds: {', '.join(self.known) or 'none'}"


@define(eq=False)
class CopyRefused(Invalid):
    """What shall be put back is no copy of a database, a damaged one, or one of a newer version; nothing was changed."""

    code: ClassVar[str] = "copy-refused"
    file: str
    reason: str

    def __str__(self) -> str:
        return f"cannot restore {self.file}: {self.reason}"


@define(eq=False)
class NotFound(ModeldeskError):
    code: ClassVar[str] = "not-found"


@define(eq=False)
class ProviderNotFound(NotFound):
    """`known` are the providers that there are, in their order."""

    code: ClassVar[str] = "provider-not-found"
    slug: str
    known: Sequence[str] = ()

    def __str__(self) -> str:
        return f"there is no provider {self.slug!r}{suggestion(self.slug, self.known, 'there are')}"


@define(eq=False)
class AdminNotFound(NotFound):
    code: ClassVar[str] = "admin-not-found"
    name: str

    def __str__(self) -> str:
        return f"there is no admin {self.name!r}"


@define(eq=False)
class KeyNotFound(NotFound):
    """There is no such personal key; the same is said of a key that is somebody else's."""

    code: ClassVar[str] = "key-not-found"
    slug: str

    def __str__(self) -> str:
        return f"there is no such personal key of {self.slug!r}"


@define(eq=False)
class SessionNotFound(NotFound):
    """None of one's own, whoever else may have one of that name."""

    code: ClassVar[str] = "session-not-found"
    handle: str

    def __str__(self) -> str:
        return f"you have no session {self.handle!r}"


@define(eq=False)
class TokenNotFound(NotFound):
    code: ClassVar[str] = "token-not-found"
    name: str

    def __str__(self) -> str:
        return f"there is no token {self.name!r}"


@define(eq=False)
class Conflict(ModeldeskError):
    code: ClassVar[str] = "conflict"


@define(eq=False)
class ProviderInactive(Conflict):
    code: ClassVar[str] = "provider-inactive"
    slug: str

    def __str__(self) -> str:
        return f"provider {self.slug!r} is not active; enable it first"


@define(eq=False)
class CapabilityNotOffered(Conflict):
    """The capability is declared as unsupported, or not declared by a provider that declares others."""

    code: ClassVar[str] = "capability-not-offered"
    slug: str
    capability: str
    offered: Sequence[str]

    def __str__(self) -> str:
        meant = did_you_mean(self.capability, self.offered)
        offered = f"{f'{meant} It' if meant else '; it'} offers: {listed(self.offered) or 'nothing'}"
        return f"provider {self.slug!r} does not offer {self.capability!r}{offered}"


@define(eq=False)
class LiveListNotAvailable(Conflict):
    """The models are listed live, and there is no address to read the list from."""

    code: ClassVar[str] = "live-not-available"
    slug: str

    def __str__(self) -> str:
        return f"provider {self.slug!r} has no api_base_url to read its list from; a model can still be selected by its id"


@define(eq=False)
class KeyMissing(Conflict):
    """Reading this needs a key, and there is none that who asks may spend; `reason` says which of it."""

    code: ClassVar[str] = "key-missing"
    slug: str
    reason: str

    def __str__(self) -> str:
        return self.reason


@define(eq=False)
class KeyUnreadable(Conflict):
    """A stored key cannot be decrypted: it was sealed under another master key, or its row was changed."""

    code: ClassVar[str] = "key-unreadable"
    slug: str

    def __str__(self) -> str:
        return f"the stored key of {self.slug!r} cannot be decrypted with this master key; set it again, or bring the master key back"


@define(eq=False)
class ActiveModelsAtStake(Conflict):
    """An import would take a capability away in which a model is in use. `slots` are (provider, capability, model id)."""

    code: ClassVar[str] = "active-models-at-stake"
    slots: Sequence[tuple[str, str, str]]

    def __str__(self) -> str:
        named = "; ".join(f"{provider} {capability}: {model}" for provider, capability, model in self.slots)
        return (
            f"this import takes away capabilities whose model is in use ({named}); nothing was imported. --deactivate-lost deactivates them "
            "(over REST deactivate_lost=true)"
        )


@define(eq=False)
class AdminExists(Conflict):
    code: ClassVar[str] = "admin-exists"
    name: str

    def __str__(self) -> str:
        return f"there is already an admin {self.name!r}"


@define(eq=False)
class TokenExists(Conflict):
    """Of this name, or of one that differs from it in letter case alone."""

    code: ClassVar[str] = "token-exists"
    name: str

    def __str__(self) -> str:
        return f"there is already a token {self.name!r}; revoke it first, or take another name"


@define(eq=False)
class LastSuperAdmin(Conflict):
    """Nobody would be left who may do everything."""

    code: ClassVar[str] = "last-super-admin"
    name: str

    def __str__(self) -> str:
        return f"{self.name!r} is the last super admin who may sign in; make another one first"


@define(eq=False)
class NothingToRollBack(Conflict):
    """The slot stands where it stood before anything was chosen for it."""

    code: ClassVar[str] = "nothing-to-roll-back"
    slug: str
    capability: str

    def __str__(self) -> str:
        return f"nothing was chosen for {self.slug!r} {self.capability!r} that could be taken back"


@define(eq=False)
class SlotChanged(ModeldeskError):
    """Somebody was faster: the slot has had other versions since the one that was `expected`."""

    code: ClassVar[str] = "slot-changed"
    slug: str
    capability: str
    expected: int
    version: int

    def __str__(self) -> str:
        return f"{self.slug!r} {self.capability!r} is at version {self.version} by now, not {self.expected}; look at it again first"


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
class SignInRefused(ModeldeskError):
    """Deliberately without a reason: who asks must not learn which names exist."""

    code: ClassVar[str] = "sign-in-refused"

    def __str__(self) -> str:
        return "name or password is wrong"


@define(eq=False)
class TooManyAttempts(ModeldeskError):
    """For this account or from this address; `seconds` until the next attempt is heard, at least 1."""

    code: ClassVar[str] = "too-many-attempts"
    seconds: int

    def __str__(self) -> str:
        return f"too many attempts to sign in; try again in {self.seconds} second{'s' if self.seconds != 1 else ''}"


@define(eq=False)
class NotAllowed(ModeldeskError):
    code: ClassVar[str] = "not-allowed"
    reason: str

    def __str__(self) -> str:
        return self.reason


@define(eq=False)
class SignedOut(NotAllowed):
    """The session or token that let the caller in ended before their change was made."""

    code: ClassVar[str] = "unauthorized"
    reason: str = "you were signed out, or your token was revoked, before this was done; nothing was changed"


@define(eq=False)
class SetUpRefused(NotAllowed):
    """Wrong, used and expired are one answer, as is a desk that has an admin."""

    code: ClassVar[str] = "set-up-refused"
    reason: str = "this set-up token is not valid, or not any more; modeldesk serve prints a new one where there is no admin yet"


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


@define(eq=False)
class Unavailable(ModeldeskError):
    code: ClassVar[str] = "unavailable"


@define(eq=False)
class StorageBusy(Unavailable):
    """Another process held the database for longer than we wait."""

    code: ClassVar[str] = "storage-busy"

    def __str__(self) -> str:
        return "the database is busy with another writer; try again"


@define(eq=False)
class StorageUnavailable(Unavailable):
    """The database cannot be opened, read or written; `reason` names the place, never a password."""

    code: ClassVar[str] = "storage-unavailable"
    reason: str

    def __str__(self) -> str:
        return f"the database cannot be used: {self.reason}"


@define(eq=False)
class CopyNotWritten(Unavailable):
    """A copy of the database could not be written; nothing of it was."""

    code: ClassVar[str] = "copy-not-written"
    file: str
    reason: str

    def __str__(self) -> str:
        return f"cannot write {self.file}: {self.reason}"


@define(eq=False)
class CacheUnavailable(Unavailable):
    """The cache that instances share cannot be reached. Everything works without it; who watches a service wants to know."""

    code: ClassVar[str] = "cache-unavailable"

    def __str__(self) -> str:
        return "the cache that instances share (MODELDESK_REDIS_URL) cannot be reached; each process reads lists for itself"


@define(eq=False)
class SchemaMismatch(Unavailable):
    """The database was made by another version; `found` is None where it holds no schema at all."""

    code: ClassVar[str] = "schema-mismatch"
    found: str | None
    wanted: str
    newer: bool

    def __str__(self) -> str:
        if self.newer:
            return f"the database has schema {self.found}, newer than the {self.wanted} this version knows; run a newer Modeldesk"
        return f"the database has schema {self.found or 'none'}, this version needs {self.wanted}; run: modeldesk db upgrade"


@define(eq=False)
class SignInBusy(Unavailable):
    """Too many passwords are being checked at this moment."""

    code: ClassVar[str] = "sign-in-busy"

    def __str__(self) -> str:
        return "too many sign-ins at this moment; try again"
