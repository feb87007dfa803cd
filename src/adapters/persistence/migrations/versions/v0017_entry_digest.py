"""Providers keep the digest of the entry that an import wrote them from."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("providers", sa.Column("entry_digest", sa.String(64)))
