"""Reads of the generation and of the schema in one round trip: the schema is asked each time, since another program may migrate it."""

from typing import cast

from sqlalchemy import Connection, Row, Select, select, true
from sqlalchemy.exc import ProgrammingError

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.schema import require_schema_version
from modeldesk.domain.model.snapshot import Generation

UNDEFINED_TABLE = "42P01"

_VERSION = select(tables.schema.c.version_num)
_GENERATION = select(tables.generations, tables.schema.c.version_num).select_from(tables.generations.join(tables.schema, true()))
_LOCKED = _GENERATION.with_for_update(of=tables.generations)


def require_schema(connection: Connection) -> None:
    """Raises SchemaMismatch."""
    found = _first(connection, _VERSION)
    require_schema_version(found.version_num if found is not None else None)


def lock_generation(connection: Connection) -> Generation:
    """Locks the row that every change raises, so that units of work are serialized as on SQLite. Raises SchemaMismatch."""
    found = _first(connection, _LOCKED)
    require_schema_version(found.version_num if found is not None else None)
    row = cast("Row[tuple[object, ...]]", found)
    return Generation(row.catalogue, row.choices, row.access)


def _first(connection: Connection, statement: Select[tuple[object, ...]]) -> "Row[tuple[object, ...]] | None":
    try:
        return connection.execute(statement).first()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != UNDEFINED_TABLE:
            raise
        return None
