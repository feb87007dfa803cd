"""The services' own check of an actor's rights, inside the unit of work of the change."""

from modeldesk.domain.errors import AdminNotFound, NotAllowed, SignedOut
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.ports.unit_of_work import UnitOfWork


async def require_active_actor(work: UnitOfWork, actor: Actor, right: Right) -> Actor:
    """The actor with their current role.

    Since the first check they may have been demoted, disabled or signed out, or their token revoked. Raises NotAllowed, SignedOut.
    """
    admin = await work.accounts.admin(actor.name)
    if admin is not None and not admin.is_active:
        raise NotAllowed("admin-disabled", admin=actor.name)
    await _require_credential(work, actor)
    current = actor.with_current_role(admin)
    current.require(right)
    return current


async def existing_admin(work: UnitOfWork, name: str) -> Admin:
    """The admin of this name, for an actor who may see all admins: the refusal names the nearest one. Raises AdminNotFound."""
    admin = await work.accounts.admin(name)
    if admin is None:
        raise AdminNotFound(name, sorted(known.name for known in await work.accounts.all()))
    return admin


async def _require_credential(work: UnitOfWork, actor: Actor) -> None:
    """The session or token that let the actor in still exists; a new password and another role end sessions, too. Raises SignedOut."""
    if actor.credential_digest is None:  # the command line needs none
        return
    exists = await (work.sessions.exists(actor.credential_digest) if actor.token is None else work.tokens.exists(actor.credential_digest))
    if not exists:
        raise SignedOut()
