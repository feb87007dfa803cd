"""The socket of the server."""

import socket
import subprocess
import sys

import pytest

from modeldesk.domain.errors import InvalidValue
from modeldesk.entrypoints.server.listening import another_port, listening
from modeldesk.entrypoints.settings import LAST_PORT
from tests.support.ports import free_port, is_port_free


def test_what_is_proposed_is_a_port() -> None:
    """The next one, and before the last."""
    assert (another_port(8_000), another_port(LAST_PORT)) == (8_001, LAST_PORT - 1)


@pytest.mark.parametrize("count", [1, 3])
def test_a_taken_port_is_refused(count: int) -> None:
    """Also where its owner is a server of ours: two of them never share a port."""
    with listening("127.0.0.1", 0) as (first,):
        with pytest.raises(InvalidValue) as caught, listening("127.0.0.1", first.getsockname()[1], count):
            pass
        assert caught.value.reason.code == "port-in-use"


def test_a_usual_address_needs_no_tables_of_international_names() -> None:
    """Two hundred kilobytes of every process."""
    program = """
import sys
from modeldesk.entrypoints.server.listening import listening
for host in ("127.0.0.1", "localhost"):
    with listening(host, 0) as (server,):
        print("stringprep" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False"] * 2


def test_a_connection_waits_until_somebody_accepts_it() -> None:
    """What a connection inherits keeps the system from holding one whose peer is gone."""
    with listening("localhost", 0) as (server,), socket.create_connection(server.getsockname()[:2]) as client:
        accepted, _ = server.accept()
        with accepted:
            client.sendall(b"x")
            assert accepted.recv(1) == b"x"
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not spread connections")
def test_each_worker_gets_its_share_of_connections() -> None:
    """Of sixty clients, hardly all at one of three sockets; a worker that is busy does not get less, one that is quick not more."""
    port = free_port()
    with listening("127.0.0.1", port, 3) as sockets:
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        shares = list[int]()
        for server in sockets:
            server.setblocking(False)
            shares.append(0)
            try:
                while True:
                    server.accept()[0].close()
                    shares[-1] += 1
            except BlockingIOError:
                pass
        for client in clients:
            client.close()
    assert sum(shares) == 60
    assert min(shares) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems let no server listen at a port that is kept")
@pytest.mark.parametrize("count", [1, 3])
def test_a_port_of_the_tests_is_for_the_server_that_names_it(count: int) -> None:
    """Before it listens, and once it is away again: nobody who may not use an address again is given the port, and nobody else listens there."""
    port = free_port()
    for _ in range(2):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with listening("127.0.0.1", port, count):
            assert not is_port_free(port)
        assert is_port_free(port)
