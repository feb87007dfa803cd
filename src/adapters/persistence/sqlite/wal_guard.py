"""The guard against SQLite's WAL-reset bug: no checkpoint runs beside a write.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when one connection checkpoints at the moment in which another one writes and
starts the log anew (https://sqlite.org/wal.html, "The WAL-reset bug"; fixed in 3.51.3, and in 3.44.6 and 3.50.7 of the older lines).
With such a library no connection checkpoints by itself, and a process holds one file lock while it writes, checkpoints, or closes a
connection. Readers open the file read-only and cannot checkpoint. See docs/adr/0004-sqlite-wal.md.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from modeldesk.adapters.deadline import remaining
from modeldesk.domain.errors import StorageBusy

FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
FIRST_AFFECTED = (3, 7, 0)

LOG_HEADER, FRAME_HEADER = 32, 24
"""Bytes of the log before its first frame, and of each frame before its page."""

SHORTEST_NAP, LONGEST_NAP = 0.0001, 0.002
"""Seconds between two attempts to lock the file: twice as many each time, from the shortest to the longest."""


def is_affected(version: tuple[int, int, int]) -> bool:
    """Whether this version of SQLite has the WAL-reset bug."""
    if version < FIRST_AFFECTED or version >= FIXED[0]:
        return False
    return not any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED)


class LogLimits(Struct, frozen=True):
    """The sizes in bytes from which the write-ahead log is checkpointed: `restart` writes it anew from its start, `truncate` cuts the file too."""

    restart: int = 4 * 1024 * 1024
    truncate: int = 16 * 1024 * 1024


class WriteGuard:
    """The file lock of one database. Waits only in a thread. The system releases it when the process ends."""

    def __init__(self, database: Path, *, busy_timeout: float, needed: bool | None = None, limits: LogLimits | None = None) -> None:
        """`busy_timeout` in seconds. `needed` None: by the version of SQLite in this process."""
        self.needed = is_affected(sqlite3.sqlite_version_info) if needed is None else needed
        self._path = database.with_name(database.name + ".lock")
        self._log = database.with_name(database.name + "-wal")
        self._busy_timeout = busy_timeout
        self._limits = limits or LogLimits()
        self._limit = self._limits.restart
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises StorageBusy where another process holds it for longer than `busy_timeout`, or than the deadline allows."""
        if not self.needed:
            return
        descriptor = self._opened()
        try:
            self._wait_for(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def try_acquire(self) -> bool:
        """Acquires it if it is free. Never waits, so that it may run on the event loop."""
        if not self.needed:
            return True
        descriptor = self._opened()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def held(self) -> Iterator[None]:
        self.acquire()
        try:
            yield
        finally:
            self.release()

    def checkpoint_if_due(self, connection: sqlite3.Connection) -> None:
        """Checkpoints where the log has grown long; the caller holds the lock.

        The log restarts at the beginning of its file, which keeps its length unless it is far too long: a commit takes half the time where the
        file does not grow.
        """
        if not self.needed or (size := self._log_size()) < self._limit or not self.is_written_up_to(self._limit):
            return
        # A reader can prevent the restart of the log. Trying again at each commit would cost a sync each time.
        is_done = self._checkpoint(connection, "RESTART" if size < self._limits.truncate else "TRUNCATE")
        self._limit = self._limits.restart if is_done else size + self._limits.restart

    def _checkpoint(self, connection: sqlite3.Connection, how: str) -> bool:
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            busy, _, _ = connection.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        except sqlite3.OperationalError:
            return False  # for example a full disk: committed changes are safe in the log
        finally:
            connection.execute(f"PRAGMA busy_timeout = {self._busy_timeout * 1000:.0f}")
        return not busy

    def is_written_up_to(self, size: int) -> bool:
        """Whether the log has reached `size` bytes since its last restart: its frames carry the two salts of its header.

        See https://sqlite.org/fileformat2.html#walformat.
        """
        with self._log.open("rb", buffering=0) as log:
            header = log.read(LOG_HEADER)
            frame = FRAME_HEADER + int.from_bytes(header[8:12])
            log.seek(LOG_HEADER + max(0, (size - LOG_HEADER) // frame - 1) * frame)
            return log.read(16)[8:] == header[16:24]

    def _opened(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _wait_for(self, descriptor: int) -> None:
        deadline = time.monotonic() + remaining(self._busy_timeout)
        nap = SHORTEST_NAP
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StorageBusy from None
                time.sleep(nap)
                nap = min(2 * nap, LONGEST_NAP)
            else:
                return

    def _log_size(self) -> int:
        try:
            return self._log.stat().st_size
        except FileNotFoundError:
            return 0
