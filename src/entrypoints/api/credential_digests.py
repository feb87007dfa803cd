"""Digests of headers, for caches that are asked with credentials and must not hold them: a dump of a worker's memory shows none that is at rest."""

from collections.abc import Iterable
from hashlib import blake2b
from secrets import token_bytes

from litestar.types import Scope

_KEYED = blake2b(key=token_bytes(32), digest_size=32)
"""The key is drawn at each start, so that no digest can be looked up in a table. Copying is faster than creating a keyed hash."""


def digest_of_headers(scope: Scope, names: Iterable[bytes]) -> bytes:
    """Differs where the request has other headers with these names, or has them in another order."""
    hashed = _KEYED.copy()
    for header in scope["headers"]:
        if header[0] in names:
            hashed.update(b"%b:%d:%b" % (header[0], len(header[1]), header[1]))
    return hashed.digest()
