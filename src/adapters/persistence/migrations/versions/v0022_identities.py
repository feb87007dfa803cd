"""Identities of admins at identity providers, and what signs in once."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

MOMENT = sa.DateTime(timezone=True)
ADMIN = "admins.name"


def upgrade() -> None:
    op.create_table(
        "admin_identities",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("admin", sa.Text, sa.ForeignKey(ADMIN, ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_admin_identities_admin", "admin_identities", ["admin"])
    op.create_table(
        "used_sign_in_states",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_index("ix_used_sign_in_states_expires_at", "used_sign_in_states", ["expires_at"])
    op.create_table(
        "sign_in_links",
        sa.Column("admin", sa.Text, sa.ForeignKey(ADMIN, ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
