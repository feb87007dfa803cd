"""The program and system that a session was started with."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("device", sa.Text, nullable=False, server_default=""))
