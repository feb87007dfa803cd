"""Builds httpx requests: checks URL and headers, and adds the key only for its own origin. Nothing here opens a connection."""

import re
from base64 import b64encode
from functools import cache
from importlib.metadata import version

import httpx2 as httpx

from modeldesk.adapters.outbound.addresses import HOST_NAME, AllowedHosts, host_and_port
from modeldesk.adapters.outbound.guard import require_https_port
from modeldesk.adapters.outbound.refusals import Refused
from modeldesk.adapters.vendor_http import Request

URL = re.compile(r"(?i:https?)://(\[[0-9a-fA-F:.]+\]|[^\[\]:@/?#%]+)(:[0-9]{1,5})?([/?#].*)?")
"""Stricter than any URL parser, so that no two parsers disagree: no user name, no percent sign or zone in the host, a numeric port."""

PORTS = {"http": 80, "https": 443}
SAME_METHOD = (301, 302, 307, 308)
LONGEST_TARGET = 300
HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
OURS = ("accept-encoding", "connection", "content-length", "cookie", "host", "transfer-encoding", "user-agent")
"""Headers that only the client sets."""


def build_request(request: Request, allowed: AllowedHosts, body: bytes | None = None) -> httpx.Request:
    """The httpx request: a POST where there is a `body`, else a GET. Raises Refused; its text never contains a key or a query."""
    url = _parse_url(request.url)
    host, port = url.raw_host.decode("ascii"), port_of(url)
    if not allowed.has(host, port):
        if url.scheme != "https":
            raise Refused("http-forbidden", name=host, host=host_and_port(host, port))
        require_https_port(host, port)
    return httpx.Request("GET" if body is None else "POST", url, headers=_headers(request, url), content=body)


def redirect_target(url: httpx.URL, location: str | None) -> str:
    """The host and path that a redirect points to. Its query is omitted, since it may contain what we sent."""
    target = _joined(url, location)
    if target is None or not re.fullmatch(r"[\w.:-]{1,253}", target.host):
        return "another place"
    path = target.path if target.path.isprintable() else ""
    return f"{target.host}{path if path != '/' else ''}"[:LONGEST_TARGET]


def with_slash_moved(request: httpx.Request, status: int, location: str | None) -> httpx.Request | None:
    """The same request at the URL that a redirect names, if that differs only by a slash at the end of the path; else None."""
    target = _joined(request.url, location)
    if status not in SAME_METHOD or target is None or _origin(target) != _origin(request.url):
        return None
    before, after = request.url.path, target.path
    if before == after or before.rstrip("/") != after.rstrip("/") or target.query not in (b"", request.url.query):
        return None
    return httpx.Request("GET", request.url.copy_with(path=after), headers=request.headers)


def _joined(url: httpx.URL, location: str | None) -> httpx.URL | None:
    if not location:
        return None
    try:
        target = url.join(location)
        target.host  # noqa: B018 - decodes the host, because httpx raises for an invalid one only then
    except (httpx.InvalidURL, UnicodeError, ValueError):
        return None
    return target if target.scheme in PORTS and not target.userinfo else None


def _parse_url(text: str) -> httpx.URL:
    if not text.isprintable() or re.search(r"[\s\\]", text):
        raise Refused("address-with-odd-characters")
    if "://" in text and not re.match(r"(?i:https?)://", text):
        raise Refused("scheme-not-http")
    if "@" in re.split(r"[/?#]", text.partition("://")[2], maxsplit=1)[0]:
        raise Refused("address-with-user-name")
    if not URL.fullmatch(text):
        raise Refused("address-malformed")
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
        url.host  # noqa: B018 - decodes the host now, because httpx raises for an invalid one only when it sends
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Refused("address-malformed") from None
    if not (":" in host or HOST_NAME.fullmatch(host.removesuffix("."))) or port_of(url) > 65_535:
        raise Refused("address-host-malformed")
    return url


def _headers(request: Request, url: httpx.URL) -> dict[str, str]:
    headers = {"accept": "application/json"}
    headers |= {name.lower(): value for name, value in request.headers.items() if name.lower() not in OURS}
    headers |= {"accept-encoding": "gzip, identity", "user-agent": _user_agent()}
    if request.key is not None:
        headers |= _key_header(request, url)
    for name, value in headers.items():
        # httpx and h11 reject the same headers, but their errors quote the value.
        if not HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable() or value != value.strip():
            raise Refused("header-not-sendable", name=name)
    return headers


@cache
def _user_agent() -> str:
    """Cached, because `version` reads the package's metadata from the disk."""
    return f"modeldesk/{version('modeldesk')}"


def _key_header(request: Request, url: httpx.URL) -> dict[str, str]:
    if request.key is None or request.key_header is None:
        raise Refused("key-without-header")
    if not request.origin or _origin(_parse_url(request.origin)) != _origin(url):
        raise Refused("key-for-other-origin", origin=request.origin, host=host_and_port(url.host, port_of(url)))
    key = request.key.reveal()
    sent = b64encode(key.encode()).decode() if request.key_header.is_basic else key
    return {request.key_header.name.lower(): f"{request.key_header.prefix}{sent}"}


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    """The origin as the client connects to it: spelling in Unicode, letter case and the default port make no difference."""
    return url.scheme, url.raw_host, port_of(url)


def port_of(url: httpx.URL) -> int:
    """The port, also where it is the scheme's default."""
    return PORTS[url.scheme] if url.port is None else url.port
