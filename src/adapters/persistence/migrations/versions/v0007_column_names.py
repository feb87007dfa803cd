"""Columns take the names that the code uses."""

from alembic import op

revision = "0007"
down_revision = "0006"

RENAMED = (
    ("api_tokens", "folded", "name_key"),
    ("vendor_lists", "stamp", "revision"),
    ("vendor_lists", "clearings", "invalidations"),
    ("list_contents", "stamp", "revision"),
    ("provider_keys", "is_set_aside", "is_suspended"),
)


def upgrade() -> None:
    for table, old, new in RENAMED:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
