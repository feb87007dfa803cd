"""Signing in and out, and looking after one's own sessions."""

import secrets
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime

from modeldesk.domain.errors import SessionNotFound, SignInRefused
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.password_policy import checked_password
from modeldesk.domain.model.access.session import (
    LONGEST_IDLE,
    SESSION_LIFETIME,
    Identity,
    Session,
    SessionInfo,
    SignedIn,
    has_ended,
    session_digest,
    sessions_to_evict,
)
from modeldesk.domain.model.audit import Action, AuditEntry
from modeldesk.domain.model.values.texts import nfc
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import SessionUses, Snapshots
from modeldesk.domain.ports.security import PasswordHasher
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.last_use import LastUsedCache
from modeldesk.domain.services.login_throttle import LoginThrottle


class SignIn:
    """Who comes in, who is in, and who goes."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        snapshots: Snapshots,
        uses: SessionUses,
        last_used: LastUsedCache,
        hasher: PasswordHasher,
        limits: LoginThrottle,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._uses = uses
        self._hasher = hasher
        self._limits = limits
        self._clock = clock
        self._last_used = last_used

    async def sign_in(self, name: str, password: str, address: str | None = None) -> SignedIn:
        """A new session with a new random id, for somebody at `address`.

        Raises SignInRefused, the same for unknown, disabled and wrong; TooManyAttempts, the same for all of them too.
        """
        async with self._failures_audited(name, address), self._limits.throttled(name, address):
            admin = await self._proven(name, password)
            async with self._unit_of_work() as work:
                signed_in = await start_session(work, await _unchanged(work, admin), self._clock(), address)
                await work.commit()
        return signed_in

    async def change_own_password(self, identity: Identity, current: str, new: str, address: str | None = None) -> SignedIn:
        """Every session of that admin ends; who asks goes on in a new one, under a new id.

        Raises InvalidValue; SignInRefused where the current one is wrong, TooManyAttempts where that was tried too often; SessionNotFound
        where the session ended while the passwords were hashed: a sign-out counts for what is under way, too.
        """
        name = identity.admin.name
        checked = checked_password(new, name)
        async with self._failures_audited(name, address), self._limits.throttled(name, address):
            admin = await self._proven(name, current)
            password_hash = await self._hasher.hash(checked)
            async with self._unit_of_work() as work:
                await _require_session(work, identity.session)
                changed = (await _unchanged(work, admin)).with_password(password_hash)
                await work.accounts.put(changed)
                await work.sessions.end_all(name)
                await work.audit.add([AuditEntry(self._clock(), name, address or "", None, Action.PASSWORD_CHANGED, name)])
                signed_in = await start_session(work, changed, self._clock(), address)
                await work.commit()
        return signed_in

    async def sign_out(self, identity: Identity, address: str | None = None) -> None:
        """Ends this one session, for good and everywhere."""
        name = identity.admin.name
        async with self._unit_of_work() as work:
            if not await work.sessions.exists(identity.session.digest):
                return  # it has ended already, and that was told
            await work.sessions.end(identity.session.digest)
            await work.audit.add([AuditEntry(self._clock(), name, address or "", None, Action.SIGNED_OUT, name)])
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
        self._last_used.use(session, self._clock(), self._last_used.last_used(session))
        self._last_used.prune(access.sessions)
        return Identity(admin, session)

    async def own(self, identity: Identity) -> list[SessionInfo]:
        """The admin's sessions, the newest first."""
        access, now = await self._snapshots.access(), self._clock()
        sessions = [session for session in access.sessions.values() if session.admin == identity.admin.name]
        seen = await self._uses.last_uses([session.digest for session in sessions])
        shown = [
            SessionInfo(session, max(seen[session.digest], self._last_used.last_used(session)), session.digest == identity.session.digest)
            for session in sessions
            if session.digest in seen
        ]
        alive = [one for one in shown if one.is_current or not has_ended(one.session, one.seen_at, now)]
        return sorted(alive, key=lambda one: (one.session.created_at, one.session.digest), reverse=True)

    async def end_own(self, identity: Identity, handle: str, address: str | None = None) -> None:
        """Ends one of the admin's own sessions. Raises SessionNotFound, also for one of somebody else, and where the actor's own has ended."""
        async with self._unit_of_work() as work:
            await _require_session(work, identity.session)
            found = [session for session in await work.sessions.of(identity.admin.name) if session.handle == handle]
            if not found:
                raise SessionNotFound(handle)
            for session in found:
                await work.sessions.end(session.digest)
            await work.audit.add([self._ended(identity, found, address)])
            await work.commit()

    async def end_others(self, identity: Identity, address: str | None = None) -> int:
        """Ends all of the admin's sessions but the one that asks; tells how many. Raises SessionNotFound where that one has ended itself."""
        async with self._unit_of_work() as work:
            await _require_session(work, identity.session)
            others = [session for session in await work.sessions.of(identity.admin.name) if session.digest != identity.session.digest]
            for session in others:
                await work.sessions.end(session.digest)
            if others:
                await work.audit.add([self._ended(identity, others, address)])
                await work.commit()
        return len(others)

    def _ended(self, identity: Identity, ended: Collection[Session], address: str | None) -> AuditEntry:
        name, told = identity.admin.name, {"sessions": sorted(session.handle for session in ended)}
        return AuditEntry(self._clock(), name, address or "", None, Action.SESSIONS_ENDED, name, before=told)

    @asynccontextmanager
    async def _failures_audited(self, name: str, address: str | None) -> AsyncIterator[None]:
        """Has the audit trail tell of a password that was not right. A name that nobody has may be a password, typed into the wrong field."""
        try:
            yield
        except SignInRefused:
            # Counted by now, whatever becomes of this line; and a name that nobody can have is not asked for in the database.
            known = (await self._snapshots.access()).admins.get(nfc(name))
            async with self._unit_of_work() as work:
                subject, after = (known.name, {"is_active": known.is_active}) if known is not None else ("", None)
                await work.audit.add([AuditEntry(self._clock(), "", address or "", None, Action.SIGN_IN_FAILED, subject, after=after)])
                await work.commit()
            raise

    async def _proven(self, name: str, password: str) -> Admin:
        # Before the unit of work opens: a hash takes long, and nobody else should wait for it.
        known = (await self._snapshots.access()).admins.get(nfc(name))
        # An unknown or disabled name costs one hash too, so that the time tells nothing.
        matches = await self._hasher.verify(known.password_hash if known and known.is_active else None, nfc(password))
        if known is None or not matches:
            raise SignInRefused
        return known

    async def _is_over(self, session: Session) -> bool:
        if self._last_used.is_over(session):
            return True
        if has_ended(session, self._last_used.last_used(session), self._clock()):
            # Another worker may have written a use that this one has not heard of: the row itself is looked at before anybody is sent away.
            used = (await self._uses.last_uses([session.digest])).get(session.digest)
            if used is None or has_ended(session, used, self._clock()):
                self._last_used.record_end(session)
                return True
            self._last_used.record(session, used)
        return False


