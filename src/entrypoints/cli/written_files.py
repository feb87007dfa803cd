"""Files that a command writes: never over the files of the desk itself, and completely or not at all."""

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from modeldesk.entrypoints.settings import Settings

LONGEST_START = 50
"""Characters of a file's name that its temporary name begins with. A character has at most four bytes."""

NO_FILES: Mapping[str, Path] = {}


def write_file(path: Path, content: bytes) -> None:
    """Writes a file that a person names. Raises ClickException."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise click.ClickException(f"cannot write {shown(path)}: {error.strerror}") from error


def require_writable(path: Path, settings: Settings, read: Mapping[str, Path] = NO_FILES) -> None:
    """Raises UsageError as `require_other_file`, since what was there would be lost, and ClickException where no file can be written."""
    require_other_file(path, settings, read)
    if path.is_dir():
        raise click.ClickException(f"cannot write {shown(path)}: this is a folder, not a file")
    if not path.parent.is_dir():
        raise click.ClickException(f"cannot write {shown(path)}: there is no folder {shown(path.parent)}")


def require_other_file(path: Path, settings: Settings, read: Mapping[str, Path] = NO_FILES) -> None:
    """Raises UsageError if the path is a file of the desk itself, or one of those that are `read`, by what they are."""
    for what, file in {**_own_files(settings), **read}.items():
        if _is_same(path, file):
            raise click.UsageError(f"{shown(path)} is {what.partition(':')[0]} itself")


def shown(path: Path) -> str:
    """A file name for display, with unprintable characters replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(path))


def _own_files(settings: Settings) -> dict[str, Path]:
    """The files that hold the desk, by what they are; what stands behind a colon only tells them apart."""
    files = {"the master key": settings.home / "master.key", "the metadata": settings.home / "models-dev.json.gz"}
    if settings.master_key_file is not None:
        files["the master key:file"] = settings.master_key_file
    if settings.database_file is not None:
        ends = ("", "-wal", "-shm", "-journal", ".lock")
        files |= {f"the database:{end}": settings.database_file.with_name(settings.database_file.name + end) for end in ends}
    return files


def _is_same(path: Path, file: Path) -> bool:
    """Whether both are one file, under other names and through links, too."""
    with suppress(OSError):
        if path.exists() and file.exists():
            return path.samefile(file)
    return path.resolve() == file.resolve()


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file completely or not at all. It keeps the mode of a file that it replaces. Raises OSError, for a link of another user too."""
    if path.is_symlink() and path.lstat().st_uid not in (0, os.geteuid()):
        raise OSError(errno.ELOOP, "another user placed this link", str(path))
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(content)  # a device or a pipe cannot be replaced; for a folder this raises
        return
    draft = target.with_name(f".{target.name[:LONGEST_START]}.{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
