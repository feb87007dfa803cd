"""The file of the embedded database."""

import os
from pathlib import Path
from typing import TypeAlias

from modeldesk.adapters.persistence.failures import translated
from modeldesk.domain.errors import Reason, StorageUnavailable

FileStamp: TypeAlias = tuple[int, int]


class DatabaseFile:
    """The file must exist and stay the one that was opened: a database that went away is an error, never a new empty one.

    A file that replaced it is refused too: the open connections would write into the old one, or mix the log of one with the other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.location = str(path)
        self._identity: tuple[int, int] | None = None

    def require_unchanged(self) -> FileStamp:
        """Raises StorageUnavailable where the file is gone or is another one. Returns when it was written last, and its size."""
        try:
            found = os.stat(self.location)  # noqa: PTH116 - called several times a request, and pathlib is slower
        except OSError:
            with translated(self.location):
                raise
        identity = (found.st_dev, found.st_ino)
        if self._identity is None:
            self._identity = identity
        elif self._identity != identity:
            raise StorageUnavailable(Reason("database-file-replaced", place=self.location))
        return found.st_mtime_ns, found.st_size

    def closed(self) -> None:
        """No connection is open any more; the next one may open another file."""
        self._identity = None
