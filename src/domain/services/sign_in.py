"""Signing in and out, and managing one's own sessions."""

import secrets
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from modeldesk.domain.errors import SessionNotFound, SignInRefused, Unavailable
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.password_policy import checked_password, nfc_password
from modeldesk.domain.model.access.session import (
    LONGEST_IDLE,
    SESSION_LIFETIME,
    Identity,
    Session,
    SessionInfo,
    SignedIn,
    has_ended,
    sessions_to_evict,
)
from modeldesk.domain.model.audit import Action, AuditEntry, own_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import SessionUses, Snapshots
from modeldesk.domain.ports.security import PasswordHasher
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.failed_sign_ins import audit_failure
from modeldesk.domain.services.last_use import LastUsedCache
from modeldesk.domain.services.login_throttle import LoginThrottle


class SignIn:
    """Sign-in by password, and the sessions that it starts."""

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

    async def sign_in(
        self, name: str, password: str, address: str | None = None, *, device: str = "", previous: Session | None = None
    ) -> SignedIn:
        """Starts a session with a new random id, and ends the `previous` one of this browser. The request comes from this address and device.

        Raises SignInRefused and TooManyAttempts, with no difference between unknown names, disabled admins and wrong passwords, and InvalidValue
        for a name or a password that is too long to be one.
        """
        password = nfc_password(password)
        async with self._failures_audited(name, address), self._limits.throttled(name, address):
            admin = await self._verified(name, password)
            async with self._unit_of_work() as work:
                verified = await _unchanged(work, admin)
                signed_in = await start_session(work, verified, self._clock(), address, device=device, previous=previous)
                await work.commit()
        return signed_in

    async def change_own_password(
        self, identity: Identity, current: str, new: str, address: str | None = None, *, device: str = ""
    ) -> SignedIn:
        """Sets the password, ends every session of the admin, and starts a new one for the caller.

        Raises InvalidValue, SignInRefused where the current password is wrong, TooManyAttempts, and SessionNotFound where the caller's session
        ended while the passwords were hashed.
        """
        name = identity.admin.name
        checked, current = checked_password(new, name), nfc_password(current)
        async with self._failures_audited(name, address), self._limits.throttled(name, address):
            admin = await self._verified(name, current)
            password_hash = await self._hasher.hash(checked)
            async with self._unit_of_work() as work:
                await _require_session(work, identity.session)
                changed = (await _unchanged(work, admin)).with_password(password_hash)
                await work.accounts.put(changed)
                await work.sessions.end_all(name)
                await work.audit.add([own_entry(name, address, self._clock(), Action.PASSWORD_CHANGED)])
                signed_in = await start_session(work, changed, self._clock(), address, device=device)
                await work.commit()
        return signed_in

    async def sign_out(self, identity: Identity, address: str | None = None) -> None:
        """Ends this session on every worker."""
        name = identity.admin.name
        async with self._unit_of_work() as work:
            if not await work.sessions.exists(identity.session.digest):
                return  # it has ended already, and that is in the audit log
            await work.sessions.end(identity.session.digest)
            await work.audit.add([own_entry(name, address, self._clock(), Action.SIGNED_OUT)])
            await work.commit()

    async def identify(self, session_id: str) -> Identity | None:
        """The holder of a session that has not ended, if the admin is active."""
        access = await self._snapshots.access()
        session = access.sessions.get(credential_digest(session_id))
        if session is None or await self._is_over(session):
            return None
        admin = access.admins.get(session.admin)
        if admin is None or not admin.is_active:
            return None
        self._last_used.use(session, self._clock(), self._last_used.seen_at(session))
        self._last_used.prune(access.sessions)
        return Identity(admin, session)

    async def own(self, identity: Identity) -> list[SessionInfo]:
        """The admin's sessions, newest first."""
        access, now = await self._snapshots.access(), self._clock()
        sessions = [session for session in access.sessions.values() if session.admin == identity.admin.name]
        seen = await self._uses.last_uses([session.digest for session in sessions])
        shown = [
            SessionInfo(session, max(seen[session.digest], self._last_used.seen_at(session)), session.digest == identity.session.digest)
            for session in sessions
            if session.digest in seen
        ]
        alive = [one for one in shown if one.is_current or not has_ended(one.session, one.seen_at, now)]
        return sorted(alive, key=lambda one: (one.session.created_at, one.session.digest), reverse=True)

    async def end_own(self, identity: Identity, handle: str, address: str | None = None) -> None:
        """Ends one of the admin's own sessions. Raises SessionNotFound, also for another admin's session and where the caller's own has ended."""
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
        """Ends all of the admin's sessions but the caller's; returns how many. Raises SessionNotFound where the caller's own has ended."""
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
        name, details = identity.admin.name, {"sessions": sorted(session.handle for session in ended)}
        return own_entry(name, address, self._clock(), Action.SESSIONS_ENDED, before=details)

    @asynccontextmanager
    async def _failures_audited(self, name: str, address: str | None) -> AsyncIterator[None]:
        """Audits a failed sign-in."""
        try:
            yield
        except SignInRefused:
            # The failure is counted already, whether or not this entry can be written.
            admin = (await self._snapshots.access()).typed_admin(name)
            async with self._unit_of_work() as work:
                await audit_failure(work, admin, address, self._clock())
                await work.commit()
            raise

    async def _verified(self, name: str, password: str) -> Admin:
        # Before the unit of work opens, since a hash takes long and writers would wait for it.
        admin = (await self._snapshots.access()).typed_admin(name)
        # An unknown or disabled name, and one without a password, costs one hash too, so that the time reveals nothing.
        matches = await self._hasher.verify((admin.password_hash or None) if admin and admin.is_active else None, password)
        if admin is None or not matches:
            raise SignInRefused
        return admin

    async def _is_over(self, session: Session) -> bool:
        if self._last_used.is_over(session):
            return True
        if has_ended(session, self._last_used.seen_at(session), self._clock()):
            # Another worker may have recorded a later use: only the store decides that a session has ended.
            used = (await self._uses.last_uses([session.digest])).get(session.digest)
            if used is None or has_ended(session, used, self._clock()):
                self._last_used.record_end(session)
                await self._end(session)
                return True
            self._last_used.record(session, used)
        return False

    async def _end(self, session: Session) -> None:
        """Ends a session whose time is over in the store, so that no clock revives it for another process."""
        with suppress(Unavailable):  # this process knows it, and the server's clockwork tries again
            async with self._unit_of_work() as work:
                await work.sessions.end(session.digest)
                await work.commit()


