"""Providers keep the generation that they were last written in."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("providers", sa.Column("changed_in", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_providers_changed_in", "providers", ["changed_in"])
