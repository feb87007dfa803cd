"""SQL of the stores of live lists and keys: functions on a connection, as in `statements`."""

from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from modeldesk.adapters.persistence import list_rows as rows
from modeldesk.adapters.persistence import list_tables, tables
from modeldesk.adapters.persistence.prepared import AnyConnection, Prepared
from modeldesk.adapters.persistence.statements import upsert
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.values.texts import Slug

_LISTS, _CONTENTS, _KEYS = list_tables.vendor_lists, list_tables.list_contents, tables.provider_keys

_EVERY_LIST, _EVERY_KEY = Prepared(lambda _: select(_LISTS)), Prepared(lambda _: select(_KEYS))


def list_state(connection: Connection, provider: Slug, owner: str | None) -> ListState:
    row = connection.execute(select(_LISTS).where(*_at(_LISTS, provider, owner))).one_or_none()
    return rows.list_state(row) if row is not None else ListState(provider, owner=owner)


def own_list_states(connection: Connection, provider: Slug) -> list[ListState]:
    personal = select(_LISTS).where(_LISTS.c.provider == provider, _LISTS.c.owner != rows.SHARED)
    return [rows.list_state(row) for row in connection.execute(personal)]


def list_states(connection: AnyConnection) -> list[ListState]:
    return [rows.list_state(row) for row in _EVERY_LIST.rows(connection, {})]


def put_list(connection: Connection, value: ListState, content: bytes | None) -> None:
    upsert(connection, _LISTS, rows.list_row(value))
    if content is not None:
        row_key = {"provider": value.provider, "owner": value.owner or rows.SHARED}
        upsert(connection, _CONTENTS, {**row_key, "revision": value.revision, "models": content})


def forget_list(connection: Connection, provider: Slug, owner: str) -> None:
    """Deletes the state; the list is deleted with it."""
    connection.execute(delete(_LISTS).where(*_at(_LISTS, provider, owner)))


def content(connection: Connection, provider: Slug, owner: str | None, revision: int) -> bytes | None:
    contents = select(_CONTENTS.c.models).where(*_at(_CONTENTS, provider, owner), _CONTENTS.c.revision == revision)
    return connection.execute(contents).scalar_one_or_none()


def key(connection: Connection, provider: Slug, owner: str | None) -> StoredKey | None:
    row = connection.execute(select(_KEYS).where(*_at(_KEYS, provider, owner))).one_or_none()
    return rows.key(row) if row is not None else None


def keys(connection: AnyConnection) -> list[StoredKey]:
    return [rows.key(row) for row in _EVERY_KEY.rows(connection, {})]


def keyed_providers(connection: Connection) -> set[Slug]:
    return {Slug(slug) for slug in connection.execute(select(_KEYS.c.provider).distinct()).scalars()}


def put_key(connection: Connection, value: StoredKey) -> None:
    upsert(connection, _KEYS, rows.key_row(value))


def delete_key(connection: Connection, provider: Slug, owner: str | None) -> None:
    connection.execute(delete(_KEYS).where(*_at(_KEYS, provider, owner)))


def suspend_keys(connection: Connection, provider: Slug) -> None:
    connection.execute(update(_KEYS).where(_KEYS.c.provider == provider).values(is_suspended=True))


def _at(table: Table, provider: Slug, owner: str | None) -> tuple[Any, ...]:
    return (table.c.provider == provider, table.c.owner == (owner or rows.SHARED))
