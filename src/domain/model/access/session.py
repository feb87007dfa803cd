"""Sessions: what is stored of them, and when they end."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from attrs import field

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.records import frozen

SESSION_LIFETIME = timedelta(hours=12)
"""The maximum age of a session, however active it is."""

LONGEST_IDLE = timedelta(minutes=30)
"""The longest time between two uses of a session."""

USE_WRITTEN_EVERY = timedelta(minutes=1)
"""Writes of the last use are at least this far apart, so a session ends 29 to 30 minutes after its last use."""

CLOCK_SLACK = timedelta(minutes=1)
"""The tolerated difference between clocks. A session last used further in the future than this has ended."""

MOST_SESSIONS = 5
"""Sessions of one admin. A further sign-in ends the oldest."""

HANDLE_LENGTH = 16


@frozen
class Session:
    """A signed-in browser or program. Only the digest of the id is stored, so a copy of the database gives no access.

    `device` is the program and system that signed in, `Firefox on Windows`; empty where they are unknown.

    The time of last use is stored separately: it changes every minute, and each change here would make every worker rebuild its snapshot.
    """

    digest: str = field(repr=False)
    admin: SingleLineText
    csrf_token: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    address: str = ""
    device: str = ""

    @property
    def handle(self) -> str:
        """A public identifier: the start of the digest, from which the id cannot be recovered."""
        return self.digest[:HANDLE_LENGTH]


@frozen
class Identity:
    """A caller that authenticated with a session of `admin`."""

    admin: Admin
    session: Session

    def actor(self, address: str) -> Actor:
        """The actor of this caller."""
        return Actor(self.admin.name, self.admin.role, address=address, credential_digest=self.session.digest)


@frozen
class SignedIn:
    """The result of a sign-in: the session and its id. The id is sent once and not stored."""

    session_id: str = field(repr=False)
    identity: Identity


@frozen
class SessionInfo:
    """A session in its admin's list. `is_current` marks the session of the request."""

    session: Session
    seen_at: datetime
    is_current: bool


@frozen
class ListedSession:
    """A session in the list of everybody's. `is_active` is false for one whose time is over, until it is deleted."""

    session: Session
    seen_at: datetime
    is_active: bool


def has_ended(session: Session, seen_at: datetime, now: datetime) -> bool:
    """Whether the session is too old or idle for too long. It has also ended if the clock was set back: its age is unknown then."""
    return now >= session.expires_at or now - seen_at >= LONGEST_IDLE or seen_at - now > CLOCK_SLACK


def sessions_to_evict(sessions: Collection[Session]) -> Sequence[Session]:
    """The oldest sessions of an admin, which end so that one more may start."""
    oldest_first = sorted(sessions, key=lambda session: (session.created_at, session.digest))
    return oldest_first[: max(0, len(oldest_first) - MOST_SESSIONS + 1)]
