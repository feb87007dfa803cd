"""One-time links by which an operator lets an admin in, whatever else does not work."""

from datetime import datetime, timedelta

from attrs import field

from modeldesk.domain.records import frozen

LINK_LIFETIME = timedelta(minutes=15)


@frozen
class SignInLink:
    """A link that signs an admin in once. Only the digest of its token is stored, so a copy of the database gives no access."""

    digest: str = field(repr=False)
    admin: str
    expires_at: datetime
