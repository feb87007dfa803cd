"""Uses keep what the last import wrote into fields that were edited since."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("uses", sa.Column("imported_values", sa.Text, nullable=False, server_default="{}"))
