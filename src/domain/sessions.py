"""Signing in and out, and the sessions of those who are signed in."""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

from modeldesk.domain.attempts import AttemptLimits
from modeldesk.domain.errors import ModeldeskError, SessionNotFound, SignInRefused
from modeldesk.domain.passwords import checked_password, composed
from modeldesk.domain.texts import Line

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.accounts import Admin
    from modeldesk.domain.ports import Clock, OpenUnitOfWork, PasswordHasher, SessionUses, Snapshots, UnitOfWork

LOGGER = logging.getLogger(__name__)

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
    admin: Line
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

    admin: "Admin"
    session: Session


@frozen
class SignedIn:
    """What a sign-in gives: the session's id, told once and to nobody else, and the session."""

    session_id: str
    identity: Identity

    def __repr__(self) -> str:
        return f"SignedIn({self.identity.admin.name!r})"


@frozen
class OwnSession:
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


def must_make_room(sessions: Collection[Session]) -> Sequence[Session]:
    """Of an admin's sessions those that end so that one more may begin: the oldest ones."""
    oldest_first = sorted(sessions, key=lambda session: (session.created_at, session.digest))
    return oldest_first[: max(0, len(oldest_first) - MOST_SESSIONS + 1)]


async def begun(work: "UnitOfWork", admin: "Admin", now: datetime, address: str | None) -> SignedIn:
    """A new session under a new random id; sessions that are over are forgotten, and those too many end."""
    session_id = secrets.token_urlsafe(32)
    session = Session(session_digest(session_id), admin.name, secrets.token_urlsafe(32), now, now + SESSION_LIFETIME, address or "")
    await work.sessions.forget_ended(now, now - LONGEST_IDLE)
    for old in must_make_room(await work.sessions.of(admin.name)):
        await work.sessions.end(old.digest)
    await work.sessions.begin(session)
    return SignedIn(session_id, Identity(admin, session))


@frozen
class _Known:
    """What this process knows of the sessions' last uses, as they were written, and of those that it found to have ended."""

    seen: dict[str, datetime] = field(factory=dict)
    ended: set[str] = field(factory=set)

    def keep_to(self, alive: Mapping[str, Session]) -> None:
        """Forgets sessions that are no more."""
        if len(self.seen) + len(self.ended) > 2 * len(alive) + MOST_SESSIONS:
            for digest in self.seen.keys() - alive.keys():
                del self.seen[digest]
            self.ended.intersection_update(alive)


