"""One-time links that sign an admin in, made on the machine itself: for the hour in which the identity provider is down."""

import secrets

from modeldesk.domain.errors import NotAllowed
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import Session, SignedIn
from modeldesk.domain.model.access.setup_token import LONGEST_TOKEN
from modeldesk.domain.model.access.sign_in_link import LINK_LIFETIME, SignInLink
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.federation import StoredSignInLinks
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork
from modeldesk.domain.services.authorization import existing_admin, require_active_actor
from modeldesk.domain.services.sign_in import start_session


class SignInLinks:
    """Makes and accepts links. They need neither a password nor an identity provider."""

    def __init__(self, unit_of_work: OpenUnitOfWork, links: StoredSignInLinks, snapshots: Snapshots, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._links = links
        self._snapshots = snapshots
        self._clock = clock

    async def make(self, name: str, actor: Actor = CLI_ACTOR) -> str:
        """A token of 256 random bits, which replaces the admin's previous one.

        Raises AdminNotFound, and NotAllowed for a disabled admin or an actor without the right.
        """
        token = secrets.token_urlsafe(32)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            admin = await existing_admin(work, name)
            if not admin.is_active:
                raise NotAllowed("admin-disabled", admin=name)
            now = self._clock()
            await work.one_time.put_link(SignInLink(credential_digest(token), name, now + LINK_LIFETIME))
            await work.audit.add([audit_entry(actor, now, Action.SIGN_IN_LINK_MADE, name)])
            await work.commit()
        return token

    async def is_open_to(self, token: str) -> bool:
        """Whether `sign_in` would accept this token now. Does not use it up, and keeps no writer waiting."""
        if len(token) > LONGEST_TOKEN:
            return False
        name = self._admin_of(await self._links.sign_in_link(credential_digest(token)))
        admin = (await self._snapshots.access()).admins.get(name) if name is not None else None
        return admin is not None and admin.is_active

    async def sign_in(self, token: str, address: str | None = None, *, device: str = "", previous: Session | None = None) -> SignedIn:
        """Starts a session for the admin of the link, and ends the `previous` one of this browser. Of two concurrent calls one succeeds. Raises NotAllowed."""
        if not await self.is_open_to(token):  # anybody may try: only a valid token opens a unit of work
            raise NotAllowed("sign-in-link-invalid")
        async with self._unit_of_work() as work:
            name = self._admin_of(await work.one_time.link(credential_digest(token)))
            admin = await work.accounts.admin(name) if name is not None else None
            if admin is None or not admin.is_active:
                raise NotAllowed("sign-in-link-invalid")
            await work.one_time.delete_link(admin.name)
            signed_in = await start_session(work, admin, self._clock(), address, device=device, previous=previous, means={"by": "link"})
            await work.commit()
        return signed_in

    def _admin_of(self, link: SignInLink | None) -> str | None:
        """The name of the admin, while the link is valid."""
        return link.admin if link is not None and self._clock() < link.expires_at else None
