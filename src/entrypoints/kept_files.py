"""Keeps what takes long to make of a source file: in files beside Python's bytecode, for the next start."""

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from zlib import crc32

AT_ONCE = 64 * 1024
MOST_OF_HEAD = 1024
"""Bytes."""


class OpenedFile:
    """What follows the first line of a file, read in parts. It stays what it was when it was opened, though another file takes its place.

    It is not mapped into memory. Whoever reads a mapping of a file that was cut off meanwhile ends, and what was read of one counts as memory.
    """

    def __init__(self, file: Path) -> None:
        """Reads all of it once, for its checksum. Raises OSError."""
        self._opened = -1
        self._opened = os.open(file, os.O_RDONLY)
        self._state = self._now()
        self.head = os.pread(self._opened, MOST_OF_HEAD, 0).partition(b"\n")[0]
        self._start = len(self.head) + 1
        self.size, self.checksum = 0, crc32(b"")
        while part := os.pread(self._opened, AT_ONCE, self._start + self.size):
            self.size, self.checksum = self.size + len(part), crc32(part, self.checksum)

    def read(self, offset: int, length: int) -> bytes | None:
        """None once the file was written to, or cannot be read any more. Processes that part from this one may read at the same time."""
        try:
            found = os.pread(self._opened, length, self._start + offset)
            return found if self._now() == self._state else None
        except OSError:
            return None

    def _now(self) -> tuple[int, int]:
        found = os.fstat(self._opened)
        return found.st_size, found.st_mtime_ns

    def __del__(self, close: Callable[[int], None] = os.close) -> None:  # modules may be empty when a process ends
        if self._opened >= 0:
            close(self._opened)


class KeptFiles:
    """Files where Python keeps the bytecode of `module`, which makes their contents by means of `library`, with other modules.

    By Python's rules: nothing is written where Python writes none, or where the folder is not writable. A file counts for one version of the
    modules and of the library, and while it is not damaged. What it was made of is part of its name, or compared by whoever reads it.
    """

    def __init__(self, module: Path, library: str, *others: Path) -> None:
        self._folder = Path(cache_from_source(str(module))).parent
        made = [file.stat() for file in (module, *others)]
        stamps = (f"{int(found.st_mtime)} {found.st_size}" for found in made)  # copies of a folder keep whole seconds
        self._stamp = " ".join((version(library), *stamps))

    def read(self, name: str) -> bytes | None:
        """What is kept under this name; None where there is nothing that counts."""
        try:
            head, _, content = self._file(name).read_bytes().partition(b"\n")
        except OSError:
            return None
        return content if head == self._head(content) else None

    def open(self, name: str) -> "OpenedFile | None":
        """What is kept under this name, to be read in parts; None where there is nothing that counts."""
        try:
            opened = OpenedFile(self._file(name))
        except OSError:
            return None
        return opened if opened.head == self._headed(opened.checksum) else None

    def write(self, name: str, content: bytes) -> None:
        """By one rename: another process may read it meanwhile. Does nothing where nothing may be written."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                self._write(self._file(name), self._head(content) + b"\n" + content)

    def is_kept(self, name: str, source: Path) -> bool:
        """Whether something is kept that counts and is not older than its source."""
        try:
            is_older = self._file(name).stat().st_mtime < source.stat().st_mtime
        except OSError:
            return False
        return not is_older and self.read(name) is not None

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.{sys.implementation.cache_tag}.bin"

    def _head(self, content: bytes) -> bytes:
        return self._headed(crc32(content))

    def _headed(self, checksum: int) -> bytes:
        return f"{self._stamp} {checksum}".encode()

    def _write(self, file: Path, content: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(content)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
