"""API tokens: how programs ask without signing in."""

from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import Identity
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.model.values.texts import SingleLineText, addressed_name, nfc

PREFIX = "mdk_"
"""What every token begins with, so that people and scanners of published code know one when they see it."""


HINT_LENGTH = 4


LONGEST_TOKEN_NAME = 64


USUAL_DAYS = TokenDays(90)


@frozen
class ApiToken:
    """A token as it is kept: nothing from which anybody comes back to its text. It stands for `owner`, who made it, within its scopes.

    When it was used last is kept beside it, as with sessions.
    """

    digest: str = field(repr=False)
    name: SingleLineText
    owner: SingleLineText
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    hint: str

    @property
    def role(self) -> Role:
        """As whom it acts: as a super admin only where it may do everything."""
        return Role.SUPER if Scope.ADMIN in self.scopes else Role.NORMAL


@frozen
class TokenIdentity:
    """Who asks: a program, with a token that `admin` made."""

    admin: Admin
    token: ApiToken

    def actor(self, address: str) -> Actor:
        """It spends shared keys alone: a personal one is its admin's, not their programs'."""
        return Actor(
            self.admin.name,
            self.token.role,
            scopes=(KeyScope.SHARED,),
            address=address,
            token=self.token.name,
            may_import=Scope.IMPORT in self.token.scopes,
            entry=self.token.digest,
        )


Caller: TypeAlias = Identity | TokenIdentity
"""Who asks, in person or by a token."""


@frozen
class NewToken:
    """What making one gives: its text, told once and to nobody else, and what is kept."""

    text: str = field(repr=False)
    token: ApiToken


@frozen
class ListedToken:
    """A token as super admins see it; `used_at` None: never used."""

    token: ApiToken
    used_at: datetime | None


def token_name(text: str) -> SingleLineText:
    """A name that tells tokens apart, also in an address. Raises RuleBroken."""
    return addressed_name(text, LONGEST_TOKEN_NAME)


def token_name_key(name: str) -> str:
    """The same for names that differ in nothing but letter case: such a pair would be taken for one another."""
    return nfc(nfc(name).casefold())
