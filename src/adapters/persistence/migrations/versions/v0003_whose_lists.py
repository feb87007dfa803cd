"""Lists have owners: everybody's, as they were, and those that were read with an admin's own key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HEADS = (
    "provider, digest, stamp, count, fetched_at, clearings, is_cleared, failure_code, failure_reason, failure_digest, failed_at, "
    "shrunk_digest, shrunk_count"
)


def upgrade() -> None:
    # A primary key cannot be widened in SQLite: both tables are made anew, and what they held goes over.
    op.create_table(
        "vendor_lists_owned",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("owner", sa.Text, primary_key=True),
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
        sa.Column("asked_at", sa.DateTime(timezone=True)),
    )
    op.execute(f"INSERT INTO vendor_lists_owned ({HEADS}, owner) SELECT {HEADS}, '' FROM vendor_lists")  # noqa: S608 - columns of ours
    op.create_table(
        "list_contents_owned",
        sa.Column("provider", sa.String(64), primary_key=True),
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("stamp", sa.BigInteger, nullable=False),
        sa.Column("models", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["provider", "owner"], ["vendor_lists_owned.provider", "vendor_lists_owned.owner"], ondelete="CASCADE"),
    )
    op.execute("INSERT INTO list_contents_owned (provider, owner, stamp, models) SELECT provider, '', stamp, models FROM list_contents")
    op.drop_table("list_contents")
    op.drop_table("vendor_lists")
    # The foreign key follows the new name, in both databases.
    op.rename_table("vendor_lists_owned", "vendor_lists")
    op.rename_table("list_contents_owned", "list_contents")
