"""Providers have a version, which counts their changes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("providers", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
