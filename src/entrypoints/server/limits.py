"""What the server allows a connection. ADR 25 gives the reason for each figure."""

import resource

from msgspec import Struct

BACKLOG = 1024
"""Connections that wait in the kernel until a worker accepts them."""

HEAD_SECONDS = 10
"""For a request's head to arrive, and for an idle connection to send the next one."""

LARGEST_HEAD = 48 * 1024
"""Bytes of the request line and all headers. The application allows less, and answers what is between with a problem."""

KEPT_FILES = 256
"""Open files that a worker needs for other things than its clients: databases, Redis, vendors, logs."""

WANTED_FILES = 4096
"""The limit of open files that a server asks the system for."""


class ConnectionLimits(Struct, frozen=True):
    """Of one worker: `most` accepted connections, with room beside its event streams. Beyond `crowded` the longest idle ones are closed.

    `each` is for one address. `untaken` is in seconds: a connection that is in no request, and had none for so long, has an answer that its
    client does not read.
    """

    most: int = 2000
    crowded: int = 1500
    each: int = 250
    untaken: float = 60.0
    look_every: float = 0.25


class BodyLimits(Struct, frozen=True):
    """Of the bodies that arrive in one worker. A body has `seconds`, and one second more for each `slowest` bytes that came.

    `most` is the sum of bytes of bodies that are not complete. A refused request's body is read for `rest_seconds` and `rest_bytes`, so
    that its client reads the answer instead of a reset.
    """

    seconds: float = 10.0
    slowest: int = 64 * 1024
    most: int = 32 * 1024 * 1024
    rest_seconds: float = 2.0
    rest_bytes: int = 16 * 1024 * 1024


class EndLimits(Struct, frozen=True):
    """In seconds from the signal: when a worker closes connections that are in no request, when it ends, and when its parent kills it."""

    clients: float = 2.0
    worker: float = 8.0
    killed: float = 9.0


def connection_limits() -> ConnectionLimits:
    """Raises the limit of open files as far as allowed and wanted; allows fewer connections where it stays low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return within(soft if soft != resource.RLIM_INFINITY else WANTED_FILES)


def within(files: int) -> ConnectionLimits:
    """The limits for a process that may open so many files."""
    most = max(16, min(ConnectionLimits().most, files - KEPT_FILES))
    return ConnectionLimits(most=most, crowded=most * 3 // 4, each=most // 8)
