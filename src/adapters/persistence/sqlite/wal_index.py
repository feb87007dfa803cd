"""The header of SQLite's WAL index: it tells without a query whether anybody has committed.

In WAL mode a commit is visible when its writer has changed this header, in memory that all processes share through the file `-shm`. SQLite itself
compares the header at the beginning of each read transaction, and `PRAGMA data_version` changes where it differs
(https://www.sqlite.org/walformat.html, "WAL-Index File Format"). Reading it costs one system call; the pragma costs a transaction with its locks.
See docs/adr/0051-hot-reads-first.md for why nothing can be missed.
"""

import os
from contextlib import suppress

OPEN_FILES = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"  # noqa: PTH112 - one listing for each database
HEADER_SIZE = 96
"""Bytes of the two copies that SQLite keeps. A counter of commits, the length of the log and a checksum of its frames are part of them."""


class WalIndex:
    """Of one database, read through the descriptor that SQLite has opened for a connection of this process.

    A descriptor of our own would have to stay open until the process ends: closing any descriptor of a file releases the locks that SQLite holds
    on it for this process (https://www.sqlite.org/howtocorrupt.html, "Posix advisory locks").
    """

    def __init__(self, database: str) -> None:
        self._location = f"{database}-shm"
        self._descriptor: int | None = None

    def header(self) -> bytes | None:
        """The present header; None where it cannot be read. The connection whose descriptor it is must be open."""
        if self._descriptor is None:
            return None
        try:
            return os.pread(self._descriptor, HEADER_SIZE, 0)
        except OSError:
            return None

    def find(self) -> None:
        """Looks for the descriptor, once a connection has begun a transaction. There is none without WAL mode."""
        if self._descriptor is None:
            with suppress(OSError):
                wanted = os.stat(self._location)  # noqa: PTH116 - compared with descriptors, which have no path
                for name in os.listdir(OPEN_FILES):  # noqa: PTH208 - names of descriptors, not of files
                    with suppress(OSError):
                        found = os.fstat(int(name))
                        if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                            self._descriptor = int(name)
                            return

    def forget(self) -> None:
        """The connection is closed, and with it the descriptor."""
        self._descriptor = None
