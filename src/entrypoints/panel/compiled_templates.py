"""Compiles each template once: for all languages of a process, and for the next start."""

from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError
from types import CodeType

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from modeldesk.entrypoints.kept_files import KeptFiles


class CompiledTemplates(BytecodeCache):
    """Compiling all templates takes a third of a second, and the result is the same in every language.

    `module` makes the environment of the templates. Jinja itself compares the version of Python and the digest of the template.
    """

    def __init__(self, module: Path) -> None:
        self._kept = KeptFiles(module, "jinja2")
        self._compiled = dict[tuple[str, str], CodeType]()
        """By the key and the digest of the template. A process that serves many pages holds each once."""

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))
        if bucket.code is None and (kept := self._kept.read(_name(bucket.key))) is not None:
            with suppress(EOFError, ValueError, TypeError, UnpicklingError):  # of another version of Jinja's format: it is compiled anew
                bucket.bytecode_from_string(kept)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._remember(bucket)
        self._kept.write(_name(bucket.key), bucket.bytecode_to_string())

    def keep_all(self, environment: Environment, folder: Path) -> None:
        """Compiles the templates that were not kept: no request waits for that."""
        for template in environment.list_templates():
            source = folder / template
            if not self._kept.is_kept(_name(self.get_cache_key(template, str(source))), source):
                environment.get_template(template)

    def _remember(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


def _name(key: str) -> str:
    return f"template-{key}"
