"""Keeps the bytecode of compiled templates: in memory for the other languages, and in files for the next start."""

import os
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Compiling all templates takes a third of a second of a start, and their bytecode is the same in every language.

    The files stand where Python keeps the bytecode of `module`, which makes the environment of the templates, and by the same rules: nothing is
    written where Python writes none, or where the folder is not writable. A file counts for one version of the module and of Jinja; Jinja itself
    compares the version of Python and the digest of the template.
    """

    def __init__(self, module: Path) -> None:
        self._folder = Path(cache_from_source(str(module))).parent
        made = module.stat()
        self._stamp = f"{version('jinja2')} {made.st_mtime_ns} {made.st_size}\n".encode()
        self._compiled = dict[str, bytes]()

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get(bucket.key) or self._read(bucket)
        if compiled is not None:
            with suppress(EOFError, ValueError, TypeError, UnpicklingError):  # a damaged file is compiled anew
                bucket.bytecode_from_string(compiled)
        if compiled is not None and bucket.code is not None:
            self._compiled[bucket.key] = compiled

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = compiled = bucket.bytecode_to_string()
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                self._write(self._file(bucket), self._stamp + compiled)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"template-{bucket.key}.{sys.implementation.cache_tag}.bin"

    def _read(self, bucket: Bucket) -> bytes | None:
        try:
            content = self._file(bucket).read_bytes()
        except OSError:
            return None
        return content.removeprefix(self._stamp) if content.startswith(self._stamp) else None

    def _write(self, file: Path, content: bytes) -> None:
        """By one rename: another process may read it meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as opened:
                opened.write(content)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
