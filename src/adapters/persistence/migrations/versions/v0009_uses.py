"""Uses, and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "uses",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), nullable=False),
        sa.Column("capability", sa.String(64), nullable=False),
        sa.Column("fallbacks", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("version >= 1", name="counted_from_one"),
    )
    op.create_table(
        "use_history",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("description", sa.Text),
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT")),
        sa.Column("capability", sa.String(64)),
        sa.Column("fallbacks", sa.Text),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("restores", sa.Integer),
        sa.CheckConstraint("version >= 1", name="counted_from_one"),
        sa.CheckConstraint("(provider IS NULL) = (capability IS NULL)", name="use_whole_or_none"),
    )
