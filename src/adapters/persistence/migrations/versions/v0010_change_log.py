"""The change log of vendors' lists, and the models that the last lists did not have."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "model_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), nullable=False, index=True),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "missing_models",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("model_id", sa.String(200), primary_key=True),
        sa.Column("lists", sa.Integer, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
    )
