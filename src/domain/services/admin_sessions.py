"""The sessions of all admins, for operators who must see them and end them."""

from collections.abc import Collection, Sequence

from modeldesk.domain.errors import SessionNotFound
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.access.session import ListedSession, Session, has_ended
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import SessionUses, Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import existing_admin, require_active_actor


class AdminSessions:
    """Listing and ending sessions of any admin. Ended ones are ended on every worker. The audit log has one entry per admin."""

    def __init__(self, *, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, uses: SessionUses, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._uses = uses
        self._clock = clock

    async def all(self, actor: Actor, admin: str | None = None) -> Sequence[ListedSession]:
        """The sessions by admin, newest first; of one `admin` if given. Raises AdminNotFound, NotAllowed."""
        actor.require(Right.ACCOUNTS)
        access, now = await self._snapshots.access(), self._clock()
        if admin is not None:
            access.admin(admin)
        sessions = [session for session in access.sessions.values() if admin in (None, session.admin)]
        seen = await self._uses.last_uses([session.digest for session in sessions])
        newest_first = sorted(sessions, key=lambda session: (session.created_at, session.digest), reverse=True)
        by_admin = sorted(newest_first, key=lambda session: session.admin)
        return [
            ListedSession(session, seen[session.digest], not has_ended(session, seen[session.digest], now))
            for session in by_admin
            if session.digest in seen
        ]

    async def end(self, handle: str, actor: Actor) -> Session:
        """Ends one session; returns it. Raises SessionNotFound, NotAllowed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            for session in await _sessions(work, None):
                if session.handle == handle:
                    await self._end(work, [session], actor)
                    return session
        raise SessionNotFound(handle)

    async def end_all(self, actor: Actor, admin: str | None = None) -> int:
        """Ends every session, of one `admin` if given; returns how many. Raises AdminNotFound, NotAllowed."""
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            found = await _sessions(work, admin)
            if found:
                await self._end(work, found, actor)
        return len(found)

    async def _end(self, work: UnitOfWork, ended: Collection[Session], actor: Actor) -> None:
        handles = dict[str, list[str]]()
        for session in ended:
            await work.sessions.end(session.digest)
            handles.setdefault(session.admin, []).append(session.handle)
        now = self._clock()
        await work.audit.add(
            [
                audit_entry(actor, now, Action.SESSIONS_ENDED, admin, before={"sessions": sorted(of_admin)})
                for admin, of_admin in sorted(handles.items())
            ]
        )
        await work.commit()


async def _sessions(work: UnitOfWork, admin: str | None) -> Sequence[Session]:
    """Everybody's sessions, or one admin's. Raises AdminNotFound."""
    if admin is not None:
        await existing_admin(work, admin)
        return await work.sessions.of(admin)
    return [session for one in await work.accounts.all() for session in await work.sessions.of(one.name)]
