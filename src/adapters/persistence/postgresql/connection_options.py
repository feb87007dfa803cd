"""The parameters of a PostgreSQL URL as the driver takes them. asyncpg knows those of libpq in its own URLs alone, which SQLAlchemy does not use."""

import ssl
from typing import Any

from msgspec import Struct
from sqlalchemy import URL

OURS = ("sslmode", "sslrootcert", "application_name", "connect_timeout")
VERIFYING = ("verify-ca", "verify-full")


class ConnectionOptions(Struct, frozen=True):
    """The URL without these parameters, arguments of `asyncpg.connect`, and settings of the session."""

    url: URL
    arguments: dict[str, Any] = {}
    session: dict[str, str] = {}


def connection_options(url: URL) -> ConnectionOptions:
    """Raises OSError for a file of certificates that cannot be read."""
    given = {name: str(url.query[name]) for name in OURS if name in url.query}
    arguments = dict[str, Any]()
    if (encryption := _encryption(given.get("sslmode"), given.get("sslrootcert"))) is not None:
        arguments["ssl"] = encryption
    if "connect_timeout" in given:
        arguments["timeout"] = float(given["connect_timeout"])
    session = {"application_name": given["application_name"]} if "application_name" in given else {}
    return ConnectionOptions(url.difference_update_query(OURS), arguments, session)


def _encryption(mode: str | None, authorities: str | None) -> ssl.SSLContext | str | None:
    """As libpq has it: with a file of authorities `require` verifies the certificate, too. Without one, the system's are trusted."""
    if mode not in VERIFYING and not (authorities and mode in (None, "require")):
        return mode
    context = ssl.create_default_context(cafile=authorities)
    context.check_hostname = mode == "verify-full"
    return context
