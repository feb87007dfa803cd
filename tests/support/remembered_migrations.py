"""Commands of the tests create databases by the statements that Alembic computed the first time: computing them takes ten times as long as executing them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event

Statement = tuple[str, Any]

_UPGRADE = command.upgrade
_REMEMBERED = dict[str, list[Statement]]()
"""All that changes an empty SQLite database to a version."""


@contextmanager
def remembered_migrations() -> Iterator[None]:
    """For the commands of this block. A database that has something already is migrated as by the program."""
    before, command.upgrade = command.upgrade, _upgrade
    try:
        yield
    finally:
        command.upgrade = before


def _upgrade(config: Config, to: str) -> None:
    connection: Connection = config.attributes["connection"]
    if connection.dialect.name != "sqlite" or connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
        _UPGRADE(config, to)
    elif to not in _REMEMBERED:
        _REMEMBERED[to] = _upgraded(config, to, connection)
    else:
        for statement, parameters in _REMEMBERED[to]:
            connection.exec_driver_sql(statement, parameters)


def _upgraded(config: Config, to: str, connection: Connection) -> list[Statement]:
    """Migrates, and returns the statements that changed something."""
    statements: list[Statement] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if not statement.startswith(("SELECT", "PRAGMA")):
            statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    _UPGRADE(config, to)
    event.remove(connection, "before_cursor_execute", note)
    return statements
