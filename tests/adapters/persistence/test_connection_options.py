"""The parameters of a PostgreSQL URL, as the driver takes them."""

import ssl
from pathlib import Path

import pytest
from sqlalchemy import make_url

from modeldesk.adapters.persistence.postgresql.connection_options import ConnectionOptions, connection_options
from modeldesk.adapters.persistence.store import SqlStore
from tests.support.certificates import Certificates


def options(parameters: str) -> ConnectionOptions:
    return connection_options(make_url(f"postgresql+asyncpg://desk@host/name?{parameters}"))


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require"])
def test_a_mode_that_verifies_nothing_is_the_drivers(mode: str) -> None:
    """It knows them by the names of libpq."""
    assert options(f"sslmode={mode}").arguments == {"ssl": mode}


@pytest.mark.parametrize(("mode", "checks_name"), [("verify-ca", False), ("verify-full", True)])
def test_a_mode_that_verifies_needs_no_file(mode: str, checks_name: bool) -> None:
    """The system's authorities are trusted."""
    context = options(f"sslmode={mode}").arguments["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, checks_name)


@pytest.mark.parametrize("parameters", ["", "sslmode=require&"])
def test_a_file_of_authorities_is_for_verifying(tmp_path: Path, parameters: str) -> None:
    """As libpq has it."""
    Certificates(tmp_path)
    context = options(f"{parameters}sslrootcert={tmp_path / 'authority.pem'}").arguments["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, False)
    assert len(context.get_ca_certs()) == 1


def test_the_others_go_where_they_belong() -> None:
    """To the session and to the connection; what is not ours stays in the URL."""
    found = options("application_name=desk&connect_timeout=7&host=/tmp/socket")
    assert (found.session, found.arguments) == ({"application_name": "desk"}, {"timeout": 7.0})
    assert dict(found.url.query) == {"host": "/tmp/socket"}


async def test_a_real_server_takes_them(postgres_database: str) -> None:
    """It knows the program by its name, and is asked without encryption."""
    url = make_url(postgres_database).update_query_dict({"application_name": "desk one", "connect_timeout": "7", "sslmode": "disable"})
    store = SqlStore(url.render_as_string(hide_password=False))
    try:
        name = await store.database.read_any(lambda connection: connection.exec_driver_sql("SHOW application_name").scalar_one())  # type: ignore[attr-defined] # both databases have it
        assert name == "desk one"
    finally:
        await store.close()


async def test_the_address_of_a_server_is_written_once() -> None:
    """Each transaction names it in its errors, and formatting it takes longer than a statement."""
    store = SqlStore("postgresql://desk:secret@host/name?password=other")
    assert store.database.location == "postgresql://desk:***@host/name"
    assert store.database.location is store.database.location
    await store.close()
