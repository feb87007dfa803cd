"""Admins, their roles, and what may be changed of them."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from modeldesk.domain.errors import AdminExists, AdminNotFound, LastSuperAdmin, NotAllowed, RuleBroken, SignedOut
from modeldesk.domain.model.access.password_policy import checked_password, composed
from modeldesk.domain.model.audit import OPERATOR, Action, deed
from modeldesk.domain.model.values.texts import Line, addressed_name

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.model.keys.provider_key import Asker
    from modeldesk.domain.ports.unit_of_work import Clock, OpenUnitOfWork, PasswordHasher, UnitOfWork

LONGEST_ADMIN_NAME = 64


class Role(Enum):
    """`super` does everything; `normal` reads, browses, selects and deselects."""

    SUPER = "super"
    NORMAL = "normal"


@frozen
class Admin:
    """Somebody who may sign in."""

    name: Line
    role: Role
    password_hash: str
    is_active: bool
    created_at: datetime

    def __repr__(self) -> str:
        return f"Admin({self.name!r}, {self.role.value})"

    @property
    def may_do_everything(self) -> bool:
        return self.is_active and self.role is Role.SUPER

    def with_password(self, password_hash: str) -> "Admin":
        return evolve(self, password_hash=password_hash)


@frozen
class AdminChange:
    """What is to become of an admin; None leaves it as it is."""

    role: Role | None = None
    is_active: bool | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"AdminChange({self.role}, {self.is_active})"

    def applied(self, admin: Admin, password_hash: str | None) -> Admin:
        """`password_hash` is that of the new password, where there is one."""
        return evolve(
            admin,
            role=self.role or admin.role,
            is_active=admin.is_active if self.is_active is None else self.is_active,
            password_hash=password_hash or admin.password_hash,
        )


def ends_sessions(before: Admin, after: Admin) -> bool:
    """Whoever signed in did so under another role or another password, or may not any more. Being let in again ends none."""
    return before.role is not after.role or before.password_hash != after.password_hash or (before.is_active and not after.is_active)


def must_leave_a_super_admin(admins: Collection[Admin], after: Admin) -> None:
    """Raises LastSuperAdmin where, of all these, only the one that is now to be `after` may do everything, and then nobody could."""
    able = [admin.name for admin in admins if admin.may_do_everything]
    if able == [after.name] and not after.may_do_everything:
        raise LastSuperAdmin(after.name)


def admin_name(text: str) -> Line:
    """A name to sign in with. Raises RuleBroken."""
    name = addressed_name(text, LONGEST_ADMIN_NAME)
    if name.casefold() == OPERATOR:
        raise RuleBroken(f"the name {OPERATOR!r} stands for the command line")
    return name


class AdminAccounts:
    """Making and changing admins. `asker` None is the command line, which stands at the machine itself."""

    def __init__(self, unit_of_work: "OpenUnitOfWork", hasher: "PasswordHasher", clock: "Clock") -> None:
        self._unit_of_work = unit_of_work
        self._hasher = hasher
        self._clock = clock

    async def create(self, name: str, password: str, role: Role, asker: "Asker | None" = None) -> Admin:
        """A new admin. Raises RuleBroken, AdminExists, NotAllowed."""
        must_administer(asker)
        checked = admin_name(name)
        password_hash = await self._hasher.hash(checked_password(password, checked))
        admin = Admin(checked, role, password_hash, is_active=True, created_at=self._clock())
        async with self._unit_of_work() as work:
            await must_still_administer(work, asker)
            if await work.accounts.admin(checked) is not None:
                raise AdminExists(checked)
            await work.accounts.put(admin)
            await work.audit.add([deed(asker, admin.created_at, Action.ADMIN_CREATED, checked, after=standing_of(admin))])
            await work.set_up.put(None)  # nobody needs the set-up token any more, and nobody shall find it
            await work.commit()
        return admin

    async def change(self, name: str, change: AdminChange, asker: "Asker | None" = None) -> tuple[Admin, Admin]:
        """The admin before and after. Another role, another password and being disabled end every session of theirs, everywhere.

        Raises RuleBroken, AdminNotFound, LastSuperAdmin, NotAllowed.
        """
        must_administer(asker)
        password_hash = None
        if change.password is not None:
            password_hash = await self._hasher.hash(checked_password(change.password, name))
        async with self._unit_of_work() as work:
            await must_still_administer(work, asker)
            before = await _existing(work, name)
            after = change.applied(before, password_hash)
            if after != before:
                must_leave_a_super_admin(await work.accounts.all(), after)
                await work.accounts.put(after)
                told = standing_of(before), standing_of(after, is_new_password=change.password is not None)
                await work.audit.add([deed(asker, self._clock(), Action.ADMIN_CHANGED, after.name, before=told[0], after=told[1])])
                if ends_sessions(before, after):
                    await work.sessions.end_all(after.name)
                await work.commit()
        return before, after

    async def change_password(self, name: str, password: str) -> None:
        """A new password; every session of that admin ends. Raises RuleBroken, AdminNotFound."""
        await self.change(name, AdminChange(password=password))

    async def set_active(self, name: str, is_active: bool) -> bool:
        """Lets an admin sign in again, or not and ends every session of theirs. True if that was a change.

        Raises AdminNotFound, LastSuperAdmin.
        """
        before, after = await self.change(name, AdminChange(is_active=is_active))
        return before != after

    async def set_role(self, name: str, role: Role) -> bool:
        """Another role; every session of that admin ends. True if that was a change. Raises AdminNotFound, LastSuperAdmin."""
        before, after = await self.change(name, AdminChange(role=role))
        return before != after


def standing_of(admin: Admin, *, is_new_password: bool = False) -> dict[str, object]:
    """What the audit trail tells of an admin; of a password no more than that it is another one."""
    standing: dict[str, object] = {"role": admin.role.value, "is_active": admin.is_active}
    return {**standing, "password": "changed"} if is_new_password else standing


def must_administer(asker: "Asker | None") -> None:
    """Raises NotAllowed for a normal admin, and for every token: one that leaked must not be able to make itself stay."""
    if asker is not None and (asker.role is not Role.SUPER or asker.token is not None):
        raise NotAllowed("only super admins may see and change who may sign in")


async def must_still_administer(work: "UnitOfWork", asker: "Asker | None") -> None:
    """As things stand in this unit of work: who was demoted, disabled or signed out while the request was under way does nothing more.

    Raises NotAllowed, SignedOut.
    """
    if asker is None:
        return
    admin = await work.accounts.admin(asker.name)
    if admin is None or not admin.may_do_everything:
        raise NotAllowed("only super admins may see and change who may sign in")
    await _must_still_have_entry(work, asker)


async def _existing(work: "UnitOfWork", name: str) -> Admin:
    admin = await work.accounts.admin(composed(name))
    if admin is None:
        raise AdminNotFound(name)
    return admin


async def must_still_act(work: "UnitOfWork", asker: "Asker") -> "Asker":
    """As things stand in this unit of work: who was switched off or signed out, or whose token was revoked, while the request was under way
    changes nothing more. Gives back who asks, with the role that they have now.

    Raises NotAllowed, SignedOut.
    """
    admin = await work.accounts.admin(asker.name)
    if admin is not None and not admin.is_active:
        raise NotAllowed(f"{asker.name!r} is switched off")
    await _must_still_have_entry(work, asker)
    return asker.as_known(admin)


async def _must_still_have_entry(work: "UnitOfWork", asker: "Asker") -> None:
    """The session or token that let them in stands where it stood: a new password and another role end sessions, too. Raises SignedOut."""
    if asker.entry is None:  # the command line came in by no door of ours
        return
    stands = await (work.sessions.is_there(asker.entry) if asker.token is None else work.tokens.is_there(asker.entry))
    if not stands:
        raise SignedOut()
