"""Every foreign error has words of ours, and none of its own."""

import socket
import ssl
import traceback

import httpcore2 as httpcore
import httpx2 as httpx
import pytest

from modeldesk.adapters.outbound.failures import REASONS, before_an_answer, reason_of, translated
from modeldesk.adapters.outbound.refusals import Refused, TryAgain, not_resolved
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.values.secret import Secret

CLASSES = [found for name in httpx.__all__ if isinstance(found := getattr(httpx, name), type) and issubclass(found, Exception)]
CORE = [found for name in httpcore.__all__ if isinstance(found := getattr(httpcore, name), type) and issubclass(found, Exception)]


def test_every_class_of_httpx_stands_in_the_table() -> None:
    """By its own name: one that a new version brings would be missed here."""
    assert len(CLASSES) >= 25
    assert set(CLASSES) <= set(REASONS)


def test_every_class_of_httpcore_becomes_one_of_httpx() -> None:
    """httpx's transport translates them; those left over are its pool's own affair (an idle connection gone, which it tries again)."""
    from httpx2._transports.default import _load_httpcore_exceptions

    assert {known.__name__ for known in CORE if not issubclass(known, tuple(_load_httpcore_exceptions()))} == {"ConnectionNotAvailable"}


@pytest.mark.parametrize("kind", [*CLASSES, OSError, ssl.SSLError, ConnectionResetError], ids=lambda kind: kind.__name__)
def test_no_text_of_a_foreign_error_is_handed_on(kind: type[Exception]) -> None:
    """It may quote what was sent."""
    error = kind.__new__(kind)
    Exception.__init__(error, "Illegal header value b'sk-secret'\nTraceback")
    with pytest.raises(VendorFailed) as caught, translated("acme", None):
        raise error
    assert caught.value.provider == "acme"
    assert caught.value.reason
    assert "sk-secret" not in str(caught.value.reason)
    assert "\n" not in str(caught.value.reason)
    assert "sk-secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"), Reason("no-connection", said="connection refused")),
        (OSError(113, "x"), Reason("no-connection", said="no route to host")),
        (OSError("All connection attempts failed"), Reason("connection-broken-off")),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), Reason("tls-broken-off")),
    ],
)
def test_why_there_is_no_connection(cause: Exception, reason: Reason) -> None:
    """In the words of the operating system, found below what httpx and httpcore made of it."""
    middle = httpcore.ConnectError("All connection attempts failed")
    middle.__cause__ = cause
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = middle
    assert reason_of(error) == reason


def test_a_key_that_came_back_is_taken_out() -> None:
    """In any case of its letters: a host name has lost its capitals."""
    with pytest.raises(VendorFailed) as caught, translated("acme", Secret("sk-ABC.123")):
        raise Refused("redirected-to", target="sk-abc.123.evil.example\n")
    assert caught.value.reason == Reason("redirected-to", target="****.evil.example")


def test_our_own_errors_pass() -> None:
    """A mistake of ours is not the vendor's."""
    with pytest.raises(KeyError), translated("acme", None):
        raise KeyError("ours")


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (httpx.ConnectTimeout("x"), True),
        (httpx.ConnectError("x"), True),
        (httpx.ReadError("x"), True),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), True),
        (httpx.RemoteProtocolError("illegal status line"), False),
        (httpx.LocalProtocolError("x"), False),
        (httpx.UnsupportedProtocol("x"), False),
    ],
)
def test_what_is_worth_another_try(error: Exception, again: bool) -> None:
    """A connection that was broken is; garbage and a certificate are not."""
    with pytest.raises(TryAgain if again else type(error)), before_an_answer():
        raise error


def test_a_bad_certificate_is_not_tried_again() -> None:
    """It will be as bad in a second."""
    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLCertVerificationError(1, "x")
    with pytest.raises(httpx.ConnectError), before_an_answer():
        raise error


def test_names_that_do_not_resolve() -> None:
    """A name server that does not answer may do so in a moment."""
    assert isinstance(not_resolved("a.example", socket.gaierror(socket.EAI_NONAME, "x")), Refused)
    assert isinstance(not_resolved("a.example", UnicodeError()), Refused)
    assert isinstance(not_resolved("a.example", socket.gaierror(socket.EAI_AGAIN, "x")), TryAgain)
