"""Redaction of secrets in logs by value. This is a second line of defence: no code logs secrets on purpose."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from attrs import define, field

from modeldesk.domain.model.values.secret import Secret
from modeldesk.entrypoints.secret_traces import TraceIndex, redacted

MOST_SECRETS = 512
"""The maximum number of secrets of the process. The least recently used one is dropped first."""

MOST_OF_A_REQUEST = 16
LARGEST_OF_A_REQUEST = 8_192
"""Characters in all secrets of one request. Looking for more would take longer than answering the request."""

SHORTEST, LONGEST = 8, 4_096
"""The length of a redacted value in characters. Shorter values are no secrets, and would redact ordinary words."""

LONGEST_LINE = 32 * 1024
"""Characters of a value in a log line. Of a longer one the middle is left out, before anything is looked for in it."""


@define
class RequestSecrets:
    """The secrets of one request. They are indexed when the first line is written: most requests write one."""

    secrets: list[Secret] = field(factory=list)
    _index: TraceIndex | None = field(default=None, init=False)

    def add(self, secret: Secret) -> None:
        size = sum(len(known.reveal()) for known in self.secrets)
        if len(self.secrets) < MOST_OF_A_REQUEST and size + len(secret.reveal()) <= LARGEST_OF_A_REQUEST:
            self.secrets.append(secret)
            self._index = None

    @property
    def index(self) -> TraceIndex:
        if self._index is None:
            self._index = TraceIndex()
            for secret in self.secrets:
                self._index.add(secret)
        return self._index


_REQUEST_SECRETS: ContextVar[RequestSecrets | None] = ContextVar("secrets of the request", default=None)


class LogRedactor:
    """Redacts the secrets of the process (vendors' keys and the master key) and those of the current request. Thread-safe.

    Secrets that callers send (passwords, cookies, tokens) are redacted only in their own request. Otherwise a caller could redact any word in
    everybody's logs by sending it as a password, or push the keys out by sending many.
    """

    def __init__(self, most: int = MOST_SECRETS) -> None:
        self._most = most
        self._secrets: OrderedDict[Secret, None] = OrderedDict()
        self._index = TraceIndex()
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
                self._index.add(secret)
                if len(self._secrets) > self._most:
                    self._index.remove(self._secrets.popitem(last=False)[0])

    def redact(self, text: str) -> str:
        """The text without the secrets of the process and of the current request. Of an overlong text the middle is left out."""
        text, of_request = shortened(text), _REQUEST_SECRETS.get()
        with self._lock:
            return redacted(text, [self._index] if of_request is None else [self._index, of_request.index])

    def __repr__(self) -> str:
        return "LogRedactor(****)"


@contextmanager
def redacting_request(secrets: Sequence[str]) -> Iterator[None]:
    """Redacts these secrets, and those that `redact_in_request` adds, in the log lines of the current request."""
    token = _REQUEST_SECRETS.set(RequestSecrets())
    try:
        for text in secrets:
            redact_in_request(text)
        yield
    finally:
        _REQUEST_SECRETS.reset(token)


def redact_in_request(text: str) -> None:
    """Redacts a secret in the log lines of the current request."""
    secrets, secret = _REQUEST_SECRETS.get(), Secret(text)
    if secrets is not None and _has_redactable_length(secret):
        secrets.add(secret)


def shortened(text: str) -> str:
    """The text, or its first and last part: the end of a traceback says what happened."""
    left_out = len(text) - LONGEST_LINE
    if left_out <= 0:
        return text
    return f"{text[: LONGEST_LINE // 2]} … {left_out} characters left out … {text[-LONGEST_LINE // 2 :]}"


def _has_redactable_length(secret: Secret) -> bool:
    return SHORTEST <= len(secret.reveal()) <= LONGEST
