"""Admins, sessions, tokens and signing in."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, ModeldeskError, NotAllowed, NotFound, Unavailable
from modeldesk.domain.suggestions import nearest


@define(eq=False)
class AdminNotFound(NotFound):
    code: ClassVar[str] = "admin-not-found"
    name: str


@define(eq=False)
class SessionNotFound(NotFound):
    """None of one's own, whoever else may have one of that name."""

    code: ClassVar[str] = "session-not-found"
    handle: str


@define(eq=False)
class TokenNotFound(NotFound):
    code: ClassVar[str] = "token-not-found"
    name: str


@define(eq=False)
class AdminExists(Conflict):
    code: ClassVar[str] = "admin-exists"
    name: str


@define(eq=False)
class TokenExists(Conflict):
    """Of this name, or of one that differs from it in letter case alone."""

    code: ClassVar[str] = "token-exists"
    name: str


@define(eq=False)
class LastSuperAdmin(Conflict):
    """Nobody would be left who may do everything."""

    code: ClassVar[str] = "last-super-admin"
    name: str


@define(eq=False)
class SignInRefused(ModeldeskError):
    """Deliberately without a reason: the caller must not learn which names exist."""

    code: ClassVar[str] = "sign-in-refused"


@define(eq=False)
class TooManyAttempts(ModeldeskError):
    """For this account or from this address; `seconds` until the next attempt is heard, at least 1."""

    code: ClassVar[str] = "too-many-attempts"
    seconds: int


@define(eq=False, init=False)
class SignedOut(NotAllowed):
    """The session or token that let the caller in ended before their change was made."""

    code: ClassVar[str] = "unauthorized"

    def __init__(self) -> None:
        super().__init__("signed-out-meanwhile")


@define(eq=False, init=False)
class SetupRefused(NotAllowed):
    """Wrong, used and expired are one answer, as is an installation that has an admin."""

    code: ClassVar[str] = "set-up-refused"

    def __init__(self) -> None:
        super().__init__("set-up-token-invalid")


@define(eq=False)
class SignInBusy(Unavailable):
    """Too many passwords are being checked at this moment."""

    code: ClassVar[str] = "sign-in-busy"


@define(eq=False)
class FederatedSignInRefused(ModeldeskError):
    """A sign-in by an identity provider was refused. Unlike SignInRefused, it tells the person the reason."""

    code: ClassVar[str] = "federated-sign-in-refused"
    reason: Reason


@define(eq=False)
class IdentityProviderUnavailable(Unavailable):
    """`reason` is for the log: it may name hosts inside the company."""

    code: ClassVar[str] = "identity-provider-unavailable"
    provider: str
    reason: Reason


@define(eq=False)
class IdentityProviderNotFound(NotFound):
    code: ClassVar[str] = "identity-provider-not-found"
    provider: str


@define(eq=False)
class IssuerNotFound(NotFound):
    """`known` are the issuers of the identity providers that are set up."""

    code: ClassVar[str] = "issuer-not-found"
    issuer: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        return {"issuer": self.issuer, "nearest": nearest(self.issuer, self.known), "known": self.known}


@define(eq=False)
class IdentityNotFound(NotFound):
    code: ClassVar[str] = "identity-not-found"
    subject: str


@define(eq=False)
class IdentityExists(Conflict):
    """`name` is the admin whose identity it is."""

    code: ClassVar[str] = "identity-exists"
    name: str
