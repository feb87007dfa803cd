"""From an Ask to a request: what may be asked at all, and the key put into its header and only for its own origin. Nothing is dialled here."""

import re
from importlib.metadata import version

import httpx

from modeldesk.adapters.outbound.addresses import HOST_NAME, SETTING, AllowedHosts, host_and_port
from modeldesk.adapters.outbound.failures import Refused
from modeldesk.adapters.outbound.guard import refuse_port
from modeldesk.adapters.vendor_http import Request

ADDRESS = re.compile(r"(?i:https?)://(\[[0-9a-fA-F:.]+\]|[^\[\]:@/?#%]+)(:[0-9]{1,5})?([/?#].*)?")
"""Stricter than any parser: no user name, no percent sign in the host, no zone, no port of other signs. Two readers cannot read it two ways."""

PORTS = {"http": 80, "https": 443}
HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
OURS = ("accept-encoding", "connection", "content-length", "cookie", "host", "transfer-encoding", "user-agent")
"""Headers that the client alone decides."""


def request_of(ask: Request, allowed: AllowedHosts) -> httpx.Request:
    """The request for `ask`. Raises Refused; a key or a query is in none of its texts."""
    url = _address(ask.url)
    host, port = url.raw_host.decode("ascii"), _port(url)
    if not allowed.has(host, port):
        if url.scheme != "https":
            raise Refused(f"plain http to {host} may not be spoken; {SETTING} can allow {host_and_port(host, port)}")
        refuse_port(host, port)
    return httpx.Request("GET", url, headers=_headers(ask, url))


def redirect_target(url: httpx.URL, location: str | None) -> str:
    """Where an answer points to, as a host alone: the rest of it may hold what we sent."""
    try:
        host = url.join(location or "").host
    except (httpx.InvalidURL, UnicodeError, ValueError):
        host = ""
    return host if location and re.fullmatch(r"[\w.:-]{1,253}", host) else "another place"


def _address(text: str) -> httpx.URL:
    if not text.isprintable() or re.search(r"[\s\\]", text):
        raise Refused("the address holds signs that no address has")
    if "://" in text and not re.match(r"(?i:https?)://", text):
        raise Refused("only http and https are spoken")
    if "@" in re.split(r"[/?#]", text.partition("://")[2], maxsplit=1)[0]:
        raise Refused("the address holds a user name, which is not sent")
    if not ADDRESS.fullmatch(text):
        raise Refused("the address is no proper one")
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
        url.host  # noqa: B018 - httpx decodes it when the request is made, and raises then what is no letter of any script
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Refused("the address is no proper one") from None
    if not (":" in host or HOST_NAME.fullmatch(host.removesuffix("."))) or _port(url) > 65_535:
        raise Refused("the address has no proper host")
    return url


def _headers(ask: Request, url: httpx.URL) -> dict[str, str]:
    headers = {"accept": "application/json"}
    headers |= {name.lower(): value for name, value in ask.headers.items() if name.lower() not in OURS}
    headers |= {"accept-encoding": "gzip, identity", "user-agent": f"modeldesk/{version('modeldesk')}"}
    if ask.key is not None:
        headers |= _key_header(ask, url)
    for name, value in headers.items():
        # httpx and h11 refuse the same, with texts that quote the value.
        if not HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable() or value != value.strip():
            raise Refused(f"the header {name!r} cannot be sent")
    return headers


def _key_header(ask: Request, url: httpx.URL) -> dict[str, str]:
    if ask.key is None or ask.key_header is None:
        raise Refused("the key has no header to travel in")
    if not ask.origin or _origin(_address(ask.origin)) != _origin(url):
        raise Refused(f"the key is for {ask.origin or 'no address'} and is not sent to {host_and_port(url.host, _port(url))}")
    return {ask.key_header.name.lower(): f"{ask.key_header.prefix}{ask.key.reveal()}"}


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    """Compared as it is dialled, not as it is written: letters of other scripts, capitals and the default port make no difference."""
    return url.scheme, url.raw_host, _port(url)


def _port(url: httpx.URL) -> int:
    return PORTS[url.scheme] if url.port is None else url.port
