"""Redaction of secrets in logs by value. This is a second line of defence: no code logs secrets on purpose."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock

from attrs import field

from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.records import define
from modeldesk.entrypoints.secret_traces import TraceIndex, redacted

MOST_SECRETS = 512
"""The maximum number of secrets of the process. The least recently used one is dropped first."""

MOST_OF_A_REQUEST = 16
LARGEST_OF_A_REQUEST = 8_192
"""Characters in all secrets of one request. Looking for more would take longer than answering the request."""

SHORTEST, LONGEST = 8, 4_096
"""The length of a redacted value in characters. Shorter values are no secrets, and would redact ordinary words."""

MOST_KEPT = 64
"""Indexes of credentials that are kept between requests, some 80 KiB each."""

LARGEST_KEPT = 256
"""Characters of the credentials of one request whose index is kept."""

LONGEST_LINE = 32 * 1024
"""Characters of a value in a log line. Of a longer one the middle is left out, before anything is looked for in it."""


@define
class RequestSecrets:
    """The secrets of one request. `read_credentials` returns those that it was sent with; they are read and indexed when something must be
    searched, which most requests never need.

    The index of what a caller sends with every request, the session or token, is kept for the next one. That of anything else is not, so that
    no password outlives its request here.
    """

    read_credentials: Callable[[], Sequence[str]]
    _secrets: list[Secret] | None = field(default=None, init=False, repr=False)
    _are_credentials: bool = field(default=True, init=False)
    _index: TraceIndex | None = field(default=None, init=False, repr=False)

    def add(self, text: str) -> None:
        """A secret beside the credentials. Whatever exceeds the budget of a request is not looked for."""
        self._are_credentials = False
        _append(self._known(), text)
        self._index = None

    @property
    def index(self) -> TraceIndex:
        if self._index is None:
            secrets = self._known()
            is_kept = self._are_credentials and _size(secrets) <= LARGEST_KEPT
            self._index = (_kept_index if is_kept else _index_of)(tuple(secrets))
        return self._index

    def _known(self) -> list[Secret]:
        if self._secrets is None:
            secrets = list[Secret]()
            for text in self.read_credentials():
                _append(secrets, text)
            self._secrets = secrets
        return self._secrets


def _append(secrets: list[Secret], text: str) -> None:
    has_room = len(secrets) < MOST_OF_A_REQUEST and _size(secrets) + len(text) <= LARGEST_OF_A_REQUEST
    if has_room and _has_redactable_length(text):
        secrets.append(Secret(text))


def _size(secrets: Sequence[Secret]) -> int:
    """Characters of all secrets together."""
    return sum(len(known.reveal()) for known in secrets)


def _index_of(secrets: tuple[Secret, ...]) -> TraceIndex:
    index = TraceIndex()
    for secret in secrets:
        index.add(secret)
    return index


# Making an index takes a third of the time of a small read.
_kept_index = lru_cache(maxsize=MOST_KEPT)(_index_of)


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
            elif _has_redactable_length(secret.reveal()):
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


class redacting_request:  # noqa: N801 - used as a function; a generator would take three times as long, for each request
    """Redacts the credentials, and the secrets that `redact_in_request` adds, in the log lines of the current request."""

    __slots__ = ("_secrets", "_token")

    def __init__(self, read_credentials: Callable[[], Sequence[str]]) -> None:
        self._secrets = RequestSecrets(read_credentials)

    def __enter__(self) -> None:
        self._token = _REQUEST_SECRETS.set(self._secrets)

    def __exit__(self, *_: object) -> None:
        _REQUEST_SECRETS.reset(self._token)


def redact_in_request(text: str) -> None:
    """Redacts a secret in the log lines of the current request."""
    secrets = _REQUEST_SECRETS.get()
    if secrets is not None:
        secrets.add(text)


def shortened(text: str) -> str:
    """The text, or its first and last part: the end of a traceback says what happened."""
    left_out = len(text) - LONGEST_LINE
    if left_out <= 0:
        return text
    return f"{text[: LONGEST_LINE // 2]} … {left_out} characters left out … {text[-LONGEST_LINE // 2 :]}"


def _has_redactable_length(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST
