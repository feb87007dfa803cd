"""API tokens: credentials for programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from attrs import field

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import Identity
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.values.normalization import NFC_SHRINKS_BY, nfc
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.model.values.texts import SingleLineText, addressed_name
from modeldesk.domain.records import frozen

PREFIX = "mdk_"
"""The prefix of every token. Secret scanners recognise tokens by it."""

HINT_LENGTH = 4
LONGEST_TOKEN_NAME = 64
DEFAULT_DAYS = TokenDays(90)


@frozen
class ApiToken:
    """A stored token. It acts for its creator, `owner`, within its scopes.

    Only the digest is stored, so the token's text cannot be recovered. The time of last use is stored separately, as with sessions.
    """

    digest: str = field(repr=False)
    name: SingleLineText
    owner: SingleLineText
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    hint: str
    ended_at: datetime | None = None
    """When it was recorded that the token has expired. That holds whatever the clock says later."""

    def has_ended(self, now: datetime) -> bool:
        return self.ended_at is not None or now >= self.expires_at

    @property
    def role(self) -> Role:
        """The role that the token acts with: super only with the scope `admin`."""
        return Role.SUPER if Scope.ADMIN in self.scopes else Role.NORMAL


@frozen
class TokenIdentity:
    """A caller that authenticated with a token of `admin`."""

    admin: Admin
    token: ApiToken

    def actor(self, address: str) -> Actor:
        """The actor of this caller. A token uses shared keys only: an admin's personal key is not for their programs."""
        return Actor(
            self.admin.name,
            self.token.role,
            scopes=(KeyScope.SHARED,),
            address=address,
            token=self.token.name,
            token_scopes=self.token.scopes,
            credential_digest=self.token.digest,
        )


Caller: TypeAlias = Identity | TokenIdentity
"""An authenticated caller: an admin with a session, or a program with a token."""


@frozen
class NewToken:
    """A new token and its text. The text is shown once and not stored."""

    text: str = field(repr=False)
    token: ApiToken


@frozen
class ListedToken:
    """A token in the list for super admins. `used_at` is None if the token was never used."""

    token: ApiToken
    used_at: datetime | None


@frozen
class TokenPage:
    """Some of all tokens; `total` is the number of all."""

    tokens: Sequence[ListedToken]
    total: int


def token_name(text: str) -> SingleLineText:
    """A valid token name; it also appears in URLs. Raises InvalidValue."""
    return addressed_name(text, LONGEST_TOKEN_NAME)


def token_name_key(name: str) -> str:
    """The key that makes token names unique. It ignores letter case, so that no two names look alike."""
    composed = nfc(name, LONGEST_TOKEN_NAME * NFC_SHRINKS_BY).casefold()
    return nfc(composed, len(composed))
