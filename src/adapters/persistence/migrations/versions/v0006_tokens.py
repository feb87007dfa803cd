"""API tokens: what is kept of them, and when they were used last."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False, unique=True),
        sa.Column("owner", sa.Text, sa.ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hint", sa.String(4), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
