"""Vendors' API keys and how they are stored. No key is ever shown, exported or logged."""

from datetime import datetime
from enum import Enum
from urllib.parse import urlsplit

from attrs import field

from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.records import frozen

SHORTEST_KEY = 1
AROUND_KEYS = " \t\r\n\v\f\u00a0\u200b\u2028\u2029\u2060\ufeff"
LONGEST_KEY = 4_096
HINT_LENGTH = 4


KeyRef = tuple[Slug, str | None]
"""A provider and the owner of its personal key; None is the shared key."""


class KeyScope(Enum):
    """The scope of a key: `shared` is for everybody, `personal` for one admin."""

    SHARED = "shared"
    PERSONAL = "personal"


PERSONAL_FIRST = (KeyScope.PERSONAL, KeyScope.SHARED)


@frozen
class KeyBinding:
    """What an encrypted key is bound to: its provider, its owner (None: shared), and the only origin that may receive it."""

    provider: Slug
    owner: str | None
    origin: str


@frozen
class KeyRejection:
    """That the vendor rejected a key when it was checked: why, and when.

    `call_digest` covers how the key was sent: the vendor may accept it at another address or in another header.
    """

    reason: Reason
    call_digest: str
    at: datetime


@frozen
class StoredKey:
    """A stored key: encrypted, with the parts that may be shown. A suspended key is not used until it is entered again.

    `rejection` is None where its last check that was conclusive accepted it, or where its list was read with it since.
    """

    binding: KeyBinding
    sealed: bytes = field(repr=False)
    hint: str
    fingerprint: str
    set_at: datetime
    set_by: str
    is_suspended: bool = False
    rejection: KeyRejection | None = None

    def is_same_entry(self, other: "StoredKey") -> bool:
        """Whether both are one key that was entered once, whatever became known of it since."""
        return (self.binding, self.fingerprint, self.set_at) == (other.binding, other.fingerprint, other.set_at)

    def is_usable_at(self, url: str) -> bool:
        """Whether the key may be sent to this URL of its provider."""
        return not self.is_suspended and self.binding.origin == origin_of(url)


class Verdict(Enum):
    """The result of checking a key with its vendor."""

    VALID = "valid"
    REJECTED = "rejected"
    INCONCLUSIVE = "inconclusive"


@frozen
class KeyVerdict:
    """A verdict with its reason and its time."""

    verdict: Verdict
    detail: Reason
    checked_at: datetime


def api_key(text: str) -> Secret:
    """A valid key: printable ASCII without blanks, so that a header can carry it. Raises InvalidValue, which never quotes the key.

    Blanks, line ends and a byte order mark around it are left by copying, and removed.
    """
    text = text.strip(AROUND_KEYS)
    if not SHORTEST_KEY <= len(text) <= LONGEST_KEY:
        raise InvalidValue("api-key-length", least=SHORTEST_KEY, most=LONGEST_KEY, count=len(text))
    if not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidValue("api-key-not-ascii")
    return Secret(text)


def key_hint(key: Secret) -> str:
    """The last four characters, or nothing for a short key, of which they would reveal too much."""
    text = key.reveal()
    return text[-HINT_LENGTH:] if len(text) >= 4 * HINT_LENGTH else ""


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, without the scheme's default port: a key is bound to it. Empty for an empty URL."""
    if not url:
        return ""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" if parts.port in (None, default) else f"{parts.scheme}://{name}:{parts.port}"
