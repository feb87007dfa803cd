"""That the vendor rejected a key when it was checked."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("provider_keys", sa.Column("rejected_at", sa.DateTime(timezone=True)))
    op.add_column("provider_keys", sa.Column("rejection_reason", sa.Text))
    op.add_column("provider_keys", sa.Column("rejection_digest", sa.String(32)))
