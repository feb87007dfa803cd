"""Recording what has expired, so that a clock that is set back later brings nothing back."""

from collections.abc import Mapping
from datetime import datetime

from modeldesk.domain.model.access.session import LONGEST_IDLE, Session
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import SessionUses, SetupTokens, Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork


class Expiry:
    """Ends sessions, API tokens and the set-up token in the store when their time is over. A server does so every minute."""

    def __init__(self, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, uses: SessionUses, setup: SetupTokens, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._uses = uses
        self._setup = setup
        self._clock = clock

    async def record(self) -> None:
        """Begins no unit of work where nothing has expired. Raises StorageUnavailable, StorageBusy."""
        access, now = await self._snapshots.access(), self._clock()
        uses = await self._uses.last_uses(list(access.sessions)) if access.sessions else {}
        has_sessions = any(_is_over(session, uses, now) for session in access.sessions.values())
        has_tokens = any(token.ended_at is None and token.expires_at <= now for token in access.tokens.values())
        setup = None if access.admins else await self._setup.setup_token()
        has_setup = setup is not None and setup.expires_at <= now
        if not (has_sessions or has_tokens or has_setup):
            return
        async with self._unit_of_work() as work:
            if has_sessions:
                await work.sessions.forget_ended(now, now - LONGEST_IDLE)
            if has_tokens:
                await work.tokens.end_expired(now)
            setup = await work.setup.get() if has_setup else None  # another one may have taken its place meanwhile
            if setup is not None and setup.expires_at <= now:
                await work.setup.put(None)
            elif not (has_sessions or has_tokens):
                return
            await work.commit()


def _is_over(session: Session, uses: Mapping[str, datetime], now: datetime) -> bool:
    return session.expires_at <= now or now - uses.get(session.digest, session.created_at) >= LONGEST_IDLE
