"""Keys of vendors under the master key: AES-256-GCM, each sealed for one provider, owner and origin, and for nothing else."""

import base64
import hmac
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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
    """Sealed bytes are: the format (1 byte), the id of the master key (8), a fresh nonce (12), the ciphertext with its tag.

    What a key is bound to is not written into them; it is the associated data, with the format and the key id. The master key itself seals
    nothing: one key for sealing, one for fingerprints and an id are derived from it. Of a ring of master keys the first one seals, and each
    opens what is under it. Raises MasterKeyWrong where the master key cannot be had.
    """

    __slots__ = ("_derived", "_master", "_seen")

    def __init__(self, master: MasterKey, seen: Callable[[Secret], None] = lambda _: None) -> None:
        """`seen` is told of every key that is sealed or opened, and of the master keys, so that they can be hidden in what others say."""
        self._master = master
        self._seen = seen
        self._derived: dict[bytes, _Derived] = {}

    def seal(self, key: Secret, binding: KeyBinding) -> bytes:
        self._seen(key)
        derived = self._newest()
        head, nonce = bytes([FORMAT]) + derived.id, os.urandom(NONCE_LENGTH)
        return head + nonce + derived.sealing.encrypt(nonce, key.reveal().encode(), _bound(head, binding))

    def open(self, sealed: bytes, binding: KeyBinding) -> Secret:
        head, nonce, text = sealed[:_HEAD_LENGTH], sealed[_HEAD_LENGTH : _HEAD_LENGTH + NONCE_LENGTH], sealed[_HEAD_LENGTH + NONCE_LENGTH :]
        derived = self._named(head[1:]) if head[:1] == bytes([FORMAT]) else None
        if derived is None:
            raise KeyUnreadable(binding.provider)
        try:
            key = Secret(derived.sealing.decrypt(nonce, text, _bound(head, binding)).decode())
        except (InvalidTag, ValueError):
            raise KeyUnreadable(binding.provider) from None
        self._seen(key)
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
        return [self._derive(master).id.hex() for master in self._master.ring()]

    def renew(self) -> bool:
        return self._master.renew()

    def __repr__(self) -> str:
        return "KeyVault(****)"

    def __reduce__(self) -> str:
        raise TypeError("a vault is not pickled")

    def _newest(self) -> "_Derived":
        return self._derive(self._master.made())

    def _named(self, name: bytes) -> "_Derived | None":
        """None where no master key that is at hand has it: reading makes none."""
        for look in (self._master.known, self._master.ring):  # a rotation by another process may have put a new one before ours
            for derived in map(self._derive, look()):
                if derived.id == name:
                    return derived
        return None

    def _derive(self, master: bytes) -> "_Derived":
        if master not in self._derived:
            for form in (base64.b64encode(master).decode(), master.hex()):
                self._seen(Secret(form))
            self._derived[master] = _Derived(master)
        return self._derived[master]


class _Derived:
    """What is used in place of the master key. The id tells master keys apart and nothing about them."""

    __slots__ = ("fingerprinting", "id", "sealing")

    def __init__(self, master: bytes) -> None:
        self.id = _derive(master, "id", KEY_ID_LENGTH)
        self.sealing = AESGCM(_derive(master, "sealing", 32))
        self.fingerprinting = _derive(master, "fingerprints", 32)


def _derive(master: bytes, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"modeldesk {purpose} {FORMAT}".encode()).derive(master)


def _bound(head: bytes, binding: KeyBinding) -> bytes:
    """The associated data. JSON keeps the parts apart, and None apart from any name."""
    return head + json.dumps([binding.provider, binding.owner, binding.origin]).encode()
