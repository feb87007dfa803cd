"""Creating the first admin with a set-up token that is shown once, on the machine itself."""

import secrets

from modeldesk.domain.errors import SetupRefused
from modeldesk.domain.model.access.admin import Admin, Role, audit_details
from modeldesk.domain.model.access.admin_names import admin_name
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.session import SignedIn
from modeldesk.domain.model.access.setup_token import TOKEN_LIFETIME, SetupToken
from modeldesk.domain.model.audit import Action, own_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.security import PasswordHasher
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.first_password import first_password_hash
from modeldesk.domain.services.sign_in import start_session


class InitialSetup:
    """Open only while there is no admin."""

    def __init__(
        self, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, hasher: PasswordHasher, clock: Clock, *, has_passwords: bool = True
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._hasher = hasher
        self._clock = clock
        self._has_passwords = has_passwords

    async def new_token(self) -> str | None:
        """A new token of 256 random bits, which replaces the previous one; None where there is an admin."""
        token = secrets.token_urlsafe(32)
        async with self._unit_of_work() as work:
            if await work.accounts.all():
                return None
            await work.setup.put(SetupToken(credential_digest(token), self._clock() + TOKEN_LIFETIME))
            await work.commit()
        return token

    async def is_open_to(self, token: str) -> bool:
        """Whether `make` would accept this token now. Does not use it up."""
        if (await self._snapshots.access()).admins:
            return False  # the usual case; needs no unit of work
        async with self._unit_of_work() as work:
            try:
                await self._require_open(work, token)
            except SetupRefused:
                return False
        return True

    async def make(self, token: str, name: str, password: str | None, address: str | None = None, *, device: str = "") -> SignedIn:
        """Creates the first super admin and signs them in. Of two concurrent calls one succeeds. `password` is None where passwords are disabled.

        Raises SetupRefused, InvalidValue.
        """
        if not await self.is_open_to(token):
            raise SetupRefused
        checked = admin_name(name)
        password_hash = await first_password_hash(self._hasher, password, checked, has_passwords=self._has_passwords)
        async with self._unit_of_work() as work:
            await self._require_open(work, token)
            now = self._clock()
            admin = Admin(checked, Role.SUPER, password_hash, is_active=True, created_at=now)
            await work.accounts.put(admin)
            await work.audit.add([own_entry(checked, address, now, Action.ADMIN_CREATED, after=audit_details(admin))])
            await work.setup.put(None)
            signed_in = await start_session(work, admin, now, address, device=device)
            await work.commit()
        return signed_in

    async def _require_open(self, work: UnitOfWork, token: str) -> None:
        stored = await work.setup.get()
        if stored is None or not stored.accepts(token, self._clock()) or await work.accounts.all():
            raise SetupRefused
