"""Which connections make room for others, and how they are found and closed."""

import ipaddress
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from importlib import import_module
from types import GeneratorType

import pytest

from modeldesk.entrypoints.server.connections import Connection, Connections, open_connections, origin_of, shut, surplus
from modeldesk.entrypoints.server.limits import ConnectionLimits, EndLimits

LIMITS = ConnectionLimits(most=20, crowded=6, each=4, untaken=60)
PROXY = (ipaddress.ip_network("10.0.0.0/8"),)


def connection(number: int, origin: str = "192.0.2.1", since: float = 0.0) -> Connection:
    return Connection(number, number, (origin, number), origin, since)


def closed(
    *connections: Connection, in_request: tuple[int, ...] = (), answered: dict[int, float] | None = None, now: float = 10.0
) -> list[int]:
    """The numbers of those that go, in that order."""
    peers = {one.file: one.peer for one in connections}
    busy, earlier = {peers[number] for number in in_request}, {peers[number]: at for number, at in (answered or {}).items()}
    return [one.file for one in surplus(connections, busy, earlier, LIMITS, now)]


def test_looking_compares_nothing_with_all_kinds_of_mappings() -> None:
    """`Counter` asks of what it is given whether it is a mapping. Of a generator no class has said so, and Python asks all that there are."""
    Mapping._abc_caches_clear()  # type: ignore[attr-defined]
    closed(connection(1))
    *_, refused, _ = import_module("_abc")._get_dump(Mapping)
    assert GeneratorType not in {reference() for reference in refused}


def test_few_connections_are_left_alone() -> None:
    """Idle as they may be: the server itself ends those whose head does not come."""
    assert closed(*(connection(number) for number in range(4))) == []


def test_one_address_has_a_bound() -> None:
    """The longest idle go, until the address is within it; other addresses are left alone."""
    many = [connection(number, since=float(number)) for number in range(6)]
    assert closed(*many) == [0, 1]
    assert closed(*many[:5], connection(9, "192.0.2.2")) == [0]


def test_all_together_have_a_bound() -> None:
    """Each from an address of its own, which no bound on one address helps against."""
    assert closed(*(connection(number, f"192.0.2.{number}", float(number)) for number in range(8))) == [0, 1]


def test_a_connection_in_a_request_is_never_closed() -> None:
    """Not even where all are too many."""
    assert closed(*(connection(number) for number in range(8)), in_request=(0, 1, 2, 3, 4, 5, 6)) == [7]


def test_a_client_that_was_answered_goes_last() -> None:
    """A connection that never was in a request is the attacker's, more likely than one that a proxy keeps."""
    many = [connection(number, since=float(number)) for number in range(6)]
    assert closed(*many, answered={0: 3.0, 1: 5.0, 5: 1.0}) == [2, 3]


def test_a_trusted_proxy_has_no_bound_of_its_own() -> None:
    """All clients come through it; the bound on all holds."""
    assert closed(*(connection(number, "") for number in range(6))) == []
    assert len(closed(*(connection(number, "") for number in range(8)))) == 2


def test_an_answer_that_nobody_takes_is_dropped() -> None:
    """A connection without a request that is still there after so long has one, since the server closes the others."""
    assert closed(connection(1), connection(2), now=100.0, answered={2: 50.0}) == [1]


def test_a_customer_of_a_provider_is_one_client() -> None:
    """An IPv4 address, also where it is written as IPv6; a network of 64 bits of IPv6; no proxy that is trusted."""
    assert origin_of("192.0.2.1", PROXY) == origin_of("::ffff:192.0.2.1", PROXY) == "192.0.2.1"
    assert origin_of("2001:db8::1", ()) == origin_of("2001:db8::ffff:2", ()) == "2001:db8::/64"
    assert origin_of("10.1.2.3", PROXY) == ""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def accepted(listening: socket.socket, count: int, closing: ExitStack) -> list[socket.socket]:
    """Clients whose connections this process accepted, and keeps open as descriptors that no Python object knows, like a server's."""
    clients = [closing.enter_context(socket.create_connection(listening.getsockname())) for _ in range(count)]
    for _ in clients:
        file = listening.accept()[0].detach()
        closing.callback(os.close, file)
    return clients


def test_accepted_sockets_are_found(listening: socket.socket) -> None:
    """By the port at which they were accepted: no client's side, no listening socket, no file. A second look knows them again."""
    port = listening.getsockname()[1]
    with ExitStack() as closing:
        clients = accepted(listening, 3, closing)
        found = list(open_connections(port, {}, (), 1.0))
        assert {one.peer for one in found} == {client.getsockname() for client in clients}
        again = list(open_connections(port, {one.file: one for one in found}, (), 2.0))
        assert sorted(one.since for one in again) == [1.0] * 3


def test_a_shut_connection_ends_at_its_client(listening: socket.socket) -> None:
    """And one whose descriptor was given to another socket meanwhile is left alone."""
    port = listening.getsockname()[1]
    with ExitStack() as closing:
        first, second = accepted(listening, 2, closing)
        one, other = sorted(open_connections(port, {}, (), 1.0), key=lambda found: found.peer == second.getsockname())
        shut(Connection(other.file, one.inode, other.peer, other.origin, other.since))
        shut(one)
        assert first.recv(1) == b""
        second.settimeout(0.1)
        with pytest.raises(TimeoutError):
            second.recv(1)


def test_an_end_closes_what_is_in_no_request(listening: socket.socket) -> None:
    """After the time that clients have to finish; what is remembered of clients that are gone is forgotten."""
    host, port = listening.getsockname()
    with ExitStack() as closing:
        idle, busy = accepted(listening, 2, closing)
        connections = Connections(port, end=EndLimits(clients=0.0))
        connections.in_request.add(busy.getsockname())
        connections.answered[host, 1] = 0.0
        connections.look(time.monotonic())
        assert connections.answered == {}
        connections.begin_end()
        connections.look(time.monotonic() + 1)
        assert idle.recv(1) == b""
        busy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            busy.recv(1)
