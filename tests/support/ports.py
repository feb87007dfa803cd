"""Ports for servers of the tests, which nobody else on this machine is given before a server listens there, nor while it is away."""

import atexit
import socket
import sys
from collections import deque

MOST_KEPT = 64
"""So many of the newest ports of this process are kept; a server that took an older one has long listened."""

_kept: deque[socket.socket] = deque()


def free_port() -> int:
    """A port at which nobody listens.

    Linux gives a port that a socket is bound to neither to a client nor to a server that takes any port; a server that names it may listen there
    all the same, as both sockets let others use their address. Other systems refuse that, so there it is a port that was free a moment ago.
    """
    keeping = socket.socket()
    keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeping.bind(("127.0.0.1", 0))
    port: int = keeping.getsockname()[1]
    _kept.append(keeping)
    _close_all_but(MOST_KEPT if sys.platform == "linux" else 0)
    return port


@atexit.register
def _close_all_but(most: int = 0) -> None:
    while len(_kept) > most:
        _kept.popleft().close()


def is_port_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
