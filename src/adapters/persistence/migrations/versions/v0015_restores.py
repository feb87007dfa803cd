"""Restores: above which version everything new starts since."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "restores",
        sa.Column("versions_above", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
    )
