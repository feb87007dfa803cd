"""One-time links that sign an admin in, made on the machine itself: for the hour in which the identity provider is down."""

import secrets

from modeldesk.domain.errors import AdminNotFound, NotAllowed
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import SignedIn
from modeldesk.domain.model.access.setup_token import LONGEST_TOKEN, token_digest
from modeldesk.domain.model.access.sign_in_link import LINK_LIFETIME, SignInLink
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.sign_in import start_session


class SignInLinks:
    """Makes and accepts links. They need neither a password nor an identity provider."""

    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def make(self, name: str, actor: Actor = CLI_ACTOR) -> str:
        """A token of 256 random bits, which replaces the admin's previous one.

        Raises AdminNotFound, and NotAllowed for a disabled admin or an actor without the right.
        """
        token = secrets.token_urlsafe(32)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            admin = await work.accounts.admin(name)
            if admin is None:
                raise AdminNotFound(name)
            if not admin.is_active:
                raise NotAllowed("admin-disabled", admin=name)
            now = self._clock()
            await work.one_time.put_link(SignInLink(token_digest(token), name, now + LINK_LIFETIME))
            await work.audit.add([audit_entry(actor, now, Action.SIGN_IN_LINK_MADE, name)])
            await work.commit()
        return token

    async def is_open_to(self, token: str) -> bool:
        """Whether `sign_in` would accept this token now. Does not use it up."""
        async with self._unit_of_work() as work:
            return await self._admin_of(work, token) is not None

    async def sign_in(self, token: str, address: str | None = None) -> SignedIn:
        """Starts a session for the admin of the link. Of two concurrent calls one succeeds. Raises NotAllowed."""
        async with self._unit_of_work() as work:
            admin = await self._admin_of(work, token)
            if admin is None:
                raise NotAllowed("sign-in-link-invalid")
            await work.one_time.delete_link(admin.name)
            signed_in = await start_session(work, admin, self._clock(), address, {"by": "link"})
            await work.commit()
        return signed_in

    async def _admin_of(self, work: UnitOfWork, token: str) -> Admin | None:
        if len(token) > LONGEST_TOKEN:
            return None
        link = await work.one_time.link(token_digest(token))
        if link is None or self._clock() >= link.expires_at:
            return None
        admin = await work.accounts.admin(link.admin)
        return admin if admin is not None and admin.is_active else None
