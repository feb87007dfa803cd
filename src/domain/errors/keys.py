"""API keys that are missing or unreadable."""

from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, NotFound, Unavailable


class KeyNotFound(NotFound):
    """There is no such personal key; a key of somebody else gets the same answer."""

    code: ClassVar[str] = "key-not-found"
    provider: str


class KeyMissing(Conflict):
    """Reading this needs a key, and the actor may use none; `reason` says what stands in the way."""

    code: ClassVar[str] = "key-missing"
    provider: str
    reason: Reason


class MasterKeyMissing(Conflict):
    """Nothing is sealed while stored secrets, `count` of them, need a master key that is not available."""

    code: ClassVar[str] = "master-key-missing"
    count: int


class MasterKeyWrong(Unavailable):
    """The master key is unusable. `reason` names its source and never contains the key."""

    code: ClassVar[str] = "master-key-wrong"
    reason: Reason


class KeyUnreadable(Conflict):
    """A stored key cannot be decrypted: it was sealed under another master key, or its row was changed."""

    code: ClassVar[str] = "key-unreadable"
    provider: str
