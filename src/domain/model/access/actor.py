"""Who asks for something: an admin, a token, or the command line."""

from collections.abc import Sequence

from attrs import evolve, field, frozen

from modeldesk.domain.model.access.admin import OPERATOR, Admin, Role
from modeldesk.domain.model.keys.provider_key import PERSONAL_FIRST, KeyScope


@frozen
class Actor:
    """Who asks for something: an admin, or the command line as a super admin of its own name.

    `scopes` are the keys that they come for, the first one first. `address` is where they ask from, empty at the machine itself; `token`
    names the API token that stands for them, where it is one, and `may_import` says that it was given for importing, whatever its role.
    `entry` is the digest of the session or token that let them in.
    """

    name: str
    role: Role
    is_active: bool = True
    scopes: Sequence[KeyScope] = PERSONAL_FIRST
    address: str = ""
    token: str | None = None
    may_import: bool = False
    entry: str | None = field(default=None, repr=False)

    @property
    def is_super(self) -> bool:
        return self.is_active and self.role is Role.SUPER

    def with_current_role(self, admin: Admin | None) -> "Actor":
        """The same actor as the admin of their name stands now; the command line, which is no admin, stands as it did."""
        if self.name == OPERATOR:
            return self
        if admin is None:
            return evolve(self, is_active=False)
        if self.token is not None:
            # A token has the role that its scopes give it, never its admin's, and none where that admin may not do everything any more.
            return evolve(self, is_active=admin.is_super)
        return evolve(self, role=admin.role, is_active=admin.is_active)

    def limited_to(self, *scopes: KeyScope) -> "Actor":
        """The same actor, who takes a key of these scopes and no other."""
        return evolve(self, scopes=scopes)


CLI_ACTOR = Actor(OPERATOR, Role.SUPER, scopes=(KeyScope.SHARED,))
"""Who works at the command line."""
