"""The actor of an operation: an admin, a token, or the command line."""

from collections.abc import Sequence

from attrs import evolve, field

from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.admin_names import OPERATOR
from modeldesk.domain.model.access.permissions import Right, Scope, require_right
from modeldesk.domain.model.keys.provider_key import PERSONAL_FIRST, KeyScope
from modeldesk.domain.records import frozen


@frozen
class Actor:
    """Who performs an operation: an admin, or the command line as a super admin with a reserved name.

    `scopes` lists the key scopes that the actor may use, in order of preference. `address` is the client's IP address; it is empty on the
    command line. `token` is the name of the API token, if one authenticated the call. `token_scopes` are that
    token's scopes, None for a session. `credential_digest` is the digest of the session or token that authenticated the call.
    """

    name: str
    role: Role
    is_active: bool = True
    scopes: Sequence[KeyScope] = PERSONAL_FIRST
    address: str = ""
    token: str | None = None
    token_scopes: frozenset[Scope] | None = None
    credential_digest: str | None = field(default=None, repr=False)

    @property
    def is_super(self) -> bool:
        return self.is_active and self.role is Role.SUPER

    def with_current_role(self, admin: Admin | None) -> "Actor":
        """The actor with the current role and state of their admin. The command line has no admin and stays the same."""
        if self.name == OPERATOR:
            return self
        if admin is None:
            return evolve(self, is_active=False)
        # Scopes give a token its role, not its admin's role. The token works only while its admin is an active super admin.
        role, is_active = (admin.role, admin.is_active) if self.token is None else (self.role, admin.is_super)
        return self if (role, is_active) == (self.role, self.is_active) else evolve(self, role=role, is_active=is_active)

    def require(self, right: Right) -> None:
        """Raises NotAllowed where the actor does not have the right. An inactive one has no more than a normal admin."""
        # The scopes alone limit a token: whoever created it is an active super admin, else the token is inactive.
        role = self.role if self.token_scopes is None else Role.SUPER
        require_right(right, role if self.is_active else Role.NORMAL, self.token_scopes)

    def limited_to(self, *scopes: KeyScope) -> "Actor":
        """The same actor, restricted to keys of these scopes."""
        return evolve(self, scopes=scopes)


CLI_ACTOR = Actor(OPERATOR, Role.SUPER, scopes=(KeyScope.SHARED,))
"""The actor of every operation on the command line."""
