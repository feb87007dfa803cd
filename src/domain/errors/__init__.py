"""Everything that Modeldesk refuses or fails at, as one tree.

    ModeldeskError
    ├── Invalid                         well-formed, but against a rule
    │   ├── InvalidValue                one text, number or name
    │   │   └── InvalidCombination      members that do not go together
    │   ├── Malformed                   not even well-formed: broken JSON, another encoding
    │   ├── RequestInvalid              a body or a query, with every problem and its path
    │   ├── DeclarationInvalid          a whole document, with every problem and its place
    │   │   └── DeclarationBroken       one that is not even well-formed, so that the first problem is the only one
    │   ├── UnknownProviders            names that were asked for and do not exist in the document
    │   ├── IdempotencyKeyReused        for another request than before
    │   ├── WebhookAddressRefused       nothing may be sent there
    │   ├── FileRefused                 another user may change it, it is no regular file, or no text
    │   └── InvalidBackup               a file that cannot take the database's place
    ├── NotFound
    │   ├── ProviderNotFound
    │   ├── CapabilityNotFound
    │   ├── AdminNotFound
    │   ├── KeyNotFound                 no such key, or another admin's: one answer
    │   ├── SessionNotFound
    │   ├── TokenNotFound
    │   ├── IdentityNotFound
    │   ├── IdentityProviderNotFound
    │   ├── IssuerNotFound
    │   ├── UseNotFound
    │   ├── WebhookNotFound
    │   └── NothingActive               no model is active where a product asks
    ├── Conflict                        right in itself, but not as things stand
    │   ├── ProviderInactive
    │   ├── CapabilityNotOffered
    │   ├── LiveListNotAvailable
    │   ├── KeyMissing
    │   ├── KeyUnreadable
    │   ├── MasterKeyMissing
    │   ├── ActiveModelsAffected
    │   ├── EditsInConflict
    │   ├── AdminExists
    │   ├── IdentityExists
    │   ├── NothingToRollBack
    │   ├── UseNothingToRollBack
    │   ├── TokenExists
    │   ├── TooManyWebhooks
    │   └── LastSuperAdmin
    ├── Outdated                        not as the caller has seen it last
    │   ├── VersionConflict
    │   ├── ProviderVersionConflict
    │   ├── UseVersionConflict
    │   └── PlanConflict
    ├── VendorFailed                    a vendor did not do its part: unreachable, too slow, or an answer that is no list
    │   ├── VendorSlow                  reading its list goes on
    │   └── KeyRejected
    ├── SignInRefused                   unknown, disabled and wrong are one answer
    ├── FederatedSignInRefused          by an identity provider, with the reason
    ├── TooManyAttempts                 for an account or an address, whether or not there is such an account
    ├── NotAllowed
    │   ├── SignedOut                   the session or token that let the caller in ended before the change was made
    │   └── SetupRefused
    ├── TooManyEvaluations              more flags than a worker evaluates for one caller
    ├── TooManyStreams                  as many event streams as a worker keeps are open
    ├── TooSoon                         the same again, and too soon after the last time
    └── Unavailable                     nothing wrong with the question; ask again, or mend the place it names
        ├── StorageBusy
        ├── StorageUnavailable
        ├── CopyNotWritten
        ├── CacheUnavailable
        ├── MasterKeyWrong
        ├── ImportBusy
        ├── SchemaMismatch
        ├── IdentityProviderUnavailable
        └── SignInBusy

A refusal is a `code` that is stable and `facts` by name. It holds no sentence: the words are in `entrypoints/words`, and each edge adds what to do
next in its own terms. `str(error)` is for logs. Statuses and exit codes are tables at the edges (`entrypoints/error_status.py`, `entrypoints/cli/refusals.py`).
"""

