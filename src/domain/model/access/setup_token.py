"""The one-time token that creates the first admin."""

import hashlib
import secrets
from datetime import datetime, timedelta

from attrs import frozen

TOKEN_LIFETIME = timedelta(hours=1)


@frozen
class SetupToken:
    """What is kept of a token: enough to know it again, and of no use to who reads the database."""

    digest: str
    expires_at: datetime

    def opens(self, token: str, now: datetime) -> bool:
        return now < self.expires_at and secrets.compare_digest(self.digest, token_digest(token))


def token_digest(token: str) -> str:
    """SHA-256 of a token, in hex. Takes whatever a caller sends for one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
