"""Remembered statements make the database that migrations make, and make it out of an empty one alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine

from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.tables import SCHEMA_VERSION
from tests.support.remembered_migrations import remembered_migrations


def migrated(file: Path, *versions: str) -> list[str]:
    """Everything that stands in a database after these migrations, in any order."""
    for version in versions:
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            migrate(connection, version)
        engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        return sorted(connection.iterdump())


def test_an_empty_database_is_as_migrations_make_it(tmp_path: Path) -> None:
    """The first one, from which the statements are taken, and the next one."""
    by_migrations = migrated(tmp_path / "desk.db", SCHEMA_VERSION)
    with remembered_migrations():
        assert [migrated(tmp_path / name, SCHEMA_VERSION) for name in ("first.db", "next.db")] == [by_migrations] * 2


def test_an_older_database_is_migrated(tmp_path: Path) -> None:
    """Step by step: only what creates the whole schema is remembered."""
    by_migrations = migrated(tmp_path / "desk.db", "0008", SCHEMA_VERSION)
    with remembered_migrations():
        migrated(tmp_path / "other.db", SCHEMA_VERSION)
        assert migrated(tmp_path / "older.db", "0008", SCHEMA_VERSION) == by_migrations
