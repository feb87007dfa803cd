"""Admins, sessions, tokens and signing in."""

from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.root import Conflict, ModeldeskError, NotAllowed, NotFound, Unavailable


@define(eq=False)
class AdminNotFound(NotFound):
    code: ClassVar[str] = "admin-not-found"
    name: str

    def __str__(self) -> str:
        return f"there is no admin {self.name!r}"


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
class SignedOut(NotAllowed):
    """The session or token that let the caller in ended before their change was made."""

    code: ClassVar[str] = "unauthorized"
    reason: str = "you were signed out, or your token was revoked, before this was done; nothing was changed"


@define(eq=False)
class SetupRefused(NotAllowed):
    """Wrong, used and expired are one answer, as is a desk that has an admin."""

    code: ClassVar[str] = "set-up-refused"
    reason: str = "this set-up token is not valid, or not any more; modeldesk serve prints a new one where there is no admin yet"


@define(eq=False)
class SignInBusy(Unavailable):
    """Too many passwords are being checked at this moment."""

    code: ClassVar[str] = "sign-in-busy"

    def __str__(self) -> str:
        return "too many sign-ins at this moment; try again"
