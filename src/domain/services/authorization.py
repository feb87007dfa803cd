"""Checks of an actor's rights, inside a unit of work."""

from modeldesk.domain.errors import NotAllowed, SignedOut
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.ports.unit_of_work import UnitOfWork


def require_super_in_person(actor: Actor | None) -> None:
    """Raises NotAllowed for a normal admin, and for every token: one that leaked must not be able to make itself stay."""
    if actor is not None and (actor.role is not Role.SUPER or actor.token is not None):
        raise NotAllowed("only super admins may see and change who may sign in")


async def require_active_super_in_person(work: UnitOfWork, actor: Actor | None) -> None:
    """As things stand in this unit of work: who was demoted, disabled or signed out while the request was under way does nothing more.

    Raises NotAllowed, SignedOut.
    """
    if actor is None:
        return
    admin = await work.accounts.admin(actor.name)
    if admin is None or not admin.is_super:
        raise NotAllowed("only super admins may see and change who may sign in")
    await _must_still_have_entry(work, actor)


async def require_active_actor(work: UnitOfWork, actor: Actor) -> Actor:
    """As things stand in this unit of work: who was switched off or signed out, or whose token was revoked, while the request was under way
    changes nothing more. Gives back who asks, with the role that they have now.

    Raises NotAllowed, SignedOut.
    """
    admin = await work.accounts.admin(actor.name)
    if admin is not None and not admin.is_active:
        raise NotAllowed(f"{actor.name!r} is switched off")
    await _must_still_have_entry(work, actor)
    return actor.with_current_role(admin)


async def _must_still_have_entry(work: UnitOfWork, actor: Actor) -> None:
    """The session or token that let them in stands where it stood: a new password and another role end sessions, too. Raises SignedOut."""
    if actor.credential_digest is None:  # the command line came in by no door of ours
        return
    stands = await (work.sessions.exists(actor.credential_digest) if actor.token is None else work.tokens.exists(actor.credential_digest))
    if not stands:
        raise SignedOut()
