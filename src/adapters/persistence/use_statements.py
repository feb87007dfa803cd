"""SQL of uses: functions on a connection, the same for both databases."""

from collections.abc import Collection
from typing import Any

from attrs import evolve
from msgspec import json
from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, select, update

from modeldesk.adapters.persistence import rows, statements, tables
from modeldesk.adapters.persistence.prepared import AnyConnection, DriverRow, Prepared
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_texts
from modeldesk.domain.model.use import Use, UseChange, UseName, UseState

NAMES_AT_ONCE = 10_000
"""Databases limit the parameters of a statement."""

_OF_NAME: BindParameter[str] = bindparam("name")
_EVERY_USE = Prepared(lambda _: select(tables.uses))
_USE = select(tables.uses).where(tables.uses.c.name == _OF_NAME)
_LATEST = select(func.max(tables.use_history.c.version)).where(tables.use_history.c.name == _OF_NAME)
_HISTORY = select(tables.use_history).where(tables.use_history.c.name == _OF_NAME).order_by(tables.use_history.c.version)
_LATER = tables.use_history.alias("later")
_DELETIONS = select(tables.use_history).where(
    tables.use_history.c.name.in_(bindparam("names", expanding=True)),
    tables.use_history.c.version == select(func.max(_LATER.c.version)).where(_LATER.c.name == tables.use_history.c.name).scalar_subquery(),
    tables.use_history.c.provider.is_(None),
)
_REMEMBER = update(tables.uses).where(tables.uses.c.name == bindparam("of")).values(imported_values=bindparam("imported_values"))
_DELETE = delete(tables.uses).where(tables.uses.c.name == _OF_NAME)


def use_state(connection: Connection, name: UseName) -> UseState:
    row = connection.execute(_USE, {"name": name}).one_or_none()
    latest = connection.execute(_LATEST, {"name": name}).scalar_one()
    floor = statements.version_floor(connection) if row is None else 0
    return UseState(name, latest or 0, _stored(row) if row is not None else None, floor)


def uses(connection: AnyConnection) -> list[Use]:
    return [_stored(row) for row in _EVERY_USE.rows(connection, {})]


def record_use(connection: Connection, change: UseChange) -> None:
    if change.use is None:
        connection.execute(_DELETE, {"name": change.name})
    else:
        row = {"name": change.name, "version": change.version, "imported_values": _imported(change.use), **_columns(change.use)}
        statements.upsert(connection, tables.uses, row)
    then = {"changed_at": change.changed_at, "changed_by": change.changed_by, "restores": change.restores}
    what = _columns(change.use) if change.use is not None else {}
    connection.execute(insert(tables.use_history), {"name": change.name, "version": change.version, **then, **what})


def remember_imported(connection: Connection, use: Use) -> None:
    connection.execute(_REMEMBER, {"of": use.name, "imported_values": _imported(use)})


def use_history(connection: Connection, name: UseName) -> list[UseChange]:
    return [
        UseChange(name, row.version, _use(row) if row.provider is not None else None, row.changed_at, row.changed_by, row.restores)
        for row in connection.execute(_HISTORY, {"name": name})
    ]


@reads_rows
def use_deletions(connection: Connection, names: Collection[UseName]) -> list[UseChange]:
    """Sorted here: a server's collation may sort hyphens differently."""
    found = (connection.execute(_DELETIONS, {"names": some}) for some in rows.chunks(sorted(names), NAMES_AT_ONCE))
    deletions = [UseChange(row.name, row.version, None, row.changed_at, row.changed_by, row.restores) for part in found for row in part]
    return sorted(deletions, key=lambda deletion: deletion.name)


def _imported(use: Use) -> str:
    return json.encode(use.imported_values).decode()


def _columns(use: Use) -> dict[str, Any]:
    return {
        "description": use.description,
        "provider": use.provider,
        "capability": use.capability,
        "fallbacks": json.encode(use.fallbacks).decode(),
    }


@reads_rows
def _use(row: Row[Any] | DriverRow) -> Use:
    require_texts(row)
    fallbacks = tuple(json.decode(row.fallbacks))
    return Use(row.name, row.capability, row.provider, row.description, fallbacks, row.version)


@reads_rows
def _stored(row: Row[Any] | DriverRow) -> Use:
    imported = json.decode(row.imported_values)
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in imported.items()}
    return evolve(_use(row), imported_values=values)
