"""Admins, sessions, API tokens, attempts and the set-up token of a desk in memory."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken, token_name_key
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken

if TYPE_CHECKING:  # it is drawn in terms of the stores here
    from modeldesk.adapters.memory.unit_of_work import InMemoryUnitOfWork


@frozen
class InMemoryAccounts:
    work: "InMemoryUnitOfWork"

    async def admin(self, name: str) -> Admin | None:
        return (await self.work.reading()).admins.get(name)

    async def all(self) -> Sequence[Admin]:
        return list((await self.work.reading()).admins.values())

    async def put(self, admin: Admin) -> None:
        held = await self.work.reading()
        self.work.write("access", admins={**held.admins, admin.name: admin})


@frozen
class InMemorySessions:
    work: "InMemoryUnitOfWork"

    async def begin(self, session: Session) -> None:
        held = await self.work.reading()
        uses = {**held.uses, session.digest: session.created_at}
        self.work.write("access", sessions={**held.sessions, session.digest: session}, uses=uses)

    async def of(self, admin: str) -> Sequence[Session]:
        return [session for session in (await self.work.reading()).sessions.values() if session.admin == admin]

    async def exists(self, digest: str) -> bool:
        return digest in (await self.work.reading()).sessions

    async def record_use(self, digest: str, at: datetime) -> None:
        held = (await self.work.reading()).uses
        if digest in held and held[digest] < at:
            self.work.write(None, uses={**held, digest: at})

    async def end(self, digest: str) -> None:
        await self._keep(lambda session, _: session.digest != digest)

    async def end_all(self, admin: str) -> None:
        await self._keep(lambda session, _: session.admin != admin)

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        await self._keep(lambda session, used: session.expires_at > now and used > unused_since)

    async def _keep(self, wanted: Callable[[Session, datetime], bool]) -> None:
        held = await self.work.reading()
        kept = {digest: session for digest, session in held.sessions.items() if wanted(session, held.uses[digest])}
        self.work.write("access", sessions=kept, uses={digest: held.uses[digest] for digest in kept})


@frozen
class InMemoryTokens:
    work: "InMemoryUnitOfWork"

    async def by_name(self, name: str) -> ApiToken | None:
        held = (await self.work.reading()).tokens
        return next((token for token in held.values() if token_name_key(token.name) == token_name_key(name)), None)

    async def exists(self, digest: str) -> bool:
        return digest in (await self.work.reading()).tokens

    async def add(self, token: ApiToken) -> None:
        held = await self.work.reading()
        self.work.write("access", tokens={**held.tokens, token.digest: token})

    async def record_use(self, digest: str, at: datetime) -> None:
        held = await self.work.reading()
        if digest in held.tokens and held.token_uses.get(digest, at) <= at:
            self.work.write(None, token_uses={**held.token_uses, digest: at})

    async def delete(self, digest: str) -> None:
        held = await self.work.reading()
        tokens = {other: token for other, token in held.tokens.items() if other != digest}
        self.work.write("access", tokens=tokens, token_uses={other: at for other, at in held.token_uses.items() if other in tokens})


@frozen
class InMemoryAttempts:
    work: "InMemoryUnitOfWork"

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        held = (await self.work.reading()).attempts
        return [held[digest] for digest in digests if digest in held]

    async def put(self, counts: Sequence[FailureCount]) -> None:
        held = {**(await self.work.reading()).attempts, **{count.digest: count for count in counts}}
        self.work.write(None, attempts={digest: count for digest, count in held.items() if count.failures})

    async def forget(self, until: datetime, most: int) -> None:
        remembered = [count for count in (await self.work.reading()).attempts.values() if count.last_at > until]
        kept = sorted(remembered, key=lambda count: (count.failures, count.last_at, count.digest), reverse=True)[:most]
        self.work.write(None, attempts={count.digest: count for count in kept})


@frozen
class InMemorySetUp:
    work: "InMemoryUnitOfWork"

    async def get(self) -> SetupToken | None:
        return (await self.work.reading()).set_up

    async def put(self, token: SetupToken | None) -> None:
        await self.work.reading()
        self.work.write(None, set_up=token)
