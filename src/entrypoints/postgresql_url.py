"""Reading the URL of a PostgreSQL database, so that no part of a password is taken for something else, and no parameter surprises later."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
LONGEST_APPLICATION_NAME = 63
"""Bytes; PostgreSQL cuts longer ones."""

LONGEST_TIMEOUT = 60
PARAMETERS = ("sslmode", "sslrootcert", "application_name", "connect_timeout", "host")
"""`host` is the folder of a Unix socket."""


def postgresql_url(rest: str) -> str:
    """The URL, from what stands behind `postgresql://`, with name and password percent-encoded. A password may hold any character.

    Raises ValueError with a reason that quotes nothing but the name of a parameter.
    """
    before, mark, query = rest.partition("?")
    if "@" in query:
        # A question mark in a password looks like this, and what follows it must not be quoted as the name of a parameter.
        raise ValueError("has an @ after a question mark: write @ as %40 and ? as %3F in a password")
    user, at, place = before.rpartition("@")
    name, colon, password = user.partition(":")
    try:
        port = urlsplit(f"//{place}").port
    except ValueError:
        raise ValueError("must be postgresql://user@host/name, with a port from 1 to 65535") from None
    if port == 0 or not place.isprintable():
        raise ValueError("must be postgresql://user@host/name, with a port from 1 to 65535")
    given = _parameters(query) if mark else {}
    who = f"{quote(unquote(name), safe='')}{colon}{quote(unquote(password), safe='')}{at}"
    return f"postgresql://{who}{place}{'?' + urlencode(given) if given else ''}"


def _parameters(query: str) -> Mapping[str, str]:
    given = dict[str, str]()
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in PARAMETERS:
            known = ", ".join(PARAMETERS[:-1])
            raise ValueError(f"may carry {known} and {PARAMETERS[-1]}; {name[:40]!r} is none of them")
        if name in given:
            raise ValueError(f"carries {name} twice")
        if reason := _wrong(name, value):
            raise ValueError(reason)
        given[name] = value
    return given


def _wrong(name: str, value: str) -> str | None:
    """What is wrong with the value of a parameter."""
    match name:
        case "sslmode" if value not in SSL_MODES:
            return f"must carry one of these as sslmode: {', '.join(SSL_MODES)}"
        case "connect_timeout" if not (value.isascii() and value.isdigit() and len(value) <= 2 and 1 <= int(value) <= LONGEST_TIMEOUT):
            return f"must carry 1 to {LONGEST_TIMEOUT} seconds as connect_timeout"
        case "application_name" if not value.isprintable() or not 0 < len(value.encode()) <= LONGEST_APPLICATION_NAME:
            return f"must carry an application_name of at most {LONGEST_APPLICATION_NAME} bytes"
        case "sslrootcert" if not _has_certificates(value):
            return "must carry as sslrootcert the path of a file of certificates in PEM"
    return None


def _has_certificates(path: str) -> bool:
    import ssl  # noqa: PLC0415 - takes a while, and few addresses name a file

    try:
        return Path(path).is_file() and bool(ssl.create_default_context(cafile=path).get_ca_certs())
    except (OSError, ValueError):
        return False
