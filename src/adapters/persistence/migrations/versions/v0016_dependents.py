"""Dependents: who asked which model is active, and how often in each hour."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dependents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("asked", sa.String(130), nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.UniqueConstraint("token", "consumer", "asked", name="one_dependency"),
    )
    op.create_index("ix_dependents_asked", "dependents", ["asked"])
    op.create_index("ix_dependents_last_seen_at", "dependents", ["last_seen_at"])
    op.create_table(
        "dependent_hours",
        sa.Column("dependent", sa.Integer, sa.ForeignKey("dependents.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("hour", MOMENT, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
    )
