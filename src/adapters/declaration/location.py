"""Finds and reads the files of an import: regular files alone, up to a size limit; a pipe only as standard input."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from modeldesk.adapters.declaration.capabilities_json import CAPABILITIES_FILE
from modeldesk.adapters.strict_json.place import shown
from modeldesk.adapters.strict_json.text import MOST_BYTES
from modeldesk.adapters.trusted_files import read_regular
from modeldesk.domain.errors import DeclarationInvalid, FileRefused, Problem, Reason

STANDARD_INPUT = Path("-")
DECLARATION_FILE = "providers.json"
POPULATION_SCRIPT = "populate_ai_providers.py"


class FoundFile(NamedTuple):
    """A file to read. `in_folder` means that nobody named it and it stands in the working folder, so that it must be trusted first."""

    path: Path
    in_folder: bool = False


class DeclaredFiles(NamedTuple):
    """The contents of the files of an import. `shown` is the file's name for messages."""

    declaration: bytes
    capabilities: bytes | None
    shown: str


def declaration_file(path: Path | None = None, configured: Path | None = None, folder: Path = Path()) -> FoundFile:
    """The given path, else the configured one, else the file in the folder or its `config`, else the shipped file."""
    if explicit := path or configured:
        return FoundFile(explicit)
    candidates = (folder / DECLARATION_FILE, folder / "config" / DECLARATION_FILE)
    found = next(filter(os.path.lexists, candidates), None)
    return FoundFile(found, in_folder=True) if found else FoundFile(_shipped(DECLARATION_FILE, DECLARATION_FILE))


def population_file(path: Path | None = None, folder: Path = Path()) -> FoundFile:
    """The given path, else the script in the folder's `scripts`, else the shipped script."""
    if path:
        return FoundFile(path)
    candidate = folder / "scripts" / POPULATION_SCRIPT
    if os.path.lexists(candidate):
        return FoundFile(candidate, in_folder=True)
    return FoundFile(_shipped(POPULATION_SCRIPT, f"scripts/{POPULATION_SCRIPT}"))


def read_declared_files(file: FoundFile) -> DeclaredFiles:
    """Reads the declaration and the `capabilities.json` beside it, if any. `-` is standard input, which has none.

    Raises DeclarationInvalid if a file cannot be read.
    """
    path, in_folder = file
    if path == STANDARD_INPUT:
        return DeclaredFiles(_standard_input(), None, "standard input")
    declaration, beside = _read(path, in_folder), path.with_name(CAPABILITIES_FILE)
    has_more = beside != path and os.path.lexists(beside)
    return DeclaredFiles(declaration, _read(beside, in_folder) if has_more else None, _name(path))


def read_single_file(path: Path) -> DeclaredFiles:
    """Reads only this file. `-` is standard input. Raises DeclarationInvalid if it cannot be read."""
    if path == STANDARD_INPUT:
        return DeclaredFiles(_standard_input(), None, "standard input")
    return DeclaredFiles(_read(path, in_folder=False), None, _name(path))


def read_population_file(file: FoundFile) -> DeclaredFiles:
    """Reads a script. Raises DeclarationInvalid if it cannot be read."""
    return DeclaredFiles(_read(*file), None, _name(file.path))


def _shipped(in_package: str, in_project: str) -> Path:
    """A shipped file: in a wheel beside the modules, in a checkout beside the package's folder."""
    package = Path(str(files("modeldesk")))
    inside = package / in_package
    return inside if inside.is_file() else package.parent / in_project


def _standard_input() -> bytes:
    name = "standard input"
    if sys.stdin is None:  # Python sets None if it was closed
        raise DeclarationInvalid([Problem(name, Reason("input-closed"))])
    with _refusals(name):
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise DeclarationInvalid([Problem(name, Reason("file-too-large", mebibytes=MOST_BYTES // 2**20))])
    return data


def _read(path: Path, in_folder: bool) -> bytes:
    with _refusals(_name(path)):
        return read_regular(path, MOST_BYTES, trusted=in_folder)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Turns system errors about a file into DeclarationInvalid."""
    try:
        yield
    except FileRefused as error:
        raise DeclarationInvalid([Problem(name, error.reason)]) from None
    except (OSError, ValueError) as error:
        raise DeclarationInvalid([Problem(name, _reason(error))]) from error


def _reason(error: OSError | ValueError) -> Reason:
    match error:
        case FileNotFoundError():
            return Reason("file-not-found")
        case IsADirectoryError():
            return Reason("file-is-folder")
        case PermissionError():
            return Reason("file-not-permitted")
        case OSError():
            return Reason("file-unreadable", said=error.strerror or str(error))
    return Reason("file-name-impossible")


def _name(path: Path) -> str:
    return shown(str(path))
