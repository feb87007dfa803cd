"""Reads of the generation and of the schema in one round trip: the schema is asked each time, since another program may migrate it."""

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import ProgrammingError

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.schema import require_schema_version
from modeldesk.domain.model.snapshot import Generation

UNDEFINED_TABLE = "42P01"

GENERATION = "SELECT catalogue, choices, access, version_num FROM generations, alembic_version"
"""For the bare driver, whose way to one row is many times as short as SQLAlchemy's."""

CHANNEL = "modeldesk_changed"
"""On which each commit that raises a generation is announced: other processes may look at once."""

_VERSION = select(tables.schema.c.version_num)


def require_schema(connection: Connection) -> None:
    """Raises SchemaMismatch."""
    try:
        found = connection.execute(_VERSION).scalar()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != UNDEFINED_TABLE:
            raise
        found = None
    require_schema_version(found)


def checked_generation(row: Any) -> Generation:
    """From a row of the driver, None where there is none. Raises SchemaMismatch."""
    require_schema_version(row["version_num"] if row is not None else None)
    return Generation(row["catalogue"], row["choices"], row["access"])
