"""The guard against SQLite's WAL-reset bug: nobody checkpoints beside a write.

SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode when one connection checkpoints at the moment in which another one writes and
starts the log anew (https://sqlite.org/wal.html, "The WAL-reset bug"; fixed in 3.51.3, and in 3.44.6 and 3.50.7 of the older lines).
With such a library no connection checkpoints by itself, and whoever writes, checkpoints, or closes a connection that could, holds one file
lock. Readers open the file read-only and cannot checkpoint. See docs/adr/0004-sqlite-wal.md.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modeldesk.domain.errors import StorageBusy

FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
FIRST_AFFECTED = (3, 7, 0)

LOG_LIMIT = 4 * 1024 * 1024
"""Bytes of write-ahead log after which a writer checkpoints while it still holds the lock."""

LOG_CUT = 4 * LOG_LIMIT
"""Bytes of file above which the log is besides cut off."""

LOG_HEAD, FRAME_HEAD = 32, 24
LONGEST_NAP = 0.002


def is_affected(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite can lose a WAL database to a checkpoint beside a write."""
    if version < FIRST_AFFECTED or version >= FIXED[0]:
        return False
    return not any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED)


class WriteGuard:
    """The file lock of one database. Waited for in a thread, never on the event loop; ends with the process, however that ends."""

    def __init__(self, database: Path, *, busy_timeout: float, needed: bool | None = None) -> None:
        """`busy_timeout` is in seconds; `needed` None: as the library of this process demands."""
        self.needed = is_affected(sqlite3.sqlite_version_info) if needed is None else needed
        self._path = database.with_name(database.name + ".lock")
        self._log = database.with_name(database.name + "-wal")
        self._busy_timeout = busy_timeout
        self._limit = LOG_LIMIT
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises StorageBusy when another process keeps it for longer than we wait."""
        if not self.needed:
            return
        descriptor = self._opened()
        try:
            self._wait_for(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def acquired_at_once(self) -> bool:
        """Whether it is ours, without waiting; this may be asked on the event loop."""
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
        """Moves the log into the database where it has grown long; the caller holds the lock.

        The file keeps its length then, unless it is far too long, and is written again from its beginning: a commit is on the disk in half
        the time where the file does not grow.
        """
        if not self.needed or (size := self._log_size()) < self._limit or not self._is_written_up_to(self._limit):
            return
        # A reader can keep the log from beginning anew. Nobody waits for it, and trying at each commit would cost a sync each time.
        self._limit = LOG_LIMIT if self._is_moved(connection, "RESTART" if size < LOG_CUT else "TRUNCATE") else size + LOG_LIMIT

    def _is_moved(self, connection: sqlite3.Connection, how: str) -> bool:
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            busy, _, _ = connection.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
        except sqlite3.OperationalError:
            return False  # a full disk, say: what was committed stands in the log, and was acknowledged rightly
        finally:
            connection.execute(f"PRAGMA busy_timeout = {self._busy_timeout * 1000:.0f}")
        return not busy

    def _is_written_up_to(self, place: int) -> bool:
        """Whether the log has come that far since it last began: each frame of it carries the two salts of its head.

        See https://sqlite.org/fileformat2.html#walformat.
        """
        with self._log.open("rb", buffering=0) as log:
            head = log.read(LOG_HEAD)
            frame = FRAME_HEAD + int.from_bytes(head[8:12])
            log.seek(LOG_HEAD + max(0, (place - LOG_HEAD) // frame - 1) * frame)
            return log.read(16)[8:] == head[16:24]

    def _opened(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _wait_for(self, descriptor: int) -> None:
        deadline = time.monotonic() + self._busy_timeout
        nap = 0.0001
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
