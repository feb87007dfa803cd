"""The one-time token that creates the first admin."""

import hashlib
import secrets
from datetime import datetime, timedelta

from attrs import frozen

LONGEST_TOKEN = 128
TOKEN_LIFETIME = timedelta(hours=1)


@frozen
class SetupToken:
    """A stored set-up token. Only its digest is stored, so a copy of the database gives no access."""

    digest: str
    expires_at: datetime

    def accepts(self, token: str, now: datetime) -> bool:
        return len(token) <= LONGEST_TOKEN and now < self.expires_at and secrets.compare_digest(self.digest, token_digest(token))


def token_digest(token: str) -> str:
    """SHA-256 of a token, in hex. Accepts any text, since callers send anything."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
