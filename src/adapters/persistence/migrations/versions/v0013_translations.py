"""Providers have texts in further languages."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("providers", sa.Column("translations", sa.Text, nullable=False, server_default="{}"))
