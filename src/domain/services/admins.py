"""Creating and changing admins."""

from modeldesk.domain.errors import AdminExists, AdminNotFound, InvalidValue
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import (
    Admin,
    AdminChange,
    Role,
    admin_named_alike,
    audit_details,
    invalidates_sessions,
    require_remaining_super_admin,
)
from modeldesk.domain.model.access.admin_names import admin_name, stored_admin_name
from modeldesk.domain.model.access.password_policy import checked_password
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.security import PasswordHasher
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import existing_admin, require_active_actor
from modeldesk.domain.services.first_password import first_password_hash


class Admins:
    """Admins as super admins and the command line manage them."""

    def __init__(self, unit_of_work: OpenUnitOfWork, hasher: PasswordHasher, clock: Clock, *, has_passwords: bool = True) -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._clock = clock
        self._has_passwords = has_passwords

    async def create(self, name: str, password: str | None, role: Role, actor: Actor = CLI_ACTOR) -> Admin:
        """A new admin. `password` is None where passwords are disabled. Raises InvalidValue, AdminExists, NotAllowed."""
        actor.require(Right.ACCOUNTS)
        checked = admin_name(name)
        password_hash = await first_password_hash(self._hasher, password, checked, has_passwords=self._has_passwords)
        admin = Admin(checked, role, password_hash, is_active=True, created_at=self._clock())
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            if (taken := admin_named_alike(checked, await work.accounts.all())) is not None:
                raise AdminExists(taken.name)
            await work.accounts.put(admin)
            await work.audit.add([audit_entry(actor, admin.created_at, Action.ADMIN_CREATED, checked, after=audit_details(admin))])
            await work.setup.put(None)  # an unused set-up token would stay valid
            await work.commit()
        return admin

    async def change(self, name: str, change: AdminChange, actor: Actor = CLI_ACTOR) -> tuple[Admin, Admin]:
        """The admin before and after. A new role, a new password and being disabled end all of the admin's sessions.

        Raises InvalidValue, AdminNotFound, LastSuperAdmin, NotAllowed.
        """
        actor.require(Right.ACCOUNTS)
        password_hash = None
        if change.password is not None:
            password_hash = await self._hasher.hash(checked_password(change.password, name))
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            before = await _existing(work, name)
            after = change.applied(before, password_hash)
            if after != before:
                require_remaining_super_admin(await work.accounts.all(), after)
                await work.accounts.put(after)
                was, became = audit_details(before), audit_details(after, is_new_password=change.password is not None)
                await work.audit.add([audit_entry(actor, self._clock(), Action.ADMIN_CHANGED, after.name, before=was, after=became)])
                if invalidates_sessions(before, after):
                    await work.sessions.end_all(after.name)
                await work.commit()
        return before, after

    async def change_password(self, name: str, password: str) -> None:
        """Sets a new password and ends all of the admin's sessions. Raises InvalidValue, AdminNotFound."""
        await self.change(name, AdminChange(password=password))

    async def set_active(self, name: str, is_active: bool) -> bool:
        """Enables or disables an admin; disabling ends all of their sessions. Returns whether anything changed.

        Raises AdminNotFound, LastSuperAdmin.
        """
        before, after = await self.change(name, AdminChange(is_active=is_active))
        return before != after

    async def set_role(self, name: str, role: Role) -> bool:
        """Sets the role and ends all of the admin's sessions. Returns whether anything changed. Raises AdminNotFound, LastSuperAdmin."""
        before, after = await self.change(name, AdminChange(role=role))
        return before != after


async def _existing(work: UnitOfWork, name: str) -> Admin:
    try:
        return await existing_admin(work, stored_admin_name(name))
    except InvalidValue:
        raise AdminNotFound(name) from None
