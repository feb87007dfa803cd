"""The sockets that the workers accept from."""

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from modeldesk.domain.errors import InvalidValue
from modeldesk.entrypoints.server.limits import BACKLOG
from modeldesk.entrypoints.settings import LAST_PORT

UNACKNOWLEDGED_MS = 30_000
"""After which the system drops a connection whose peer acknowledges nothing that was sent."""

PROBE_AFTER, PROBE_EVERY, PROBES = 30, 10, 3
"""Of a connection in which nothing is sent, in seconds: the system asks whether the peer is still there."""


@contextmanager
def listening(host: str, port: int, count: int = 1) -> Iterator[list[socket.socket]]:
    """The sockets of so many workers, ready for connections. Raises InvalidValue if the address is taken or is not this machine's.

    Where the system spreads connections over the sockets of one port, each worker gets its own: at one that all share, whichever worker
    wakes first takes all that wait. The parent keeps them open, so that what waits at one is not lost with its worker.
    """
    spread = count if sys.platform == "linux" else 1
    with ExitStack() as opened:
        try:
            family, _, _, _, address = socket.getaddrinfo(_plain(host), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
            if spread > 1:
                _bound(family, address, shares=False).close()  # a port may be shared by the workers, and by nobody else
            sockets = [opened.enter_context(_bound(family, address, shares=spread > 1)) for _ in range(spread)]
            for one in sockets:
                one.listen(BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise InvalidValue("port-in-use", port=port, host=host, other=str(another_port(port))) from None
            raise InvalidValue("port-not-bindable", port=port, host=host, said=error.strerror or str(error)) from None
        yield sockets


def _bound(family: int, address: Any, *, shares: bool) -> socket.socket:
    with ExitStack() as closing:
        made = closing.enter_context(socket.socket(family, socket.SOCK_STREAM))
        _configure(made)
        if shares:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        made.bind(address)
        closing.pop_all()
        return made


def _plain(host: str) -> str | bytes:
    """As bytes, for which Python needs no tables of international names."""
    return host.encode() if host.isascii() else host


def _configure(made: socket.socket) -> None:
    """Sets what accepted connections inherit."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    options = {"TCP_KEEPIDLE": PROBE_AFTER, "TCP_KEEPINTVL": PROBE_EVERY, "TCP_KEEPCNT": PROBES, "TCP_USER_TIMEOUT": UNACKNOWLEDGED_MS}
    for name, value in options.items():
        if (option := getattr(socket, name, None)) is not None:  # not every system has each
            made.setsockopt(socket.IPPROTO_TCP, option, value)


def another_port(port: int) -> int:
    """A port to suggest in place of an occupied one."""
    return port + 1 if port < LAST_PORT else port - 1
