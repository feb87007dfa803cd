"""AES-256-GCM and HKDF. The library behind them takes seven megabytes, so this module is imported with the first key: a desk without secrets
needs none.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Cipher:
    """Encrypts with one key."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def encrypt(self, nonce: bytes, text: bytes, associated: bytes) -> bytes:
        return self._cipher.encrypt(nonce, text, associated)

    def decrypt(self, nonce: bytes, encrypted: bytes, associated: bytes) -> bytes:
        """Raises ValueError for what was not encrypted with this key, nonce and associated data."""
        try:
            return self._cipher.decrypt(nonce, encrypted, associated)
        except InvalidTag:
            raise ValueError from None


def derived_key(master: bytes, purpose: str, length: int) -> bytes:
    """A key of `length` bytes, which reveals nothing about the master key, nor about those of other purposes."""
    return HKDF(SHA256(), length, salt=None, info=purpose.encode()).derive(master)
