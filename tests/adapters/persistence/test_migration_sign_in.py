"""The migration to sign-in: what an older database holds goes on, but for its sessions, which end."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.admin import Role
from tests.support.stores import upgraded

BACK_TO_0003 = """
ALTER TABLE vendor_lists RENAME COLUMN revision TO stamp; ALTER TABLE vendor_lists RENAME COLUMN invalidations TO clearings;
ALTER TABLE list_contents RENAME COLUMN revision TO stamp; ALTER TABLE provider_keys RENAME COLUMN is_suspended TO is_set_aside;
DROP TABLE api_tokens; DROP TABLE sessions; DROP TABLE sign_in_attempts; DROP TABLE set_up_token; DROP TABLE audit_trail;
ALTER TABLE slot_history DROP COLUMN restores; ALTER TABLE providers DROP COLUMN version;
CREATE TABLE sessions (
    digest VARCHAR(64) PRIMARY KEY, admin TEXT NOT NULL REFERENCES admins (name) ON DELETE CASCADE,
    csrf_token TEXT NOT NULL, created_at DATETIME NOT NULL, expires_at DATETIME NOT NULL
);
CREATE INDEX ix_sessions_admin ON sessions (admin);
UPDATE alembic_version SET version_num = '0003';
"""
SARA = """
INSERT INTO admins VALUES ('sara', 'super', 'a hash', 1, '2026-11-24 12:00:00');
INSERT INTO sessions VALUES ('d', 'sara', 'token', '2026-11-24 12:00:00', '2099-11-24 12:00:00');
"""


@pytest.mark.parametrize("somebody", [True, False])
def test_an_older_database_goes_on_without_its_sessions(tmp_path: Path, somebody: bool) -> None:
    """Admins stay; a server that runs already notices, as the number of the access part is raised where there was anybody."""
    url = upgraded(tmp_path / "desk.db")
    connection = sqlite3.connect(tmp_path / "desk.db")
    connection.executescript(BACK_TO_0003 + (SARA if somebody else ""))
    connection.close()

    async def story() -> None:
        desk = SqlStore(url)
        assert await desk.operations.upgrade() == ("0003", tables.SCHEMA_VERSION)
        now = await desk.current()
        assert {name: admin.role for name, admin in now.access.admins.items()} == ({"sara": Role.SUPER} if somebody else {})
        assert (now.access.sessions, now.generation.access) == ({}, int(somebody))
        assert await desk.operations.check() == []
        await desk.close()

    asyncio.run(story())
