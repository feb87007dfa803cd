"""The migration to sign-in: what an older database holds goes on, but for its sessions, which end."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.admin import Role
from tests.support.stores import of_version

SARA = """
INSERT INTO admins VALUES ('sara', 'super', 'a hash', 1, '2026-11-24 12:00:00');
INSERT INTO sessions VALUES ('d', 'sara', 'token', '2026-11-24 12:00:00', '2099-11-24 12:00:00');
"""


@pytest.mark.parametrize("somebody", [True, False])
def test_an_older_database_goes_on_without_its_sessions(tmp_path: Path, somebody: bool) -> None:
    """Admins stay; a server that runs already notices, as the number of the access part is raised where there was anybody."""
    file = tmp_path / "desk.db"
    of_version(file, "0003")
    connection = sqlite3.connect(file)
    connection.executescript(SARA if somebody else "")
    connection.close()

    async def story() -> None:
        store = SqlStore(f"sqlite:///{file}")
        assert await store.operations.upgrade() == ("0003", tables.SCHEMA_VERSION)
        now = await store.current()
        assert {name: admin.role for name, admin in now.access.admins.items()} == ({"sara": Role.SUPER} if somebody else {})
        assert (now.access.sessions, now.generation.access) == ({}, int(somebody))
        assert await store.operations.check() == []
        await store.close()

    asyncio.run(story())
