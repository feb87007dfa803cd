"""Keeps what takes long to make of a source file: in files beside Python's bytecode, for the next start."""

import os
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from zlib import crc32


class KeptFiles:
    """Files where Python keeps the bytecode of `module`, which makes their contents by means of `library`.

    By Python's rules: nothing is written where Python writes none, or where the folder is not writable. A file counts for one version of the
    module and of the library, and while it is not damaged. What it was made of is part of its name, or compared by whoever reads it.
    """

    def __init__(self, module: Path, library: str) -> None:
        self._folder = Path(cache_from_source(str(module))).parent
        made = module.stat()
        self._stamp = f"{version(library)} {int(made.st_mtime)} {made.st_size}"  # copies of a folder keep whole seconds

    def read(self, name: str) -> bytes | None:
        """What is kept under this name; None where there is nothing that counts."""
        try:
            head, _, content = self._file(name).read_bytes().partition(b"\n")
        except OSError:
            return None
        return content if head == self._head(content) else None

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
        return f"{self._stamp} {crc32(content)}".encode()

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
