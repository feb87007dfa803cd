"""Sessions: what is kept of them, how long they live, and how one begins."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.values.texts import SingleLineText

SESSION_LIFETIME = timedelta(hours=12)
"""How long a session lives at most, whatever happens in it."""

LONGEST_IDLE = timedelta(minutes=30)
"""How long a session lives without being used."""

USE_WRITTEN_EVERY = timedelta(minutes=1)
"""A use is written down when the last one written is this old: a session therefore ends 29 to 30 minutes after it was used last."""

CLOCK_SLACK = timedelta(minutes=1)
"""How far two machines' clocks may be apart, or one may be set back, before a session that comes from the future is believed no more."""

MOST_SESSIONS = 5
"""Of one admin; where another begins, the oldest ends."""

HANDLE_LENGTH = 16


@frozen
class Session:
    """A signed-in browser or program. Only the digest of its id is kept: whoever reads the database cannot use it.

    When it was used last is kept beside it: a value that changes every minute would make every worker read all others anew.
    """

    digest: str
    admin: SingleLineText
    csrf_token: str
    created_at: datetime
    expires_at: datetime
    address: str = ""

    def __repr__(self) -> str:
        return f"Session(of {self.admin!r} until {self.expires_at})"

    @property
    def handle(self) -> str:
        """Names it to its admin: the beginning of the digest, from which nobody comes back to the id."""
        return self.digest[:HANDLE_LENGTH]


@frozen
class Identity:
    """Who asks: an admin, through one of their sessions."""

    admin: Admin
    session: Session

    def actor(self, address: str) -> Actor:
        """As the domain knows who asks for something."""
        return Actor(self.admin.name, self.admin.role, address=address, entry=self.session.digest)


@frozen
class SignedIn:
    """What a sign-in gives: the session's id, told once and to nobody else, and the session."""

    session_id: str
    identity: Identity

    def __repr__(self) -> str:
        return f"SignedIn({self.identity.admin.name!r})"


@frozen
class SessionInfo:
    """A session as its admin sees it; `is_current` is the one that asks."""

    session: Session
    seen_at: datetime
    is_current: bool


def session_digest(session_id: str) -> str:
    """SHA-256 of a session id, in hex: what the database keeps. Takes whatever a caller sends for one."""
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()


def has_ended(session: Session, seen_at: datetime, now: datetime) -> bool:
    """At its hour, half an hour after its last use, and where the clock was set back behind that use: how old it is, nobody knows then."""
    return now >= session.expires_at or now - seen_at >= LONGEST_IDLE or seen_at - now > CLOCK_SLACK


def sessions_to_evict(sessions: Collection[Session]) -> Sequence[Session]:
    """Of an admin's sessions those that end so that one more may begin: the oldest ones."""
    oldest_first = sorted(sessions, key=lambda session: (session.created_at, session.digest))
    return oldest_first[: max(0, len(oldest_first) - MOST_SESSIONS + 1)]
