"""Admins, their roles, and what may be changed of them."""

from collections.abc import Collection
from datetime import datetime
from enum import Enum

from attrs import evolve, frozen

from modeldesk.domain.errors import InvalidValue, LastSuperAdmin
from modeldesk.domain.model.values.texts import SingleLineText, addressed_name

LONGEST_ADMIN_NAME = 64


class Role(Enum):
    """`super` does everything; `normal` reads, browses, selects and deselects."""

    SUPER = "super"
    NORMAL = "normal"


@frozen
class Admin:
    """Somebody who may sign in."""

    name: SingleLineText
    role: Role
    password_hash: str
    is_active: bool
    created_at: datetime

    def __repr__(self) -> str:
        return f"Admin({self.name!r}, {self.role.value})"

    @property
    def is_super(self) -> bool:
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


def invalidates_sessions(before: Admin, after: Admin) -> bool:
    """Whoever signed in did so under another role or another password, or may not any more. Being let in again ends none."""
    return before.role is not after.role or before.password_hash != after.password_hash or (before.is_active and not after.is_active)


def must_leave_a_super_admin(admins: Collection[Admin], after: Admin) -> None:
    """Raises LastSuperAdmin where, of all these, only the one that is now to be `after` may do everything, and then nobody could."""
    able = [admin.name for admin in admins if admin.is_super]
    if able == [after.name] and not after.is_super:
        raise LastSuperAdmin(after.name)


def admin_name(text: str) -> SingleLineText:
    """A name to sign in with. Raises InvalidValue."""
    name = addressed_name(text, LONGEST_ADMIN_NAME)
    if name.casefold() == OPERATOR:
        raise InvalidValue(f"the name {OPERATOR!r} stands for the command line")
    return name


def audit_details(admin: Admin, *, is_new_password: bool = False) -> dict[str, object]:
    """What the audit trail tells of an admin; of a password no more than that it is another one."""
    standing: dict[str, object] = {"role": admin.role.value, "is_active": admin.is_active}
    return {**standing, "password": "changed"} if is_new_password else standing


OPERATOR = "cli"
"""The name under which the command line acts; no admin may bear it."""
