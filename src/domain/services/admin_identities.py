"""Which identity of an identity provider belongs to which admin."""

from modeldesk.domain.errors import IdentityExists, IdentityNotFound, IssuerNotFound
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.federation import IdentityProviders
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork
from modeldesk.domain.services.authorization import existing_admin, require_active_actor


class AdminIdentities:
    """Links identities to admins who exist, and unlinks them."""

    def __init__(self, unit_of_work: OpenUnitOfWork, identity_providers: IdentityProviders, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._identity_providers = identity_providers
        self._clock = clock

    async def link(self, name: str, identity: FederatedIdentity, actor: Actor = CLI_ACTOR) -> bool:
        """Lets the admin sign in as this identity. Returns whether anything changed.

        Raises AdminNotFound, IssuerNotFound for the issuer of no identity provider that is set up, IdentityExists where it belongs to another
        admin, NotAllowed.
        """
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            await existing_admin(work, name)
            issuers = [provider.issuer for provider in self._identity_providers.all()]
            if identity.issuer not in issuers:
                raise IssuerNotFound(identity.issuer, issuers)
            holder = await work.identities.admin_of(identity)
            if holder == name:
                return False
            if holder is not None:
                raise IdentityExists(holder)
            await work.identities.link(identity, name)
            await work.audit.add([audit_entry(actor, self._clock(), Action.IDENTITY_LINKED, name, after=_details(identity))])
            await work.commit()
        return True

    async def unlink(self, name: str, identity: FederatedIdentity, actor: Actor = CLI_ACTOR) -> None:
        """The admin can no longer sign in as this identity, and all their sessions end. Raises IdentityNotFound, NotAllowed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            if await work.identities.admin_of(identity) != name:
                raise IdentityNotFound(identity.subject)
            await work.identities.unlink(identity)
            await work.sessions.end_all(name)
            await work.audit.add([audit_entry(actor, self._clock(), Action.IDENTITY_UNLINKED, name, before=_details(identity))])
            await work.commit()


def _details(identity: FederatedIdentity) -> dict[str, object]:
    return {"issuer": identity.issuer, "subject": identity.subject}