async def _unchanged(work: UnitOfWork, verified: Admin) -> Admin:
    """The admin in this unit of work. Raises SignInRefused where they were disabled, or their password changed, since it was verified."""
    admin = await work.accounts.admin(verified.name)
    if admin is None or not admin.is_active or admin.password_hash != verified.password_hash:
        raise SignInRefused
    return admin


async def _require_session(work: UnitOfWork, session: Session) -> None:
    if not await work.sessions.exists(session.digest):
        raise SessionNotFound(session.handle)


async def start_session(
    work: UnitOfWork,
    admin: Admin,
    now: datetime,
    address: str | None,
    *,
    device: str = "",
    previous: Session | None = None,
    means: Mapping[str, object] | None = None,
) -> SignedIn:
    """Starts a session with a new random id. Deletes sessions that have ended, and evicts the oldest where the admin has too many.

    The browser forgets the id of the `previous` session, of whichever admin, so that one ends. `means` is the audit entry's detail of a sign-in
    without a password.
    """
    if previous is not None and await work.sessions.exists(previous.digest):
        await work.sessions.end(previous.digest)
        await work.audit.add([own_entry(previous.admin, address, now, Action.SIGNED_OUT)])
    session_id = secrets.token_urlsafe(32)
    session = Session(
        credential_digest(session_id), admin.name, secrets.token_urlsafe(32), now, now + SESSION_LIFETIME, address or "", device
    )
    await work.sessions.forget_ended(now, now - LONGEST_IDLE)
    for old in sessions_to_evict(await work.sessions.of(admin.name)):
        await work.sessions.end(old.digest)
    await work.sessions.begin(session)
    await work.audit.add([own_entry(admin.name, address, now, Action.SIGNED_IN, after=means)])
    return SignedIn(session_id, Identity(admin, session))
