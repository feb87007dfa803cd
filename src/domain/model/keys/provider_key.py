"""Keys of vendors: who may spend which, and how they are kept. No key is ever shown, written or logged."""

from datetime import datetime
from enum import Enum
from urllib.parse import urlsplit

from attrs import field, frozen

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug

SHORTEST_KEY = 8
LONGEST_KEY = 4_096
HINT_LENGTH = 4


KeyRef = tuple[Slug, str | None]
"""A provider, and the admin whose own key it is; None for the shared one."""


class KeyScope(Enum):
    """Whose a key is: `shared` is everybody's, `personal` is one admin's own."""

    SHARED = "shared"
    PERSONAL = "personal"


PERSONAL_FIRST = (KeyScope.PERSONAL, KeyScope.SHARED)


@frozen
class KeyBinding:
    """What a sealed key is bound to: where it stands, whose it is, and the one origin it may travel to."""

    provider: Slug
    owner: str | None
    origin: str


@frozen
class StoredKey:
    """A key as it is kept: sealed, with what may be shown of it. `owner` None: shared. Set aside: not used until it is entered again."""

    binding: KeyBinding
    sealed: bytes = field(repr=False)
    hint: str
    fingerprint: str
    set_at: datetime
    set_by: str
    is_suspended: bool = False

    def is_usable_at(self, address: str) -> bool:
        """Whether it may be sent to this address of its provider."""
        return not self.is_suspended and self.binding.origin == origin_of(address)


class Verdict(Enum):
    """What a vendor said of a key."""

    VALID = "valid"
    REJECTED = "rejected"
    INCONCLUSIVE = "inconclusive"


@frozen
class KeyVerdict:
    """A verdict, why in one line, and when."""

    verdict: Verdict
    detail: str
    checked_at: datetime


def api_key(text: str) -> Secret:
    """A key as a vendor gives it: printable ASCII without blanks, which is what a header can carry. Raises InvalidValue, which never quotes it."""
    if not SHORTEST_KEY <= len(text) <= LONGEST_KEY:
        raise InvalidValue(f"an API key has {SHORTEST_KEY} to {LONGEST_KEY:,} characters, not {len(text)}")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise InvalidValue("an API key is made of printable ASCII without blanks")
    return Secret(text)


def key_hint(key: Secret) -> str:
    """The last four characters; none of a key so short that they would be much of it."""
    text = key.reveal()
    return text[-HINT_LENGTH:] if len(text) >= 4 * HINT_LENGTH else ""


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, the default port left out: what a key is bound to. Empty for an empty address."""
    if not url:
        return ""
    parts = urlsplit(url)
    standard = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "").lower()
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" if parts.port in (None, standard) else f"{parts.scheme}://{name}:{parts.port}"
