"""The difference between a database and the backup that replaces it, as far as somebody must know of it."""

import sqlite3
from typing import TypeAlias

from modeldesk.domain.model.access.revived import Revived

Rows: TypeAlias = set[tuple[str, ...]]


def revived(before: sqlite3.Connection, after: sqlite3.Connection) -> Revived:
    """The difference of what was replaced and what replaces it."""
    admins = _new(before, after, "admins", "name", "is_active")
    supers = _new(before, after, "admins", "name", "is_active AND role = 'super'") - admins
    passwords = _new(before, after, "admins", "name, password_hash", "is_active AND password_hash <> ''")
    identities = _new(before, after, "admin_identities", "admin, issuer, subject", "admin IN (SELECT name FROM admins WHERE is_active)")
    receivers = {url.partition("?")[0] for (url,) in _found(after, "webhooks", "url", "is_active")}
    receivers -= {url.partition("?")[0] for (url,) in _found(before, "webhooks", "url", "is_active")}
    return Revived(
        [name for (name,) in sorted(admins)],
        [name for (name,) in sorted(supers)],
        [name for name, _ in sorted(passwords) if (name,) not in admins],
        [(admin, issuer, subject) for admin, issuer, subject in sorted(identities)],
        sorted(receivers),
    )


def _new(before: sqlite3.Connection, after: sqlite3.Connection, table: str, columns: str, condition: str) -> Rows:
    return _found(after, table, columns, condition) - _found(before, table, columns, condition)


def _found(driver: sqlite3.Connection, table: str, columns: str, condition: str) -> Rows:
    """Nothing where there is no such table: the database that is replaced may be older, or empty."""
    has_table = driver.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    if has_table is None:
        return set()
    return set(driver.execute(f"SELECT {columns} FROM {table} WHERE {condition}"))  # noqa: S608 - columns of ours
