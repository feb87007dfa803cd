"""API keys that are missing or unreadable."""

from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.root import Conflict, NotFound


@define(eq=False)
class KeyNotFound(NotFound):
    """There is no such personal key; the same is said of a key that is somebody else's."""

    code: ClassVar[str] = "key-not-found"
    slug: str

    def __str__(self) -> str:
        return f"there is no such personal key of {self.slug!r}"


@define(eq=False)
class KeyMissing(Conflict):
    """Reading this needs a key, and there is none that who asks may spend; `reason` says which of it."""

    code: ClassVar[str] = "key-missing"
    slug: str
    reason: str

    def __str__(self) -> str:
        return self.reason


@define(eq=False)
class KeyUnreadable(Conflict):
    """A stored key cannot be decrypted: it was sealed under another master key, or its row was changed."""

    code: ClassVar[str] = "key-unreadable"
    slug: str

    def __str__(self) -> str:
        return f"the stored key of {self.slug!r} cannot be decrypted with this master key; set it again, or bring the master key back"
