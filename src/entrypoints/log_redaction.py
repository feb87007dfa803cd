"""The second net: secrets that were seen are hidden by value in whatever is logged. The first is that nobody logs them."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from threading import Lock

from modeldesk.domain.model.values.secret import Secret

MOST_SECRETS = 512
"""Of the process; the one that was seen longest ago is forgotten first."""

MOST_OF_A_REQUEST = 16
SHORTEST, LONGEST = 8, 4_096
"""Characters of a value that is looked for. Shorter ones are no secrets, and would take words out of every line."""

BLOCK = 6
"""Characters. Whoever quotes eleven in a row of a form quotes one of the blocks, which stand one after the other in it, whole."""

_OF_THE_REQUEST: ContextVar[list[Secret] | None] = ContextVar("secrets of the request", default=None)


class SecretNet:
    """What the process itself holds: keys of vendors and the master key. May be used by several threads.

    What callers send (passwords, cookies, tokens) is caught for their own request alone: else anybody could send a word as a password to have it
    taken out of everybody's lines, or send so many that the keys are forgotten.
    """

    def __init__(self, most: int = MOST_SECRETS) -> None:
        self._most = most
        self._caught: OrderedDict[Secret, None] = OrderedDict()
        self._by_block: dict[str, set[Secret]] = {}
        self._lock = Lock()

    def catch(self, secret: Secret) -> None:
        """From now on it is hidden, until many others were seen after it."""
        with self._lock:
            if secret in self._caught:
                self._caught.move_to_end(secret)
            elif _is_looked_for(secret):
                self._caught[secret] = None
                for block in _blocks(secret):
                    self._by_block.setdefault(block, set()).add(secret)
                if len(self._caught) > self._most:
                    self._forget(self._caught.popitem(last=False)[0])

    def redact(self, text: str) -> str:
        """The text without what was caught, and without what came with the request under way."""
        blocks = _every_block(text)
        with self._lock:
            met = set().union(*(self._by_block[block] for block in blocks & self._by_block.keys()))
        met.update(secret for secret in _OF_THE_REQUEST.get() or () if not blocks.isdisjoint(_blocks(secret)))
        for secret in met:
            text = secret.redact(text)
        return text

    def _forget(self, secret: Secret) -> None:
        for block in _blocks(secret):
            holders = self._by_block[block]
            holders.discard(secret)
            if not holders:
                del self._by_block[block]

    def __repr__(self) -> str:
        return "SecretNet(****)"


@contextmanager
def request_with(secrets: Sequence[str]) -> Iterator[None]:
    """A request that came with these; what else is seen while it is under way is hidden in its lines too."""
    token = _OF_THE_REQUEST.set([])
    try:
        for text in secrets:
            redact_in_request(text)
        yield
    finally:
        _OF_THE_REQUEST.reset(token)


def redact_in_request(text: str) -> None:
    """A secret that the request under way carries."""
    of_request, secret = _OF_THE_REQUEST.get(), Secret(text)
    if of_request is not None and len(of_request) < MOST_OF_A_REQUEST and _is_looked_for(secret):
        of_request.append(secret)


def _is_looked_for(secret: Secret) -> bool:
    return SHORTEST <= len(secret.reveal()) <= LONGEST


@lru_cache(maxsize=MOST_SECRETS)
def _blocks(secret: Secret) -> frozenset[str]:
    return frozenset(form[at : at + BLOCK] for form in secret.encodings() for at in range(0, len(form) - BLOCK + 1, BLOCK))


def _every_block(text: str) -> set[str]:
    folded = text.lower()
    return {folded[at : at + BLOCK] for at in range(len(folded) - BLOCK + 1)}