async def _unchanged(work: UnitOfWork, proven: Admin) -> Admin:
    """The admin as they stand now. Raises SignInRefused where they may not sign in any more, or not with the password that was right."""
    admin = await work.accounts.admin(proven.name)
    if admin is None or not admin.is_active or admin.password_hash != proven.password_hash:
        raise SignInRefused
    return admin


async def _require_session(work: UnitOfWork, session: Session) -> None:
    if not await work.sessions.exists(session.digest):
        raise SessionNotFound(session.handle)


async def start_session(work: UnitOfWork, admin: Admin, now: datetime, address: str | None) -> SignedIn:
    """A new session under a new random id; sessions that are over are forgotten, and those too many end."""
    session_id = secrets.token_urlsafe(32)
    session = Session(session_digest(session_id), admin.name, secrets.token_urlsafe(32), now, now + SESSION_LIFETIME, address or "")
    await work.sessions.forget_ended(now, now - LONGEST_IDLE)
    for old in sessions_to_evict(await work.sessions.of(admin.name)):
        await work.sessions.end(old.digest)
    await work.sessions.begin(session)
    await work.audit.add([AuditEntry(now, admin.name, address or "", None, Action.SIGNED_IN, admin.name)])
    return SignedIn(session_id, Identity(admin, session))
