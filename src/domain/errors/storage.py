"""Database, cache and backup."""

from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.root import Invalid, Unavailable


@define(eq=False)
class InvalidBackup(Invalid):
    """What shall be put back is no copy of a database, a damaged one, or one of a newer version; nothing was changed."""

    code: ClassVar[str] = "copy-refused"
    file: str
    reason: str

    def __str__(self) -> str:
        return f"cannot restore {self.file}: {self.reason}"


@define(eq=False)
class StorageBusy(Unavailable):
    """Another process held the database for longer than we wait."""

    code: ClassVar[str] = "storage-busy"

    def __str__(self) -> str:
        return "the database is busy with another writer; try again"


@define(eq=False)
class StorageUnavailable(Unavailable):
    """The database cannot be opened, read or written; `reason` names the place, never a password."""

    code: ClassVar[str] = "storage-unavailable"
    reason: str

    def __str__(self) -> str:
        return f"the database cannot be used: {self.reason}"


@define(eq=False)
class CopyNotWritten(Unavailable):
    """A copy of the database could not be written; nothing of it was."""

    code: ClassVar[str] = "copy-not-written"
    file: str
    reason: str

    def __str__(self) -> str:
        return f"cannot write {self.file}: {self.reason}"


@define(eq=False)
class CacheUnavailable(Unavailable):
    """The cache that instances share cannot be reached. Everything works without it; who watches a service wants to know."""

    code: ClassVar[str] = "cache-unavailable"

    def __str__(self) -> str:
        return "the cache that instances share (MODELDESK_REDIS_URL) cannot be reached; each process reads lists for itself"


@define(eq=False)
class SchemaMismatch(Unavailable):
    """The database was made by another version; `found` is None where it holds no schema at all."""

    code: ClassVar[str] = "schema-mismatch"
    found: str | None
    wanted: str
    newer: bool

    def __str__(self) -> str:
        if self.newer:
            return f"the database has schema {self.found}, newer than the {self.wanted} this version knows; run a newer Modeldesk"
        return f"the database has schema {self.found or 'none'}, this version needs {self.wanted}; run: modeldesk db upgrade"
