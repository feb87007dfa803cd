"""Database, cache and backup."""

from collections.abc import Mapping
from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Invalid, Unavailable


class InvalidBackup(Invalid):
    """The file to restore is no copy of a database, a damaged one, or one of a newer version; nothing was changed."""

    code: ClassVar[str] = "invalid-backup"
    file: str
    reason: Reason


class StorageBusy(Unavailable):
    """Another process held the database for longer than we wait."""

    code: ClassVar[str] = "storage-busy"


class StorageUnavailable(Unavailable):
    """The database cannot be opened, read or written; `reason` names the place, never a password."""

    code: ClassVar[str] = "storage-unavailable"
    reason: Reason


class CopyNotWritten(Unavailable):
    """A copy of the database could not be written; nothing of it was."""

    code: ClassVar[str] = "copy-not-written"
    file: str
    reason: Reason


class CacheUnavailable(Unavailable):
    """The cache that instances share cannot be reached. Everything works without it; health checks report it."""

    code: ClassVar[str] = "cache-unavailable"


class SchemaMismatch(Unavailable):
    """The database was made by another version; `found` is None where it holds no schema at all."""

    code: ClassVar[str] = "schema-mismatch"
    found: str | None
    wanted: str
    newer: bool

    @property
    def facts(self) -> Mapping[str, object]:
        return {"reason": self.reason}

    @property
    def reason(self) -> Reason:
        if self.newer:
            return Reason("schema-newer", stored=self.found, wanted=self.wanted)
        if self.found is None:
            return Reason("schema-none", wanted=self.wanted)
        return Reason("schema-older", stored=self.found, wanted=self.wanted)
