"""Translates errors of httpx, TLS and the operating system into our own.

The text of a foreign error is never passed on: h11 quotes the response and the header that it rejects, which may contain the key.
"""

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import httpx2 as httpx

from modeldesk.adapters.outbound.refusals import Refused, TryAgain
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.values.secret import Secret

E = TypeVar("E", bound=BaseException)
CLOSED_EARLY = Reason("closed-before-answer")


def _connecting(error: BaseException) -> Reason:
    """The reason for a failed connection. The texts of TLS and the operating system are safe: they come from fixed tables, not from the vendor."""
    if certificate := _cause(error, ssl.SSLCertVerificationError):
        said = getattr(certificate, "verify_message", "")
        return Reason("certificate-untrusted", said=said) if said else Reason("certificate-refused")
    if tls := _cause(error, ssl.SSLError):
        said = (getattr(tls, "reason", "") or "").replace("_", " ").lower()
        return Reason("tls-failed", said=said) if said else Reason("tls-broken-off")
    # asyncio adds the address to the error's text, so the text comes from the number.
    number = next((cause.errno for cause in _causes(error) if isinstance(cause, OSError) and cause.errno), None)
    return Reason("no-connection", said=os.strerror(number).lower()) if number else Reason("connection-broken-off")


def _reading(error: BaseException) -> Reason:
    """The reason for an invalid response. h11 and httpcore distinguish the three cases by text only; tests with hostile servers cover them."""
    if "without sending a response" in str(error):
        return CLOSED_EARLY
    if "without sending complete message body" in str(error) or "incomplete chunked read" in str(error):
        return Reason("answer-ended-early")
    return Reason("answer-not-http")


def _broken(error: BaseException) -> Reason:
    return _connecting(error) if _cause(error, ssl.SSLError) is not None else Reason("connection-broke")


Why = Reason | Callable[[BaseException], Reason]
UNREADABLE = Reason("answer-unreadable-http")
NO_ANSWER = Reason("no-answer-in-time")

# All error classes of httpx (a test checks that none is missing). The nearest ancestor of an error gives the reason.
REASONS: Mapping[type[BaseException], Why] = {
    httpx.HTTPError: UNREADABLE,
    httpx.RequestError: UNREADABLE,
    httpx.TransportError: UNREADABLE,
    httpx.TimeoutException: NO_ANSWER,
    httpx.ConnectTimeout: Reason("no-connection-in-time"),
    httpx.ReadTimeout: NO_ANSWER,
    httpx.WriteTimeout: Reason("request-not-sent-in-time"),
    httpx.PoolTimeout: Reason("no-free-connection-in-time"),
    httpx.NetworkError: _broken,
    httpx.ConnectError: _connecting,
    httpx.ReadError: _broken,
    httpx.WriteError: _broken,
    httpx.CloseError: _broken,
    httpx.ProxyError: Reason("proxy-failed"),
    httpx.UnsupportedProtocol: Reason("scheme-not-http"),
    httpx.ProtocolError: UNREADABLE,
    httpx.LocalProtocolError: Reason("request-not-http"),
    httpx.RemoteProtocolError: _reading,
    httpx.DecodingError: UNREADABLE,
    httpx.TooManyRedirects: Reason("redirected"),
    httpx.HTTPStatusError: UNREADABLE,
    httpx.InvalidURL: Reason("address-unreadable"),
    httpx.CookieConflict: UNREADABLE,
    httpx.StreamError: UNREADABLE,
    httpx.StreamConsumed: UNREADABLE,
    httpx.StreamClosed: UNREADABLE,
    httpx.ResponseNotRead: UNREADABLE,
    httpx.RequestNotRead: UNREADABLE,
    httpx.SSEError: UNREADABLE,
    OSError: _connecting,
}

AGAIN = (httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout, httpx.NetworkError, httpx.RemoteProtocolError)


@contextmanager
def translated(slug: str, key: Secret | None) -> Iterator[None]:
    """Turns every failure of a vendor into VendorFailed. Its facts never contain `key`, even if the vendor returned it."""
    try:
        yield
    except (Refused, TryAgain) as error:
        reason = error.reason
    except tuple(REASONS) as error:
        reason = reason_of(error)
    else:
        return
    # From None, because a printed traceback would show the foreign text.
    raise VendorFailed(slug, reason.with_texts(lambda text: _without(key, text))) from None


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


def reason_of(error: BaseException) -> Reason:
    """The reason for an error of one of the classes above."""
    why = next(REASONS[ancestor] for ancestor in type(error).__mro__ if ancestor in REASONS)
    return why if isinstance(why, Reason) else why(error)


def _is_temporary(error: BaseException, reason: Reason) -> bool:
    """Whether a retry may help. It does not help against an invalid certificate or an invalid response."""
    if _cause(error, ssl.SSLError) is not None:
        return False
    return not isinstance(error, httpx.RemoteProtocolError) or reason == CLOSED_EARLY


def _cause(error: BaseException, kind: type[E]) -> E | None:
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _without(key: Secret | None, text: str) -> str:
    line = " ".join(text.split())
    return key.redact(line) if key is not None else line
