"""Validated texts that a declaration adds to every call to its vendor: headers, query parameters, the list's path, and how the key is sent."""

import re
from typing import NewType

from modeldesk.domain.errors import InvalidValue

HeaderName = NewType("HeaderName", str)
"""The name of a header that carries no secret and does not belong to the transport."""

HeaderValue = NewType("HeaderValue", str)
"""Printable ASCII without blanks at either end."""

QueryName = NewType("QueryName", str)
"""The name of a query parameter that carries no secret."""

QueryValue = NewType("QueryValue", str)
"""Any text of one line; it is percent-encoded when it is sent."""

ListPath = NewType("ListPath", str)
"""The path of the list: joined to the base URL, or, with a leading slash, from the origin. It may have a query."""

KeyHeaderName = NewType("KeyHeaderName", str)
"""The name of the header that carries the key."""

KeyScheme = NewType("KeyScheme", str)
"""The word before the key (`Bearer`, `Token`), `Basic` for a key `user:password`, or empty for none."""

LONGEST_NAME = 64
LONGEST_VALUE = 1_000
BASIC = "basic"

_NAME = re.compile(rf"[A-Za-z0-9-]{{1,{LONGEST_NAME}}}")
_QUERY_NAME = re.compile(rf"[A-Za-z0-9_.~$\[\]-]{{1,{LONGEST_NAME}}}")
_PATH = re.compile(r"/?[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?")
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]{0,31})?")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SECRETS = frozenset(
    [
        "key",
        "apikey",
        "token",
        "secret",
        "password",
        "passwd",
        "pwd",
        "auth",
        "authorization",
        "authentication",
        "bearer",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "signature",
        "sig",
        "session",
        "jwt",
    ]
)
_TRANSPORT = frozenset(
    [
        "host",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
        "accept-encoding",
        "user-agent",
        "via",
        "forwarded",
        "range",
        "date",
        "age",
        "http2-settings",
    ]
)
_TRANSPORT_PREFIXES = ("content-", "proxy-", "sec-", "if-", "x-forwarded-", "access-control-")


def header_name(text: str) -> HeaderName:
    """A header that a declaration may add. Raises InvalidValue, also for one that carries secrets or belongs to the transport."""
    name = _plain_header(text)
    if _carries_secret(name):
        raise InvalidValue("header-for-secrets", found=name)
    return HeaderName(name)


def header_value(text: str) -> HeaderValue:
    """Raises InvalidValue."""
    if not text or len(text) > LONGEST_VALUE or not text.isascii() or not text.isprintable() or text != text.strip():
        raise InvalidValue("header-value-malformed", most=LONGEST_VALUE)
    return HeaderValue(text)


def query_name(text: str) -> QueryName:
    """A query parameter that a declaration may add. Raises InvalidValue, also for one that carries secrets: addresses end up in logs."""
    if not _QUERY_NAME.fullmatch(text):
        raise InvalidValue("query-name-malformed", most=LONGEST_NAME)
    if _carries_secret(text):
        raise InvalidValue("query-for-secrets", found=text)
    return QueryName(text)


def query_value(text: str) -> QueryValue:
    """Raises InvalidValue."""
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise InvalidValue("query-value-malformed", most=LONGEST_VALUE)
    return QueryValue(text)


def list_path(text: str) -> ListPath:
    """A path below the provider's origin. Raises InvalidValue for another address, for `..`, and for what no path has."""
    if (
        len(text) > LONGEST_VALUE
        or not _PATH.fullmatch(text)
        or text.startswith("//")
        or "://" in text
        or ".." in text.split("?", maxsplit=1)[0].split("/")
    ):
        raise InvalidValue("list-path-malformed", most=LONGEST_VALUE)
    return ListPath(text)


def key_header_name(text: str) -> KeyHeaderName:
    """Any header but those of the transport. Raises InvalidValue."""
    name = _plain_header(text)
    if name.lower() in ("cookie", "set-cookie"):
        raise InvalidValue("header-of-transport", found=name)
    return KeyHeaderName(name)


def key_scheme(text: str) -> KeyScheme:
    """Raises InvalidValue."""
    if not _SCHEME.fullmatch(text):
        raise InvalidValue("key-scheme-malformed")
    return KeyScheme(text)


def _plain_header(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise InvalidValue("header-name-malformed", most=LONGEST_NAME)
    name = text.lower()
    if name in _TRANSPORT or name.startswith(_TRANSPORT_PREFIXES):
        raise InvalidValue("header-of-transport", found=text)
    return text


def _carries_secret(name: str) -> bool:
    return any(word.lower() in _SECRETS for word in _WORD.findall(name))
