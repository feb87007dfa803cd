"""Who may do what: one table, asked at one gate before every route. Services look again for themselves, in their own transaction."""

from collections.abc import Collection, Mapping
from enum import Enum

from attrs import frozen

from modeldesk.domain.errors import NotAllowed
from modeldesk.domain.model.access.admin import Role


class Scope(Enum):
    """What an API token is given for. `admin` covers the others; each of those covers itself alone."""

    READ = "read"
    SELECT = "select"
    IMPORT = "import"
    ADMIN = "admin"


class Right(Enum):
    """What a route asks of its caller."""

    OPEN = "open"
    """What is done before one is signed in: for anybody but a token, which is never signed in."""

    READ = "read"
    """Seeing what there is."""

    SELECT = "select"
    """Choosing which model is in use."""

    OWN = "own"
    """An admin's own affairs: their session, their password."""

    KEYS = "keys"
    """Vendors' keys. Whether it is a shared or a personal one stands in the body, and is judged by the service."""

    IMPORT = "import"
    """Bringing a declaration in."""

    ADMINISTER = "administer"
    """All else that changes the desk for everybody."""

    ACCOUNTS = "accounts"
    """Who may come in: admins and tokens. For no token, so that one that leaked cannot make itself stay."""


@frozen
class RightPolicy:
    """What a right asks of a session's admin, and of a token; `scope` None: no token has it."""

    scope: Scope | None = None
    is_for_super: bool = False
    refusal: str = "this is for super admins"


RIGHT_POLICIES: Mapping[Right, RightPolicy] = {
    Right.OPEN: RightPolicy(),
    Right.READ: RightPolicy(Scope.READ),
    Right.SELECT: RightPolicy(Scope.SELECT),
    Right.OWN: RightPolicy(),
    Right.KEYS: RightPolicy(Scope.ADMIN),
    Right.IMPORT: RightPolicy(Scope.IMPORT, is_for_super=True),
    Right.ADMINISTER: RightPolicy(Scope.ADMIN, is_for_super=True),
    Right.ACCOUNTS: RightPolicy(is_for_super=True, refusal="only super admins may see and change who may sign in"),
}


def require_right(right: Right, role: Role, scopes: Collection[Scope] | None = None) -> None:
    """`role` is that of the admin who asks, or who made the token that does; `scopes` are the token's, None for a session.

    Raises NotAllowed, which says what is missing.
    """
    demand = RIGHT_POLICIES[right]
    if demand.is_for_super and role is not Role.SUPER:
        raise NotAllowed(demand.refusal)
    if scopes is None:
        return
    if demand.scope is None:
        raise NotAllowed("no token may do this; sign in")
    if demand.scope not in scopes and Scope.ADMIN not in scopes:
        raise NotAllowed(f"this token does not have the scope {demand.scope.value!r}")
