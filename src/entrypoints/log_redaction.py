"""Redaction of secrets in logs by value. This is a second line of defence: no code logs secrets on purpose."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock

from modeldesk.domain.model.values.secret import Secret

MOST_SECRETS = 512
"""The maximum number of secrets of the process. The least recently used one is dropped first."""

MOST_OF_A_REQUEST = 16
SHORTEST, LONGEST = 8, 4_096
"""The length of a redacted value in characters. Shorter values are no secrets, and would redact ordinary words."""

BLOCK = 6
"""The length of a search block in characters. Any 11 consecutive characters of an encoding contain a complete block."""

_REQUEST_SECRETS: ContextVar[list[Secret] | None] = ContextVar("secrets of the request", default=None)


class LogRedactor:
    """Redacts the secrets of the process (vendors' keys and the master key) and those of the current request. Thread-safe.

    Secrets that callers send (passwords, cookies, tokens) are redacted only in their own request. Otherwise a caller could redact any word in
    everybody's logs by sending it as a password, or push the keys out by sending many.
    """

    def __init__(self, most: int = MOST_SECRETS) -> None:
        self._most = most
        self._secrets: OrderedDict[Secret, None] = OrderedDict()
        self._by_block: dict[str, set[Secret]] = {}
        self._lock = Lock()

    @property
    def count(self) -> int:
        """How many secrets of the process are redacted."""
        return len(self._secrets)

    def add(self, secret: Secret) -> None:
        """Redacts this secret from now on, until many others were added after it."""
        with self._lock:
            if secret in self._secrets:
                self._secrets.move_to_end(secret)
            elif _has_redactable_length(secret):
                self._secrets[secret] = None
                for block in _blocks(secret):
                    self._by_block.setdefault(block, set()).add(secret)
                if len(self._secrets) > self._most:
                    self._remove_blocks(self._secrets.popitem(last=False)[0])

    def redact(self, text: str) -> str:
        """The text without the secrets of the process and of the current request."""
        blocks = _every_block(text)
        with self._lock:
            found = set().union(*(self._by_block[block] for block in blocks & self._by_block.keys()))
        found.update(secret for secret in _REQUEST_SECRETS.get() or () if not blocks.isdisjoint(_blocks(secret)))
        for secret in found:
            text = secret.redact(text)
        return text

    def _remove_blocks(self, secret: Secret) -> None:
        for block in _blocks(secret):
            secrets = self._by_block[block]
            secrets.discard(secret)
            if not secrets:
                del self._by_block[block]

    def __repr__(self) -> str:
        return "LogRedactor(****)"


@contextmanager
def redacting_request(secrets: Sequence[str]) -> Iterator[None]:
    """Redacts these secrets, and those that `redact_in_request` adds, in the log lines of the current request."""
    token = _REQUEST_SECRETS.set([])
    try:
        for text in secrets:
            redact_in_request(text)
        yield
    finally:
        _REQUEST_SECRETS.reset(token)


def redact_in_request(text: str) -> None:
    """Redacts a secret in the log lines of the current request."""
    secrets, secret = _REQUEST_SECRETS.get(), Secret(text)
    if secrets is not None and len(secrets) < MOST_OF_A_REQUEST and _has_redactable_length(secret):
        secrets.append(secret)


def _has_redactable_length(secret: Secret) -> bool:
    return SHORTEST <= len(secret.reveal()) <= LONGEST


@lru_cache(maxsize=MOST_SECRETS)
def _blocks(secret: Secret) -> frozenset[str]:
    return frozenset(encoding[at : at + BLOCK] for encoding in secret.encodings() for at in range(0, len(encoding) - BLOCK + 1, BLOCK))


def _every_block(text: str) -> set[str]:
    folded = text.lower()
    return {folded[at : at + BLOCK] for at in range(len(folded) - BLOCK + 1)}
