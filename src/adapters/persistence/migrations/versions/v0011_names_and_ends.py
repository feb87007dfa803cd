"""Names of admins have a key that is unique, and API tokens the time of their recorded end.

Admins of older versions may have names with one key. The first of them gets it; the others keep their names without a key.
"""

import sqlalchemy as sa
from alembic import op

from modeldesk.domain.model.access.admin_names import admin_name_key

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("admins", sa.Column("name_key", sa.Text))
    connection, given = op.get_bind(), set[str]()
    for (name,) in connection.execute(sa.text("SELECT name FROM admins ORDER BY created_at, name")).all():
        key = admin_name_key(name)
        if key not in given:
            given.add(key)
            connection.execute(sa.text("UPDATE admins SET name_key = :key WHERE name = :name"), {"key": key, "name": name})
    op.create_index("admins_name_key", "admins", ["name_key"], unique=True)
