"""The generation that a connection to the embedded database sees."""

import sqlite3
from contextlib import suppress

from modeldesk.adapters.persistence.tables import SCHEMA_VERSION
from modeldesk.domain.model.snapshot import Generation

GENERATION = "SELECT catalogue, choices, access FROM generations, alembic_version WHERE version_num = ?"
"""No row where the schema is another one."""


def generation_of(driver: sqlite3.Connection) -> Generation | None:
    """None where the schema is another one, there is none, or a number is none. Raises sqlite3.Error other than operational ones."""
    with suppress(sqlite3.OperationalError):  # no such table
        if found := driver.execute(GENERATION, (SCHEMA_VERSION,)).fetchone():
            return Generation(*found) if {*map(type, found)} == {int} else None
    return None
