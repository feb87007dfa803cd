"""A command that only looks must not wait for what it does not use."""

import subprocess
import sys
from pathlib import Path

from tests.support.stores import upgraded

PROGRAM = """
import asyncio, sys
from modeldesk.adapters.persistence.store import SqlStore
desk = SqlStore("sqlite:///" + sys.argv[1])
print(*sorted(sys.modules))
asyncio.run(desk.current())
print(*sorted(sys.modules))
"""
HEAVY = ("alembic", "asyncpg", "greenlet", "mako", "sqlalchemy.orm", "sqlalchemy.ext", "sqlalchemy.dialects.postgresql")


def heavy_ones(names: str) -> list[str]:
    return [name for name in names.split() if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)]


def test_an_embedded_desk_starts_lean(tmp_path: Path) -> None:
    """Neither migrations nor the ORM nor PostgreSQL's driver are imported, also where a database is read."""
    upgraded(tmp_path / "desk.db")
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path / "desk.db")], capture_output=True, text=True, check=True)
    made, read = done.stdout.splitlines()
    assert "modeldesk.adapters.persistence.store" in made.split()
    assert heavy_ones(made) == []
    assert heavy_ones(read) == []