class Sessions:
    """One for a process: it remembers which uses are written down already."""

    def __init__(
        self,
        *,
        unit_of_work: "OpenUnitOfWork",
        snapshots: "Snapshots",
        uses: "SessionUses",
        hasher: "PasswordHasher",
        limits: AttemptLimits,
        clock: "Clock",
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._uses = uses
        self._hasher = hasher
        self._limits = limits
        self._clock = clock
        self._known = _Known()
        self._writing = set[asyncio.Task[None]]()

    async def sign_in(self, name: str, password: str, address: str | None = None) -> SignedIn:
        """A new session with a new random id, for somebody at `address`.

        Raises SignInRefused, the same for unknown, disabled and wrong; TooManyAttempts, the same for all of them too.
        """
        async with self._limits.counting(name, address):
            admin = await self._proven(name, password)
            async with self._unit_of_work() as work:
                signed_in = await begun(work, await _unchanged(work, admin), self._clock(), address)
                await work.commit()
        return signed_in

    async def change_own_password(self, identity: Identity, current: str, new: str, address: str | None = None) -> SignedIn:
        """Every session of that admin ends; who asks goes on in a new one, under a new id.

        Raises RuleBroken; SignInRefused where the current one is wrong, TooManyAttempts where that was tried too often; SessionNotFound
        where the session ended while the passwords were hashed: a sign-out counts for what is under way, too.
        """
        name = identity.admin.name
        checked = checked_password(new, name)
        async with self._limits.counting(name, address):
            admin = await self._proven(name, current)
            password_hash = await self._hasher.hash(checked)
            async with self._unit_of_work() as work:
                await _must_live(work, identity.session)
                changed = (await _unchanged(work, admin)).with_password(password_hash)
                await work.accounts.put(changed)
                await work.sessions.end_all(name)
                signed_in = await begun(work, changed, self._clock(), address)
                await work.commit()
        return signed_in

    async def sign_out(self, identity: Identity) -> None:
        """Ends this one session, for good and everywhere."""
        async with self._unit_of_work() as work:
            await work.sessions.end(identity.session.digest)
            await work.commit()

    async def identify(self, session_id: str) -> Identity | None:
        """Who holds this session, if it lives and its admin may still sign in."""
        access = await self._snapshots.access()
        session = access.sessions.get(session_digest(session_id))
        if session is None or await self._is_over(session):
            return None
        admin = access.admins.get(session.admin)
        if admin is None or not admin.is_active:
            return None
        self._note_use(session)
        self._known.keep_to(access.sessions)
        return Identity(admin, session)

    async def own(self, identity: Identity) -> list[OwnSession]:
        """The admin's sessions, the newest first."""
        access, now = await self._snapshots.access(), self._clock()
        sessions = [session for session in access.sessions.values() if session.admin == identity.admin.name]
        seen = await self._uses.last_uses([session.digest for session in sessions])
        shown = [
            OwnSession(session, max(seen[session.digest], self._seen(session)), session.digest == identity.session.digest)
            for session in sessions
            if session.digest in seen
        ]
        alive = [one for one in shown if one.is_current or not has_ended(one.session, one.seen_at, now)]
        return sorted(alive, key=lambda one: (one.session.created_at, one.session.digest), reverse=True)

    async def end_own(self, identity: Identity, handle: str) -> None:
        """Ends one of the admin's own sessions. Raises SessionNotFound, also for one of somebody else."""
        async with self._unit_of_work() as work:
            found = [session for session in await work.sessions.of(identity.admin.name) if session.handle == handle]
            if not found:
                raise SessionNotFound(handle)
            for session in found:
                await work.sessions.end(session.digest)
            await work.commit()

    async def end_others(self, identity: Identity) -> int:
        """Ends all of the admin's sessions but the one that asks; tells how many."""
        async with self._unit_of_work() as work:
            others = [session for session in await work.sessions.of(identity.admin.name) if session.digest != identity.session.digest]
            for session in others:
                await work.sessions.end(session.digest)
            await work.commit()
        return len(others)

    async def close(self) -> None:
        """Lets what is being written down come to its end."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def _proven(self, name: str, password: str) -> "Admin":
        # Before the unit of work opens: a hash takes long, and nobody else should wait for it.
        known = (await self._snapshots.access()).admins.get(composed(name))
        # An unknown or disabled name costs one hash too, so that the time tells nothing.
        matches = await self._hasher.verify(known.password_hash if known and known.is_active else None, composed(password))
        if known is None or not matches:
            raise SignInRefused
        return known

    async def _is_over(self, session: Session) -> bool:
        if session.digest in self._known.ended:
            return True  # whatever the clock says by now
        if has_ended(session, self._seen(session), self._clock()):
            # Another worker may have written a use that this one has not heard of: the row itself is looked at before anybody is sent away.
            uses = await self._uses.last_uses([session.digest])
            if session.digest not in uses or has_ended(session, uses[session.digest], self._clock()):
                self._known.ended.add(session.digest)
                return True
            self._known.seen[session.digest] = uses[session.digest]
        return False

    def _seen(self, session: Session) -> datetime:
        return self._known.seen.get(session.digest, session.created_at)

    def _note_use(self, session: Session) -> None:
        now = self._clock()
        if now - self._seen(session) < USE_WRITTEN_EVERY:
            return
        self._known.seen[session.digest] = now
        task = asyncio.get_running_loop().create_task(self._write_use(session, now))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write_use(self, session: Session, now: datetime) -> None:
        """Behind the answer. A session that has ended meanwhile is not there to be written to, and stays ended."""
        try:
            async with self._unit_of_work() as work:
                await work.sessions.note_use(session.digest, now)
                await work.commit()
        except ModeldeskError as error:
            self._known.seen.pop(session.digest, None)  # so that the next use tries again
            LOGGER.warning("the last use of a session was not written down: %s", error)


async def _unchanged(work: "UnitOfWork", proven: "Admin") -> "Admin":
    """The admin as they stand now. Raises SignInRefused where they may not sign in any more, or not with the password that was right."""
    admin = await work.accounts.admin(proven.name)
    if admin is None or not admin.is_active or admin.password_hash != proven.password_hash:
        raise SignInRefused
    return admin


async def _must_live(work: "UnitOfWork", session: Session) -> None:
    if session not in await work.sessions.of(session.admin):
        raise SessionNotFound(session.handle)