from modeldesk.domain.errors.access import (
    AdminExists,
    AdminNotFound,
    FederatedSignInRefused,
    IdentityExists,
    IdentityNotFound,
    IdentityProviderNotFound,
    IdentityProviderUnavailable,
    IssuerNotFound,
    LastSuperAdmin,
    SessionNotFound,
    SetupRefused,
    SignedOut,
    SignInBusy,
    SignInRefused,
    TokenExists,
    TokenNotFound,
    TooManyAttempts,
)
from modeldesk.domain.errors.documents import (
    DeclarationBroken,
    DeclarationInvalid,
    FileRefused,
    ImportBusy,
    InvalidCombination,
    InvalidValue,
    Malformed,
    Problem,
    RequestInvalid,
    UnknownProviders,
)
from modeldesk.domain.errors.keys import KeyMissing, KeyNotFound, KeyUnreadable, MasterKeyMissing, MasterKeyWrong
from modeldesk.domain.errors.providers import (
    CapabilityNotFound,
    CapabilityNotOffered,
    ProviderInactive,
    ProviderNotFound,
    ProviderVersionConflict,
)
from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, Invalid, ModeldeskError, NotAllowed, NotFound, Outdated, Unavailable
from modeldesk.domain.errors.selection import (
    ActiveModelsAffected,
    EditsInConflict,
    IdempotencyKeyReused,
    NothingToRollBack,
    PlanConflict,
    VersionConflict,
)
from modeldesk.domain.errors.storage import CacheUnavailable, CopyNotWritten, InvalidBackup, SchemaMismatch, StorageBusy, StorageUnavailable
from modeldesk.domain.errors.uses import (
    NothingActive,
    TooManyEvaluations,
    TooManyStreams,
    UseNotFound,
    UseNothingToRollBack,
    UseVersionConflict,
)
from modeldesk.domain.errors.vendors import KeyRejected, LiveListNotAvailable, TooSoon, VendorFailed, VendorSlow
from modeldesk.domain.errors.webhooks import TooManyWebhooks, WebhookAddressRefused, WebhookNotFound

__all__ = [
    "ActiveModelsAffected",
    "AdminExists",
    "AdminNotFound",
    "CacheUnavailable",
    "CapabilityNotFound",
    "CapabilityNotOffered",
    "Conflict",
    "CopyNotWritten",
    "DeclarationBroken",
    "DeclarationInvalid",
    "EditsInConflict",
    "FederatedSignInRefused",
    "FileRefused",
    "IdempotencyKeyReused",
    "IdentityExists",
    "IdentityNotFound",
    "IdentityProviderNotFound",
    "IdentityProviderUnavailable",
    "ImportBusy",
    "Invalid",
    "InvalidBackup",
    "InvalidCombination",
    "InvalidValue",
    "IssuerNotFound",
    "KeyMissing",
    "KeyNotFound",
    "KeyRejected",
    "KeyUnreadable",
    "LastSuperAdmin",
    "LiveListNotAvailable",
    "Malformed",
    "MasterKeyMissing",
    "MasterKeyWrong",
    "ModeldeskError",
    "NotAllowed",
    "NotFound",
    "NothingActive",
    "NothingToRollBack",
    "Outdated",
    "PlanConflict",
    "Problem",
    "ProviderInactive",
    "ProviderNotFound",
    "ProviderVersionConflict",
    "Reason",
    "RequestInvalid",
    "SchemaMismatch",
    "SessionNotFound",
    "SetupRefused",
    "SignInBusy",
    "SignInRefused",
    "SignedOut",
    "StorageBusy",
    "StorageUnavailable",
    "TokenExists",
    "TokenNotFound",
    "TooManyAttempts",
    "TooManyEvaluations",
    "TooManyStreams",
    "TooManyWebhooks",
    "TooSoon",
    "Unavailable",
    "UnknownProviders",
    "UseNotFound",
    "UseNothingToRollBack",
    "UseVersionConflict",
    "VendorFailed",
    "VendorSlow",
    "VersionConflict",
    "WebhookAddressRefused",
    "WebhookNotFound",
]
