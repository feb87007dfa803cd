"""Admins, their roles, and changes to them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import Enum

from attrs import evolve, field

from modeldesk.domain.errors import LastSuperAdmin
from modeldesk.domain.model.access.admin_names import admin_name_key
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.records import frozen


class Role(Enum):
    """`super` does everything; `normal` reads, browses, selects and deselects."""

    SUPER = "super"
    NORMAL = "normal"


@frozen
class Admin:
    """A person who may sign in. `password_hash` is empty for an admin without a password, who signs in by an identity provider."""

    name: SingleLineText
    role: Role
    password_hash: str = field(repr=False)
    is_active: bool
    created_at: datetime

    @property
    def is_super(self) -> bool:
        return self.is_active and self.role is Role.SUPER

    def with_password(self, password_hash: str) -> "Admin":
        return evolve(self, password_hash=password_hash)


@frozen
class AdminChange:
    """A change to an admin. None keeps the current value."""

    role: Role | None = None
    is_active: bool | None = None
    password: str | None = field(default=None, repr=False)

    def applied(self, admin: Admin, password_hash: str | None) -> Admin:
        """The changed admin. `password_hash` is the hash of the new password, if there is one."""
        return evolve(
            admin,
            role=self.role or admin.role,
            is_active=admin.is_active if self.is_active is None else self.is_active,
            password_hash=password_hash or admin.password_hash,
        )


def admin_named_alike(name: str, admins: Iterable[Admin]) -> Admin | None:
    """The admin whose name is the same but for what nobody sees, if there is one."""
    key = admin_name_key(name)
    return next((admin for admin in admins if admin_name_key(admin.name) == key), None)


def invalidates_sessions(before: Admin, after: Admin) -> bool:
    """Whether the change ends the admin's sessions: a new role, a new password, or disabling. Enabling ends none."""
    return before.role is not after.role or before.password_hash != after.password_hash or (before.is_active and not after.is_active)


def require_remaining_super_admin(admins: Collection[Admin], after: Admin) -> None:
    """Raises LastSuperAdmin if the change to `after` would leave no active super admin among `admins`."""
    super_admins = [admin.name for admin in admins if admin.is_super]
    if super_admins == [after.name] and not after.is_super:
        raise LastSuperAdmin(after.name)


def audit_details(admin: Admin, *, is_new_password: bool = False) -> dict[str, object]:
    """The fields of an admin for the audit log. It records that a password changed, never the password."""
    details: dict[str, object] = {"role": admin.role.value, "is_active": admin.is_active}
    return {**details, "password": "changed"} if is_new_password else details
