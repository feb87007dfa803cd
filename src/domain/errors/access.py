"""Admins, sessions, tokens and signing in."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, ModeldeskError, NotAllowed, NotFound, Unavailable
from modeldesk.domain.suggestions import nearest


class AdminNotFound(NotFound):
    """`known` are the admins that there are; whoever gets this error may see them."""

    code: ClassVar[str] = "admin-not-found"
    name: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        return {"name": self.name, "nearest": nearest(self.name, self.known)}


class SessionNotFound(NotFound):
    """None of one's own, whoever else may have one of that name."""

    code: ClassVar[str] = "session-not-found"
    handle: str


class TokenNotFound(NotFound):
    """`known` are the tokens that there are; whoever gets this error may see them."""

    code: ClassVar[str] = "token-not-found"
    name: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        return {"name": self.name, "nearest": nearest(self.name, self.known)}


class AdminExists(Conflict):
    code: ClassVar[str] = "admin-exists"
    name: str


class TokenExists(Conflict):
    """Of this name, or of one that differs from it in letter case alone."""

    code: ClassVar[str] = "token-exists"
    name: str


class LastSuperAdmin(Conflict):
    """Nobody would be left who may do everything."""

    code: ClassVar[str] = "last-super-admin"
    name: str


class SignInRefused(ModeldeskError):
    """Deliberately without a reason: the caller must not learn which names exist."""

    code: ClassVar[str] = "sign-in-refused"


class TooManyAttempts(ModeldeskError):
    """For this account or from this address; `seconds` until the next attempt is heard, at least 1."""

    code: ClassVar[str] = "too-many-attempts"
    seconds: int


class SignedOut(NotAllowed):
    """The session or token that let the caller in ended before their change was made."""

    code: ClassVar[str] = "unauthorized"

    def __init__(self) -> None:
        super().__init__("signed-out-meanwhile")


class SetupRefused(NotAllowed):
    """Wrong, used and expired are one answer, as is an installation that has an admin."""

    code: ClassVar[str] = "set-up-refused"

    def __init__(self) -> None:
        super().__init__("set-up-token-invalid")


class SignInBusy(Unavailable):
    """Too many passwords are being checked at this moment."""

    code: ClassVar[str] = "sign-in-busy"


class FederatedSignInRefused(ModeldeskError):
    """A sign-in by an identity provider was refused. Unlike SignInRefused, it tells the person the reason."""

    code: ClassVar[str] = "federated-sign-in-refused"
    reason: Reason


class IdentityProviderUnavailable(Unavailable):
    """`reason` is for the log: it may name hosts inside the company."""

    code: ClassVar[str] = "identity-provider-unavailable"
    provider: str
    reason: Reason


class IdentityProviderNotFound(NotFound):
    code: ClassVar[str] = "identity-provider-not-found"
    provider: str


class IssuerNotFound(NotFound):
    """`known` are the issuers of the identity providers that are set up."""

    code: ClassVar[str] = "issuer-not-found"
    issuer: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        return {"issuer": self.issuer, "nearest": nearest(self.issuer, self.known), "known": self.known}


class IdentityNotFound(NotFound):
    code: ClassVar[str] = "identity-not-found"
    subject: str


class IdentityExists(Conflict):
    """`name` is the admin whose identity it is."""

    code: ClassVar[str] = "identity-exists"
    name: str
