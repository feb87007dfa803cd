"""The connections of one worker: which of them are in a request, and which must make room for others.

The server itself closes connections whose head takes too long. It accepts no more than a fixed number, and knows no address. So a thread
looks at the sockets of this process several times a second, and shuts the longest idle ones where there are too many.
"""

import ipaddress
import logging
import os
import socket
import stat
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Thread

from attrs import field
from msgspec import Struct

from modeldesk.domain.records import define
from modeldesk.entrypoints.server.limits import ConnectionLimits, EndLimits
from modeldesk.entrypoints.settings import Network

LOGGER = logging.getLogger(__name__)
OPEN_FILES = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"  # noqa: PTH112 - listed several times a second
SITE_PREFIX = 64
"""Bits of an IPv6 address that a provider gives to one customer."""

Peer = tuple[str, int]


class Connection(Struct, frozen=True):
    """An accepted socket; `since` is when it was seen first.

    `inode` tells it from a later one with the same descriptor; it is 0 where the system has none for sockets.
    """

    file: int
    inode: int
    peer: Peer
    origin: str
    since: float


@define
class Connections:
    """What this process knows of its clients. `origin` of a connection is its address, empty for a trusted proxy."""

    port: int
    limits: ConnectionLimits = field(factory=ConnectionLimits)
    end: EndLimits = field(factory=EndLimits)
    trusted: Sequence[Network] = ()
    in_request: set[Peer] = field(factory=set, init=False)
    answered: dict[Peer, float] = field(factory=dict, init=False)
    _open: dict[int, Connection] = field(factory=dict, init=False)
    _shut: set[Connection] = field(factory=set, init=False)
    _end_began: float | None = field(default=None, init=False)

    def watch(self) -> None:
        """Starts the thread that looks at the sockets."""
        Thread(target=self._keep_looking, name="modeldesk-connections", daemon=True).start()

    def begin_end(self) -> None:
        """From now on connections without a request are closed, and this process ends at the latest after `end.worker`."""
        self._end_began = self._end_began or time.monotonic()

    def look(self, now: float) -> None:
        """Closes the connections that must go."""
        self._open = {found.file: found for found in open_connections(self.port, self._open, self.trusted, now)}
        present = {connection.peer for connection in self._open.values()}
        for peer, at in self.answered.copy().items():  # the event loop adds to it meanwhile
            if peer not in present and at < now - 1:
                self.answered.pop(peer, None)
        self._shut &= set(self._open.values())
        candidates = [connection for connection in self._open.values() if connection not in self._shut]
        if self._end_began is not None and now - self._end_began > self.end.clients:
            going: Iterable[Connection] = [connection for connection in candidates if connection.peer not in self.in_request]
        else:
            going = surplus(candidates, self.in_request, self.answered, self.limits, now)
        for connection in going:
            self._shut.add(connection)
            shut(connection)

    def _keep_looking(self) -> None:
        while True:
            now = time.monotonic()
            if self._end_began is not None and now - self._end_began > self.end.worker:
                LOGGER.warning("requests took too long to finish; this worker ends without them")
                os._exit(1)
            try:
                self.look(now)
            except Exception:
                LOGGER.exception("the connections could not be looked at")
            time.sleep(self.limits.look_every)


def surplus(
    connections: Sequence[Connection], in_request: Collection[Peer], answered: Mapping[Peer, float], limits: ConnectionLimits, now: float
) -> list[Connection]:
    """The connections to close: those that are in no request go, first those that never had one, the longest idle before the others."""

    def idle_since(connection: Connection) -> float:
        return max(connection.since, answered.get(connection.peer, 0.0))

    idle = sorted(
        (connection for connection in connections if connection.peer not in in_request),
        key=lambda connection: (connection.peer in answered, idle_since(connection)),
    )
    of_origin, left, going = Counter[str](), len(connections), list[Connection]()
    for connection in connections:  # given to Counter, a generator is compared with all kinds of mappings: 0.4 MB of each worker
        of_origin[connection.origin] += 1
    for connection in idle:
        is_over = bool(connection.origin) and of_origin[connection.origin] > limits.each
        if is_over or left > limits.crowded or now - idle_since(connection) > limits.untaken:
            going.append(connection)
            of_origin[connection.origin] -= 1
            left -= 1
    return going


def open_connections(port: int, known: Mapping[int, Connection], trusted: Sequence[Network], now: float) -> Iterator[Connection]:
    """The sockets of this process that were accepted at that port."""
    for name in os.listdir(OPEN_FILES):  # noqa: PTH208 - a path object each would cost more than all the rest
        file = int(name)
        try:
            status = os.fstat(file)
        except OSError:
            continue  # closed meanwhile
        if not stat.S_ISSOCK(status.st_mode):
            continue
        before = known.get(file)
        if before is not None and before.inode == status.st_ino != 0:
            yield before
            continue
        with copied(file) as ours:
            if ours is not None and (peer := _peer(ours)) is not None and ours.getsockname()[1] == port:
                is_same = before is not None and before.peer == peer and before.inode == status.st_ino
                yield before if before is not None and is_same else Connection(file, status.st_ino, peer, origin_of(peer[0], trusted), now)


def shut(connection: Connection) -> None:
    """Ends a connection, unless its descriptor belongs to another one by now. The server then reads its end, and closes it."""
    with copied(connection.file) as ours, suppress(OSError):
        if ours is not None and os.fstat(ours.fileno()).st_ino == connection.inode and _peer(ours) == connection.peer:
            ours.shutdown(socket.SHUT_RDWR)


@contextmanager
def copied(file: int) -> Iterator[socket.socket | None]:
    """The socket behind a descriptor that the server may close at any moment: a copy stays the same socket. None if it is gone."""
    try:
        copy = os.dup(file)
    except OSError:
        yield None
        return
    try:
        ours = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        yield None
        return
    with ours:
        yield ours


def _peer(connected: socket.socket) -> Peer | None:
    """None for a socket that listens, or is of another kind."""
    if connected.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        host, number, *_ = connected.getpeername()
    except OSError:
        return None
    return host.partition("%")[0], number


def origin_of(host: str, trusted: Sequence[Network]) -> str:
    """What is counted as one client: an IPv4 address, or the network that one customer has in IPv6; empty for a trusted proxy."""
    address = ipaddress.ip_address(host)
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in network for network in trusted):
        return ""
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, SITE_PREFIX), strict=False))
