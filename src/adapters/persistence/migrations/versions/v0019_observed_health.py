"""The health of active models as it was observed last."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "observed_health",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("capability", sa.String(64), primary_key=True),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
    )
