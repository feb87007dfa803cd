"""The URL at which browsers reach the server, and what an origin is."""

import re
from urllib.parse import urlsplit

from modeldesk.domain.errors import InvalidValue

PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9][A-Za-z0-9._~-]{0,63}){0,8}")
"""A few plain segments, so that it means the same to proxies, browsers and cookies."""

OWN_SEGMENTS = frozenset({"admin", "api", "health", "metrics", "ofrep", "schema", "static", "v1"})
"""What the paths of the application begin with."""


def public_url(text: str) -> str:
    """The URL of `PUBLIC_URL` without a slash at its end. Raises InvalidValue.

    Its path begins like none of the application: nothing would tell `/admin/` that a proxy passed on from one that it cut.
    """
    url = text.rstrip("/")
    origin = origin_part(url)
    path = url.removeprefix(origin)
    if url and not (is_origin(origin) and PLAIN_PATH.fullmatch(path)):
        raise InvalidValue("public-url-malformed", found=text)
    first = path.removeprefix("/").partition("/")[0]
    if first in OWN_SEGMENTS:
        raise InvalidValue("public-url-path-taken", found=f"/{first}")
    return url


def origin_part(url: str) -> str:
    """What stands before the path, valid or not."""
    return re.split("(?<![:/])[/?#]", url, maxsplit=1)[0]


def is_origin(text: str) -> bool:
    """Whether the text is scheme, host and perhaps port, and nothing else."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it raises for an invalid port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}" and "@" not in text
