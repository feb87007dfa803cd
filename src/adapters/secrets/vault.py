"""Encrypts vendors' keys with the master key: AES-256-GCM, bound to one provider, owner and origin."""

import base64
import hmac
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256

from modeldesk.adapters.secrets.master_key import MasterKey
from modeldesk.domain.errors import KeyUnreadable
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.values.secret import Secret

FORMAT = 1
KEY_ID_LENGTH = 8
NONCE_LENGTH = 12
FINGERPRINT_LENGTH = 16

_HEAD_LENGTH = 1 + KEY_ID_LENGTH


class KeyVault:
    """Encrypts and decrypts keys. Raises MasterKeyWrong if the master key is unusable.

    Encrypted bytes are: the format (1 byte), the id of the master key (8), a random nonce (12), the ciphertext with its tag. The binding is not
    stored in them; it is associated data, together with the format and the id. An encryption key, a fingerprint key and the id are derived from
    the master key. Of several master keys the first encrypts, and each decrypts what it encrypted.
    """

    __slots__ = ("_derived", "_master", "_redact")

    def __init__(self, master: MasterKey, redact: Callable[[Secret], None] = lambda _: None) -> None:
        """`redact` is called with every key that is encrypted or decrypted, and with the master keys, so that logs can redact them."""
        self._master = master
        self._redact = redact
        self._derived: dict[bytes, _Derived] = {}

    def seal(self, key: Secret, binding: KeyBinding) -> bytes:
        self._redact(key)
        derived = self._newest()
        head, nonce = bytes([FORMAT]) + derived.id, os.urandom(NONCE_LENGTH)
        return head + nonce + derived.sealing.encrypt(nonce, key.reveal().encode(), _bound(head, binding))

    def open(self, sealed: bytes, binding: KeyBinding) -> Secret:
        head, nonce, text = sealed[:_HEAD_LENGTH], sealed[_HEAD_LENGTH : _HEAD_LENGTH + NONCE_LENGTH], sealed[_HEAD_LENGTH + NONCE_LENGTH :]
        derived = self._by_id(head[1:]) if head[:1] == bytes([FORMAT]) else None
        if derived is None:
            raise KeyUnreadable(binding.provider)
        try:
            key = Secret(derived.sealing.decrypt(nonce, text, _bound(head, binding)).decode())
        except ValueError:
            raise KeyUnreadable(binding.provider) from None
        self._redact(key)
        return key

    def fingerprint(self, key: Secret) -> str:
        return hmac.new(self._newest().fingerprinting, key.reveal().encode(), sha256).hexdigest()[:FINGERPRINT_LENGTH]

    def is_readable(self, key: StoredKey) -> bool:
        with suppress(KeyUnreadable):
            self.open(key.sealed, key.binding)
            return True
        return False

    def master_key_id(self, sealed: bytes) -> str:
        has_form = sealed[:1] == bytes([FORMAT]) and len(sealed) > _HEAD_LENGTH + NONCE_LENGTH
        return sealed[1:_HEAD_LENGTH].hex() if has_form else ""

    def master_key_ids(self) -> Sequence[str]:
        return [self._derive(master).id.hex() for master in self._master.read()]

    def renew(self) -> bool:
        return self._master.renew()

    def __repr__(self) -> str:
        return "KeyVault(****)"

    def __reduce__(self) -> str:
        raise TypeError("a vault is not pickled")

    def _newest(self) -> "_Derived":
        return self._derive(self._master.newest_or_new())

    def _by_id(self, key_id: bytes) -> "_Derived | None":
        """The master key with this id, or None. Creates no master key."""
        for keys in (self._master.last_read, self._master.read):  # another process may have rotated the master key
            for derived in map(self._derive, keys()):
                if derived.id == key_id:
                    return derived
        return None

    def _derive(self, master: bytes) -> "_Derived":
        if master not in self._derived:
            for encoding in (base64.b64encode(master).decode(), master.hex()):
                self._redact(Secret(encoding))
            self._derived[master] = _Derived(master)
        return self._derived[master]


class _Derived:
    """The keys derived from a master key, and its id, which reveals nothing about it."""

    __slots__ = ("fingerprinting", "id", "sealing")

    def __init__(self, master: bytes) -> None:
        from modeldesk.adapters.secrets.encryption import Cipher, derived_key  # noqa: PLC0415 - the module says why

        def derived(purpose: str, length: int) -> bytes:
            return derived_key(master, f"modeldesk {purpose} {FORMAT}", length)

        self.id = derived("id", KEY_ID_LENGTH)
        self.sealing = Cipher(derived("sealing", 32))
        self.fingerprinting = derived("fingerprints", 32)


def _bound(head: bytes, binding: KeyBinding) -> bytes:
    """The associated data. JSON separates the parts unambiguously, and None from any name."""
    return head + json.dumps([binding.provider, binding.owner, binding.origin]).encode()
