"""The stores of a unit of work for admins, sessions, API tokens, sign-in attempts and the set-up token.

Each change checks its actor again: from the snapshot, where the transaction proves it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct

from modeldesk.adapters.persistence import account_statements
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken


class SqlAccounts(Struct, frozen=True):
    work: OpenWork

    async def admin(self, name: str) -> Admin | None:
        if (known := await self.work.proven("access")) is not None:
            return known.access.admins.get(name)
        return await self.work.read(account_statements.admin, name)

    async def all(self) -> Sequence[Admin]:
        return await self.work.read(account_statements.admins)

    async def put(self, admin: Admin) -> None:
        self.work.write("access", account_statements.put_admin, admin)


class SqlSessions(Struct, frozen=True):
    work: OpenWork

    async def begin(self, session: Session) -> None:
        self.work.write("access", account_statements.begin_session, session)

    async def of(self, admin: str) -> Sequence[Session]:
        return await self.work.read(account_statements.sessions_of, admin)

    async def exists(self, digest: str) -> bool:
        if (known := await self.work.proven("access")) is not None:
            return digest in known.access.sessions
        return await self.work.read(account_statements.session_exists, digest)

    async def record_use(self, digest: str, at: datetime) -> None:
        self.work.write(None, account_statements.record_session_use, digest, at)

    async def end(self, digest: str) -> None:
        self.work.write("access", account_statements.end_session, digest)

    async def end_all(self, admin: str) -> None:
        self.work.write("access", account_statements.end_sessions, admin)

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        self.work.write("access", account_statements.forget_ended, now, unused_since)


class SqlTokens(Struct, frozen=True):
    work: OpenWork

    async def by_name(self, name: str) -> ApiToken | None:
        return await self.work.read(account_statements.token_by_name, name)

    async def exists(self, digest: str) -> bool:
        if (known := await self.work.proven("access")) is not None:
            return digest in known.access.tokens
        return await self.work.read(account_statements.token_exists, digest)

    async def add(self, token: ApiToken) -> None:
        self.work.write("access", account_statements.add_token, token)

    async def record_use(self, digest: str, at: datetime) -> None:
        self.work.write(None, account_statements.record_token_use, digest, at)

    async def delete(self, digest: str) -> None:
        self.work.write("access", account_statements.delete_token, digest)

    async def end_expired(self, now: datetime) -> None:
        self.work.write("access", account_statements.end_expired_tokens, now)


class SqlAttempts(Struct, frozen=True):
    work: OpenWork

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        return await self.work.read(account_statements.attempts, tuple(digests))

    async def put(self, counts: Sequence[FailureCount]) -> None:
        self.work.write(None, account_statements.put_attempts, tuple(counts))

    async def forget(self, until: datetime, most: int) -> None:
        self.work.write(None, account_statements.forget_attempts, until, most)


class SqlSetup(Struct, frozen=True):
    work: OpenWork

    async def get(self) -> SetupToken | None:
        return await self.work.read(account_statements.setup_token)

    async def put(self, token: SetupToken | None) -> None:
        self.work.write(None, account_statements.put_setup_token, token)
