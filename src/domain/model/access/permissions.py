"""The rights table, which one gate checks before every route. Services check again inside their own transaction."""

from collections.abc import Collection, Mapping
from enum import Enum

from modeldesk.domain.errors import NotAllowed
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.records import frozen


class Scope(Enum):
    """The scopes of an API token. `admin` includes all others; `read` includes `resolve`; each other scope includes only itself."""

    RESOLVE = "resolve"
    READ = "read"
    SELECT = "select"
    IMPORT = "import"
    ADMIN = "admin"


class Right(Enum):
    """The right that a route requires."""

    OPEN = "open"
    """Routes before sign-in. They are closed to tokens, which never sign in."""

    RESOLVE = "resolve"
    """Asking which model is active: what products do."""

    READ = "read"
    """Reading anything that is not secret."""

    SELECT = "select"
    """Selecting and deselecting the active model."""

    OWN = "own"
    """An admin's own session and password."""

    KEYS = "keys"
    """Keys of vendors. The body names a shared or a personal key, so the service checks which is allowed."""

    SHARED_KEYS = "shared-keys"
    """The shared keys of vendors."""

    PERSONAL_KEYS = "personal-keys"
    """An admin's own keys of vendors. Closed to tokens."""

    IMPORT = "import"
    """Importing a declaration."""

    ADMINISTER = "administer"
    """Every other change with effect for all admins."""

    ACCOUNTS = "accounts"
    """Managing admins and tokens. Closed to tokens, so that a leaked token cannot create further access."""

    WEBHOOKS = "webhooks"
    """Managing webhooks. Closed to tokens, because a webhook learns of every change and outlives the token."""


@frozen
class RightPolicy:
    """What a right requires of an admin and of a token: one of `scopes`. No token has a right without scopes."""

    scopes: tuple[Scope, ...] = ()
    is_for_super: bool = False
    refusal: str = "super-only"
    program_refusal: str = "not-for-tokens"


RIGHT_POLICIES: Mapping[Right, RightPolicy] = {
    Right.OPEN: RightPolicy(),
    Right.RESOLVE: RightPolicy((Scope.RESOLVE, Scope.READ)),
    Right.READ: RightPolicy((Scope.READ,)),
    Right.SELECT: RightPolicy((Scope.SELECT,)),
    Right.OWN: RightPolicy(),
    Right.KEYS: RightPolicy((Scope.ADMIN,)),
    Right.SHARED_KEYS: RightPolicy((Scope.ADMIN,), is_for_super=True, refusal="super-only-shared-key"),
    Right.PERSONAL_KEYS: RightPolicy(program_refusal="personal-key-not-for-tokens"),
    Right.IMPORT: RightPolicy((Scope.IMPORT,), is_for_super=True),
    Right.ADMINISTER: RightPolicy((Scope.ADMIN,), is_for_super=True),
    Right.ACCOUNTS: RightPolicy(is_for_super=True, refusal="super-only-accounts"),
    Right.WEBHOOKS: RightPolicy(is_for_super=True, refusal="super-only-webhooks"),
}


def require_right(right: Right, role: Role, scopes: Collection[Scope] | None = None) -> None:
    """Raises NotAllowed, which names what is missing.

    `role` is the role of the calling admin, or of the token's creator. `scopes` are the token's, None for a session.
    """
    policy = RIGHT_POLICIES[right]
    if policy.is_for_super and role is not Role.SUPER:
        raise NotAllowed(policy.refusal)
    if scopes is None:
        return
    if not policy.scopes:
        raise NotAllowed(policy.program_refusal)
    if Scope.ADMIN not in scopes and not any(scope in scopes for scope in policy.scopes):
        raise NotAllowed("token-scope-missing", scope=policy.scopes[0].value)


def has_right(right: Right, role: Role, scopes: Collection[Scope] | None = None) -> bool:
    """Whether `require_right` raises nothing."""
    try:
        require_right(right, role, scopes)
    except NotAllowed:
        return False
    return True


def right_of_key(scope: KeyScope) -> Right:
    """The right to set, check and remove keys of this scope."""
    return Right.SHARED_KEYS if scope is KeyScope.SHARED else Right.PERSONAL_KEYS
