"""Encryption of keys and hashing of passwords."""

from collections.abc import Sequence
from typing import Protocol

from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.values.secret import Secret


class Vault(Protocol):
    """Seals keys under the master key. What was sealed for one binding opens for no other."""

    def seal(self, key: Secret, binding: KeyBinding) -> bytes: ...

    def open(self, sealed: bytes, binding: KeyBinding) -> Secret:
        """Raises KeyUnreadable."""
        ...

    def fingerprint(self, key: Secret) -> str:
        """The same for the same key, and of no use to who does not hold the master key."""
        ...

    def is_readable(self, key: StoredKey) -> bool:
        """Whether `open` would open it."""
        ...

    def master_key_id(self, sealed: bytes) -> str:
        """The id of the master key that it says it was sealed under; empty for what is no sealed key at all."""
        ...

    def master_key_ids(self) -> Sequence[str]:
        """The ids of the master keys that are at hand, the one that seals first; none where none was made yet."""
        ...

    def renew(self) -> bool:
        """Makes a new master key, which seals from now on, and keeps the one that did so before; all older ones go.

        False where the master key is a setting, and no place of ours. Called in a unit of work, so that nobody seals meanwhile.
        """
        ...


class PasswordHasher(Protocol):
    """Slow hashes on purpose, never on the event loop. Raises SignInBusy where too many are wanted at once."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Without a hash to compare with, it takes as long and answers False."""
        ...
