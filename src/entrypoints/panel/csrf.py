"""The session's token as it stands in forms: masked anew for each page, so that the length of a packed page tells nothing of it (BREACH)."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

FIELD = "csrf_token"


def masked(token: str) -> str:
    """A random pad, and the token under it."""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(pad + _under(pad, plain)).decode()


def is_meant(sent: str, token: str) -> bool:
    """Whether what a form sent is that token under any pad."""
    plain = token.encode()
    try:
        whole = urlsafe_b64decode(sent.encode("ascii"))
    except ValueError:
        return False
    if len(whole) != 2 * len(plain):
        return False
    return secrets.compare_digest(_under(whole[: len(plain)], whole[len(plain) :]), plain)


def _under(pad: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, text, strict=True))
