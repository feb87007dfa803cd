"""Compiles each template once: for all languages of a process, and for the next start."""

from collections.abc import Iterable
from contextlib import suppress
from pickle import UnpicklingError
from types import CodeType

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from modeldesk.entrypoints.kept_files import KeptFiles
from modeldesk.entrypoints.panel.kept_templates import KEPT, kept_name


class CompiledTemplates(BytecodeCache):
    """Compiling all templates takes a third of a second, and the result is the same in every language.

    Jinja itself compares the version of Python and the digest of the template.
    """

    def __init__(self, kept: KeptFiles = KEPT) -> None:
        self._kept = kept
        self._compiled = dict[tuple[str, str], CodeType]()
        """By the key and the digest of the template. A process that serves many pages holds each once."""

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))
        if bucket.code is None and (kept := self._kept.read(kept_name(bucket.key))) is not None:
            with suppress(EOFError, ValueError, TypeError, UnpicklingError):  # of another version of Jinja's format: it is compiled anew
                bucket.bytecode_from_string(kept)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._remember(bucket)
        self._kept.write(kept_name(bucket.key), bucket.bytecode_to_string())

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Jinja's own contains the path of the folder, which may be moved."""
        return name

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


def compile_all(environment: Environment, templates: Iterable[str]) -> None:
    """Compiles and keeps the templates: no request waits for that."""
    for template in templates:
        environment.get_template(template)


OF_PAGES = CompiledTemplates()
"""Of all languages."""
