"""Reads files that somebody else may have placed: regular ones alone, and on request only those that nobody but this user or root can change."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from modeldesk.domain.errors import FileRefused, Reason

ROOT = 0
FOR_OTHERS_TO_WRITE = stat.S_IWGRP | stat.S_IWOTH
WITHOUT_WAITING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
"""Opening a FIFO would wait for a writer otherwise, and a terminal would become ours."""


def read_regular(path: Path, most: int, *, trusted: bool = False, guarded: bool = False) -> bytes:
    """The content of a regular file of at most `most` bytes.

    With `guarded` its group and others may not write the file. With `trusted` the file, and a link to it, must belong to this user or to root,
    too. Raises FileRefused, OSError.
    """
    with open_regular(path) as (file, found):
        if trusted:
            _require_owner(path, os.lstat(path))
            _require_owner(path, found)
        if (trusted or guarded) and found.st_mode & FOR_OTHERS_TO_WRITE:
            raise FileRefused(str(path), Reason("file-writable-by-others", file=str(path), mode=f"{stat.S_IMODE(found.st_mode):04o}"))
        content = file.read(most + 1)
    if len(content) > most:
        raise FileRefused(str(path), Reason("file-too-large", mebibytes=most // 2**20 or most / 2**20))
    return content


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    """A regular file that is open for reading, and its status. Raises FileRefused, OSError."""
    _require_regular(path, os.stat(path))  # noqa: PTH116 - opening a device may do something
    descriptor = os.open(path, WITHOUT_WAITING)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - of a descriptor
        found = os.fstat(descriptor)  # of the file that was opened: the name may mean another one by now
        _require_regular(path, found)
        yield file, found


def _require_regular(path: Path, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise FileRefused(str(path), Reason("file-is-folder"))
    if not stat.S_ISREG(found.st_mode):
        raise FileRefused(str(path), Reason("file-not-regular"))


def _require_owner(path: Path, found: os.stat_result) -> None:
    # Root could change any file anyway.
    if found.st_uid not in (ROOT, os.geteuid()):
        raise FileRefused(str(path), Reason("file-of-another-user", file=str(path), owner=str(found.st_uid)))
