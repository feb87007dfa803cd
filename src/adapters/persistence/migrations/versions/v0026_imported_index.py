"""On SQLite, a covering index for the entries that imports have written."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        columns, imported = ["slug", "display_name", "entry_digest"], sa.text("entry_digest IS NOT NULL")
        op.create_index("ix_providers_imported", "providers", columns, sqlite_where=imported)
