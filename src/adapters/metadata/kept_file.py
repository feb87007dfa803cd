"""The catalogue that the last refresh kept: a file in `MODELDESK_HOME`, with where it came from and when."""

import gzip
import logging
import os
import secrets
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.catalogue.metadata_layers import Validators

LOGGER = logging.getLogger(__name__)
NAME = "models-dev.json.gz"


class KeptCatalogue(Struct, frozen=True):
    """`fetched_at` is when it was last known to be the one at its origin."""

    origin: str
    fetched_at: datetime
    validators: Validators
    data: bytes


class KeptFile:
    """Written as a whole or not at all. Every process that reads it sees a change at once."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME
        self._location = str(self._path)
        self._was_missing = False

    def stamp(self) -> tuple[int, int, int] | None:
        """Differs after each change; None where no file is kept."""
        # A file that is missing is an exception for `stat`, which would cost more than the rest; `access` alone says that one is there.
        if self._was_missing and not os.access(self._location, os.F_OK):
            return None
        try:
            found = os.stat(self._location)  # noqa: PTH116 - each request asks, and this takes half the time
        except OSError:
            self._was_missing = True
            return None
        self._was_missing = False
        return found.st_mtime_ns, found.st_size, found.st_ino

    def read(self) -> KeptCatalogue | None:
        """What is kept; None without a file, or where it is damaged, which is logged."""
        try:
            written, _, data = gzip.decompress(self._path.read_bytes()).partition(b"\n")
            head = msgspec.json.decode(written, type=_Head)
            return KeptCatalogue(head.origin, head.fetched_at, Validators(head.etag, head.last_modified), data)
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, msgspec.MsgspecError) as error:
            LOGGER.warning("%s cannot be read, so the shipped metadata is used: %s", self._path, type(error).__name__)
            return None

    def prepare(self, kept: KeptCatalogue) -> Path:
        """Writes the catalogue beside what is kept, where nobody reads it until `publish`. Raises StorageUnavailable."""
        head = _Head(kept.origin, kept.fetched_at, kept.validators.etag, kept.validators.last_modified)
        part = self._path.with_name(f".{NAME}.{secrets.token_hex(8)}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "wb") as file:
                file.write(gzip.compress(msgspec.json.encode(head) + b"\n" + kept.data))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            part.unlink(missing_ok=True)
            raise self._unwritable(error) from None
        return part

    def publish(self, part: Path) -> None:
        """Puts what `prepare` wrote in the place of what is kept. Raises StorageUnavailable."""
        try:
            part.replace(self._path)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> StorageUnavailable:
        return StorageUnavailable(Reason("database-said", place=self._location, said=error.strerror or type(error).__name__))


class _Head(msgspec.Struct):
    origin: str
    fetched_at: datetime
    etag: str = ""
    last_modified: str = ""
