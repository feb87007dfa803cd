"""Migrating a database to the current schema."""

from pathlib import Path

from sqlalchemy import Connection

from modeldesk.adapters.persistence import statements, tables
from modeldesk.adapters.persistence.schema import require_schema_version


def migrate(connection: Connection, to: str = tables.SCHEMA_VERSION) -> None:
    """Migrates to a version: the current one unless another is named. Raises SchemaMismatch for a database of a later version."""
    found = statements.schema_version(connection)
    if found is not None and found > tables.SCHEMA_VERSION:
        require_schema_version(found)
    from alembic import command  # noqa: PLC0415 - takes a while to import, and a database is seldom migrated
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
