"""Reading the URL of a PostgreSQL database, so that no part of a password is taken for something else, and no parameter surprises later."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from modeldesk.domain.errors import InvalidValue

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
LONGEST_APPLICATION_NAME = 63
"""Bytes; PostgreSQL cuts longer ones."""

LONGEST_TIMEOUT = 60
LONGEST_QUOTED = 40
"""Characters of an unknown parameter's name that are quoted."""

PARAMETERS = ("sslmode", "sslrootcert", "application_name", "connect_timeout", "host")
"""`host` is the folder of a Unix socket."""


def postgresql_url(rest: str) -> str:
    """The URL, from what stands behind `postgresql://`, with name and password percent-encoded. A password may hold any character.

    Raises InvalidValue, which quotes nothing but the name of a parameter.
    """
    before, mark, query = rest.partition("?")
    if "@" in query:
        # A question mark in a password looks like this, and what follows it must not be quoted as the name of a parameter.
        raise InvalidValue("postgresql-at-in-query")
    user, at, place = before.rpartition("@")
    name, colon, password = user.partition(":")
    try:
        port = urlsplit(f"//{place}").port
    except ValueError:
        raise InvalidValue("postgresql-url-malformed") from None
    if port == 0 or not place.isprintable():
        raise InvalidValue("postgresql-url-malformed")
    given = _parameters(query) if mark else {}
    who = f"{quote(unquote(name), safe='')}{colon}{quote(unquote(password), safe='')}{at}"
    return f"postgresql://{who}{place}{'?' + urlencode(given) if given else ''}"


def _parameters(query: str) -> Mapping[str, str]:
    given = dict[str, str]()
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in PARAMETERS:
            raise InvalidValue("postgresql-parameter-unknown", parameters=PARAMETERS, found=name[:LONGEST_QUOTED])
        if name in given:
            raise InvalidValue("postgresql-parameter-twice", parameter=name)
        _require_valid(name, value)
        given[name] = value
    return given


def _require_valid(name: str, value: str) -> None:
    """Raises InvalidValue for a value that the parameter cannot have."""
    match name:
        case "sslmode" if value not in SSL_MODES:
            raise InvalidValue("postgresql-sslmode", modes=SSL_MODES)
        case "connect_timeout" if not (value.isascii() and value.isdigit() and len(value) <= 2 and 1 <= int(value) <= LONGEST_TIMEOUT):
            raise InvalidValue("postgresql-connect-timeout", most=LONGEST_TIMEOUT)
        case "application_name" if not value.isprintable() or not 0 < len(value.encode()) <= LONGEST_APPLICATION_NAME:
            raise InvalidValue("postgresql-application-name", most=LONGEST_APPLICATION_NAME)
        case "sslrootcert" if not _has_certificates(value):
            raise InvalidValue("postgresql-sslrootcert")


def _has_certificates(path: str) -> bool:
    import ssl  # noqa: PLC0415 - takes a while, and few addresses name a file

    try:
        return Path(path).is_file() and bool(ssl.create_default_context(cafile=path).get_ca_certs())
    except (OSError, ValueError):
        return False
