"""HTTP responses of the panel: compressed if the browser accepts it, with the panel's Content-Security-Policy."""

import gzip
from collections.abc import Mapping, Sequence
from string import punctuation
from urllib.parse import quote

from litestar import Response
from litestar.datastructures import Cookie
from litestar.types import Scope

from modeldesk.entrypoints.session_cookie import header_values

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HTML = "text/html"
"""Litestar adds the character set."""

LEVEL = 5
"""The gzip level: nearly as small as 9 in a third of the time."""


def page_response(
    scope: Scope, text: str, status: int = 200, headers: Mapping[str, str] | None = None, cookies: Sequence[Cookie] = ()
) -> Response[bytes]:
    """A page. The Cache-Control header is set for all responses elsewhere."""
    body = text.encode()
    all_headers = {"Content-Security-Policy": POLICY, "Vary": "Accept-Encoding, Accept-Language, Cookie", **(headers or {})}
    if takes_gzip(scope):
        # The `csrf` module masks tokens anew on each page, so the compressed length reveals nothing about them.
        body, all_headers = gzip.compress(body, LEVEL, mtime=0), {**all_headers, "Content-Encoding": "gzip"}
    return Response(body, media_type=HTML, status_code=status, headers=all_headers, cookies=list(cookies))


def see_other(path: str, cookies: Sequence[Cookie] = ()) -> Response[bytes]:
    """Redirects by GET (303), so that a reload does not repeat the form."""
    return Response(
        b"",
        status_code=303,
        media_type=HTML,
        headers={"Location": quote(path, safe=punctuation), "Content-Security-Policy": POLICY},
        cookies=list(cookies),
    )


def takes_gzip(scope: Scope) -> bool:
    for value in header_values(scope, b"accept-encoding"):
        for entry in value.decode("latin-1").lower().split(","):
            name, _, parameter = entry.partition(";")
            if name.strip() in ("gzip", "*"):
                return parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
