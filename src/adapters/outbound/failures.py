"""Translates errors of httpx, TLS and the operating system into our own.

The text of a foreign error is never passed on: h11 quotes the response and the header that it rejects, which may contain the key.
"""

import os
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import httpx

from modeldesk.adapters.vendor_http import Response
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.values.secret import Secret

E = TypeVar("E", bound=BaseException)


class Refused(Exception):
    """A request that is not sent, or a response that is not accepted. `reason` is one line. A retry would not help."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryAgain(Exception):
    """A failure that is worth a retry: no response, or a response with a retryable status (`answer`)."""

    def __init__(self, reason: str, answer: Response | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.answer = answer


def _connecting(error: BaseException) -> str:
    """The reason for a failed connection. The texts of TLS and the operating system are safe: they come from fixed tables, not from the vendor."""
    if certificate := _cause(error, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {getattr(certificate, 'verify_message', '') or 'it was refused'}"
    if tls := _cause(error, ssl.SSLError):
        return f"TLS failed: {(getattr(tls, 'reason', '') or 'broken off').replace('_', ' ').lower()}"
    # asyncio adds the address to the error's text, so the text comes from the number.
    number = next((cause.errno for cause in _causes(error) if isinstance(cause, OSError) and cause.errno), None)
    return f"no connection: {os.strerror(number).lower()}" if number else "no connection: it was broken off"


def _reading(error: BaseException) -> str:
    """The reason for an invalid response. h11 and httpcore distinguish the three cases by text only; tests with hostile servers cover them."""
    if "without sending a response" in str(error):
        return "the connection was closed before an answer"
    if "without sending complete message body" in str(error) or "incomplete chunked read" in str(error):
        return "the answer ended early"
    return "the answer is not proper HTTP/1.1"


def _broken(error: BaseException) -> str:
    return _connecting(error) if _cause(error, ssl.SSLError) is not None else "the connection broke"


Words = str | Callable[[BaseException], str]
UNREADABLE = "the answer cannot be read"

# All error classes of httpx (a test checks that none is missing). The nearest ancestor of an error gives the reason.
REASONS: Mapping[type[BaseException], Words] = {
    httpx.HTTPError: UNREADABLE,
    httpx.RequestError: UNREADABLE,
    httpx.TransportError: UNREADABLE,
    httpx.TimeoutException: "no answer in time",
    httpx.ConnectTimeout: "no connection in time",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "the question could not be sent in time",
    httpx.PoolTimeout: "no free connection in time",
    httpx.NetworkError: _broken,
    httpx.ConnectError: _connecting,
    httpx.ReadError: _broken,
    httpx.WriteError: _broken,
    httpx.CloseError: _broken,
    httpx.ProxyError: "a proxy stands in the way",
    httpx.UnsupportedProtocol: "only http and https are spoken",
    httpx.ProtocolError: UNREADABLE,
    httpx.LocalProtocolError: "the question cannot be said in HTTP/1.1",
    httpx.RemoteProtocolError: _reading,
    httpx.DecodingError: UNREADABLE,
    httpx.TooManyRedirects: "it redirects, which is not followed",
    httpx.HTTPStatusError: UNREADABLE,
    httpx.InvalidURL: "the address cannot be read",
    httpx.CookieConflict: UNREADABLE,
    httpx.StreamError: UNREADABLE,
    httpx.StreamConsumed: UNREADABLE,
    httpx.StreamClosed: UNREADABLE,
    httpx.ResponseNotRead: UNREADABLE,
    httpx.RequestNotRead: UNREADABLE,
    OSError: _connecting,
}

AGAIN = (httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout, httpx.NetworkError, httpx.RemoteProtocolError)


@contextmanager
def translated(slug: str, key: Secret | None) -> Iterator[None]:
    """Turns every failure of a vendor into VendorFailed. Its reason is one line and never contains `key`, even if the vendor returned it."""
    try:
        yield
    except (Refused, TryAgain) as error:
        reason = error.reason
    except tuple(REASONS) as error:
        reason = reason_of(error)
    else:
        return
    # From None, because a printed traceback would show the foreign text.
    raise VendorFailed(slug, _without(key, reason)) from None


@contextmanager
def before_an_answer() -> Iterator[None]:
    """Turns temporary failures before the start of a response into TryAgain: a connection that failed, broke or timed out."""
    try:
        yield
    except AGAIN as error:
        reason = reason_of(error)
        if not _is_temporary(error, reason):
            raise
    else:
        return
    raise TryAgain(reason)


def reason_of(error: BaseException) -> str:
    """The reason for an error of one of the classes above."""
    words = next(REASONS[ancestor] for ancestor in type(error).__mro__ if ancestor in REASONS)
    return words if isinstance(words, str) else words(error)


def not_resolved(host: str, error: Exception) -> Refused | TryAgain:
    """The failure for a name without an address. Only a name server that does not answer is worth a retry."""
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return TryAgain(f"the name {host} does not resolve at this moment")
    return Refused(f"the name {host} does not resolve")


def _is_temporary(error: BaseException, reason: str) -> bool:
    """Whether a retry may help. It does not help against an invalid certificate or an invalid response."""
    if _cause(error, ssl.SSLError) is not None:
        return False
    return not isinstance(error, httpx.RemoteProtocolError) or reason == "the connection was closed before an answer"


def _cause(error: BaseException, kind: type[E]) -> E | None:
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _without(key: Secret | None, reason: str) -> str:
    line = " ".join(reason.split())
    return key.redact(line) if key is not None else line
