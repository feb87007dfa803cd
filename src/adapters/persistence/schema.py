"""The check that a database has the schema of this code."""

from modeldesk.adapters.persistence.tables import SCHEMA_VERSION
from modeldesk.domain.errors import SchemaMismatch


def require_schema_version(found: str | None) -> None:
    """Raises SchemaMismatch for a database without a schema, and for one with an older or newer schema."""
    if found != SCHEMA_VERSION:
        # Migrations are numbered, so that a newer one compares greater.
        raise SchemaMismatch(found, SCHEMA_VERSION, newer=found is not None and found > SCHEMA_VERSION)
