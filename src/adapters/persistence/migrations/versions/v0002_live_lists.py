"""Vendors' lists and keys: how each live list stands, the last good one, and sealed keys."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "vendor_lists",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True)),
        sa.Column("clearings", sa.Integer, nullable=False),
        sa.Column("is_cleared", sa.Boolean, nullable=False),
        sa.Column("failure_code", sa.String(64)),
        sa.Column("failure_reason", sa.Text),
        sa.Column("failure_digest", sa.String(32)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("shrunk_digest", sa.String(32)),
        sa.Column("shrunk_count", sa.Integer),
    )
    op.create_table(
        "list_contents",
        sa.Column("provider", sa.String(64), sa.ForeignKey("vendor_lists.provider", ondelete="CASCADE"), primary_key=True),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("models", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "provider_keys",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("is_set_aside", sa.Boolean, nullable=False),
    )
