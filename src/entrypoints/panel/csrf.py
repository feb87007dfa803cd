"""The CSRF token of a session, masked with a new pad on each page, so that the compressed size of a page reveals nothing about it (BREACH)."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

FIELD = "csrf_token"


def mask(token: str) -> str:
    """A random pad followed by the token XOR the pad."""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(pad + _xor(pad, plain)).decode()


def matches_token(sent: str, token: str) -> bool:
    """Whether the value that a form sent is this token, masked with any pad."""
    plain = token.encode()
    if len(sent) != 4 * -(-2 * len(plain) // 3):
        return False
    try:
        whole = urlsafe_b64decode(sent.encode("ascii"))
    except ValueError:
        return False
    if len(whole) != 2 * len(plain):
        return False
    return secrets.compare_digest(_xor(whole[: len(plain)], whole[len(plain) :]), plain)


def _xor(pad: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, text, strict=True))
