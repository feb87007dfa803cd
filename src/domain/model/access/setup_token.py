"""The one-time token that creates the first admin."""

import secrets
from datetime import datetime, timedelta

from attrs import field

from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.records import frozen

LONGEST_TOKEN = 128
TOKEN_LIFETIME = timedelta(hours=1)


@frozen
class SetupToken:
    """A stored set-up token. Only its digest is stored, so a copy of the database gives no access."""

    digest: str = field(repr=False)
    expires_at: datetime

    def accepts(self, token: str, now: datetime) -> bool:
        return len(token) <= LONGEST_TOKEN and now < self.expires_at and secrets.compare_digest(self.digest, credential_digest(token))
