"""The in-memory stores of admins, sessions, API tokens, sign-in attempts and the set-up token."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from attrs import evolve

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.errors import AdminExists
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.admin_names import admin_name_key
from modeldesk.domain.model.access.api_token import ApiToken, token_name_key
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.records import frozen


@frozen
class InMemoryAccounts:
    draft: Draft

    async def admin(self, name: str) -> Admin | None:
        return (await self.draft.read()).admins.get(name)

    async def all(self) -> Sequence[Admin]:
        return list((await self.draft.read()).admins.values())

    async def put(self, admin: Admin) -> None:
        held, key = await self.draft.read(), admin_name_key(admin.name)
        if admin.name not in held.admins and any(admin_name_key(name) == key for name in held.admins):
            raise AdminExists(admin.name)
        self.draft.write("access", admins={**held.admins, admin.name: admin})


@frozen
class InMemorySessions:
    draft: Draft

    async def begin(self, session: Session) -> None:
        held = await self.draft.read()
        uses = {**held.session_uses, session.digest: session.created_at}
        self.draft.write("access", sessions={**held.sessions, session.digest: session}, session_uses=uses)

    async def of(self, admin: str) -> Sequence[Session]:
        return [session for session in (await self.draft.read()).sessions.values() if session.admin == admin]

    async def exists(self, digest: str) -> bool:
        return digest in (await self.draft.read()).sessions

    async def record_use(self, digest: str, at: datetime) -> None:
        held = (await self.draft.read()).session_uses
        if digest in held and held[digest] < at:
            self.draft.write(None, session_uses={**held, digest: at})

    async def end(self, digest: str) -> None:
        await self._keep(lambda session, _: session.digest != digest)

    async def end_all(self, admin: str) -> None:
        await self._keep(lambda session, _: session.admin != admin)

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        await self._keep(lambda session, used: session.expires_at > now and used > unused_since)

    async def _keep(self, is_kept: Callable[[Session, datetime], bool]) -> None:
        held = await self.draft.read()
        kept = {digest: session for digest, session in held.sessions.items() if is_kept(session, held.session_uses[digest])}
        self.draft.write("access", sessions=kept, session_uses={digest: held.session_uses[digest] for digest in kept})


@frozen
class InMemoryTokens:
    draft: Draft

    async def by_name(self, name: str) -> ApiToken | None:
        held = (await self.draft.read()).tokens
        return next((token for token in held.values() if token_name_key(token.name) == token_name_key(name)), None)

    async def exists(self, digest: str) -> bool:
        return digest in (await self.draft.read()).tokens

    async def add(self, token: ApiToken) -> None:
        held = await self.draft.read()
        self.draft.write("access", tokens={**held.tokens, token.digest: token})

    async def record_use(self, digest: str, at: datetime) -> None:
        held = await self.draft.read()
        if digest in held.tokens and held.token_uses.get(digest, at) <= at:
            self.draft.write(None, token_uses={**held.token_uses, digest: at})

    async def delete(self, digest: str) -> None:
        held = await self.draft.read()
        tokens = {other: token for other, token in held.tokens.items() if other != digest}
        self.draft.write("access", tokens=tokens, token_uses={other: at for other, at in held.token_uses.items() if other in tokens})

    async def end_expired(self, now: datetime) -> None:
        held = (await self.draft.read()).tokens
        ended = {
            digest: evolve(token, ended_at=now) for digest, token in held.items() if token.ended_at is None and token.expires_at <= now
        }
        self.draft.write("access", tokens={**held, **ended})


@frozen
class InMemoryAttempts:
    draft: Draft

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        held = (await self.draft.read()).attempts
        return [held[digest] for digest in digests if digest in held]

    async def put(self, counts: Sequence[FailureCount]) -> None:
        held = {**(await self.draft.read()).attempts, **{count.digest: count for count in counts}}
        self.draft.write(None, attempts={digest: count for digest, count in held.items() if count.failures})

    async def forget(self, until: datetime, most: int) -> None:
        remembered = [count for count in (await self.draft.read()).attempts.values() if count.last_at > until]
        kept = sorted(remembered, key=lambda count: (count.failures, count.last_at, count.digest), reverse=True)[:most]
        self.draft.write(None, attempts={count.digest: count for count in kept})


@frozen
class InMemorySetup:
    draft: Draft

    async def get(self) -> SetupToken | None:
        return (await self.draft.read()).setup_token

    async def put(self, token: SetupToken | None) -> None:
        await self.draft.read()
        self.draft.write(None, setup_token=token)
