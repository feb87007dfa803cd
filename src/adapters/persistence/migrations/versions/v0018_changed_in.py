"""Slots keep the generation that they were last written in."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("active_models", sa.Column("changed_in", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_active_models_changed_in", "active_models", ["changed_in"])
