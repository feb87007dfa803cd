"""Encryption of keys and hashing of passwords."""

from collections.abc import Sequence
from typing import Protocol

from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.values.secret import Secret


class Vault(Protocol):
    """Encrypts keys with the master key. A ciphertext opens only with the binding that it was sealed for.

    Whatever needs a master key raises MasterKeyWrong.
    """

    def seal(self, key: Secret, binding: KeyBinding) -> bytes: ...

    def open(self, sealed: bytes, binding: KeyBinding) -> Secret:
        """Raises KeyUnreadable."""
        ...

    def fingerprint(self, key: Secret) -> str:
        """Equal for equal keys; useless without the master key."""
        ...

    def is_readable(self, key: StoredKey) -> bool:
        """Whether `open` would succeed."""
        ...

    def master_key_id(self, sealed: bytes) -> str:
        """The id of the master key that `sealed` names; empty where it is not a sealed key."""
        ...

    def master_key_ids(self) -> Sequence[str]:
        """The ids of the available master keys, the newest one first; it seals. Empty where there is none yet."""
        ...

    def renew(self) -> bool:
        """Creates a new master key, which seals from now on, keeps the previous one, and deletes older ones.

        False where the master key comes from a setting. Called in a unit of work, so that nobody seals meanwhile.
        """
        ...


class PasswordHasher(Protocol):
    """Password hashes, computed off the event loop. Raises SignInBusy where too many are requested at once."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether they match. For None it takes as long and returns False, so that the time reveals no name."""
        ...
