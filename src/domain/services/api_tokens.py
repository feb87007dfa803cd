"""API tokens: access for programs, with fewer rights than the super admin who created them."""

import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from modeldesk.domain.errors import InvalidValue, NotAllowed, TokenExists, TokenNotFound, Unavailable
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.api_token import (
    DEFAULT_DAYS,
    HINT_LENGTH,
    PREFIX,
    ApiToken,
    ListedToken,
    NewToken,
    TokenIdentity,
    TokenPage,
    token_name,
    token_name_key,
)
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.permissions import Right, Scope
from modeldesk.domain.model.access.stream_ticket import stream_ticket, token_of_ticket
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.snapshot import Access
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots, TokenUses
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.authorization import existing_admin, require_active_actor
from modeldesk.domain.services.last_use import LastUsedCache


class ApiTokens:
    """Creating, listing and revoking tokens, for super admins and the command line, and identifying a token's holder."""

    def __init__(
        self, *, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, uses: TokenUses, last_used: LastUsedCache, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._uses = uses
        self._last_used = last_used
        self._clock = clock

    async def create(self, name: str, scopes: Collection[Scope], actor: Actor, days: TokenDays = DEFAULT_DAYS) -> NewToken:
        """Creates a token of 256 random bits that acts for the actor and expires in `days`. Raises InvalidValue, TokenExists, NotAllowed."""
        return await self.create_for(actor.name, name, scopes, actor, days)

    async def create_for(
        self, owner: str | None, name: str, scopes: Collection[Scope], actor: Actor, days: TokenDays = DEFAULT_DAYS
    ) -> NewToken:
        """Creates a token that acts for another admin, `owner`; None means the only active super admin. The audit log names the actor.

        Raises as `create`, and AdminNotFound; InvalidValue where the owner is no super admin, or where None leaves a choice.
        """
        actor.require(Right.ACCOUNTS)
        checked, now = token_name(name), self._clock()
        if not scopes:
            raise InvalidValue("token-without-scope")
        text = PREFIX + secrets.token_urlsafe(32)
        expires_at = now + timedelta(days=days)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            acts_for = await _token_owner(work, owner)
            token = ApiToken(credential_digest(text), checked, acts_for, frozenset(scopes), now, expires_at, text[-HINT_LENGTH:])
            if (taken := await work.tokens.by_name(checked)) is not None:
                raise TokenExists(taken.name)
            await work.tokens.add(token)
            await work.audit.add([audit_entry(actor, now, Action.TOKEN_MADE, checked, after=_audit_details(token))])
            await work.commit()
        return NewToken(text, token)

    async def revoke(self, name: str, actor: Actor) -> SingleLineText:
        """Revokes a token on every worker, by its name in any letter case; returns the name. Any super admin may, whoever created it. Raises TokenNotFound, NotAllowed."""
        actor.require(Right.ACCOUNTS)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            found = await work.tokens.by_name(_normalized(name))
            if found is not None:
                await work.tokens.delete(found.digest)
                await work.audit.add([audit_entry(actor, self._clock(), Action.TOKEN_REVOKED, found.name, before=_audit_details(found))])
                await work.commit()
        if found is None:
            raise TokenNotFound(name, [token.name for token in (await self._snapshots.access()).tokens.values()])
        return found.name

    async def page(self, actor: Actor, limit: int, offset: int = 0) -> TokenPage:
        """Tokens by name, expired ones included: at most `limit` of them, from `offset` on. Raises NotAllowed."""
        actor.require(Right.ACCOUNTS)
        tokens = sorted((await self._snapshots.access()).tokens.values(), key=lambda token: token_name_key(token.name))
        shown = tokens[offset : offset + limit]
        written = await self._uses.token_uses([token.digest for token in shown])
        listed = [ListedToken(token, _latest(written.get(token.digest), self._last_used.last_use(token))) for token in shown]
        return TokenPage(listed, len(tokens))

    async def identify(self, text: str) -> TokenIdentity | None:
        """The holder of a valid token, as long as its creator is an active super admin: a token never outlives its creator's rights."""
        access = await self._snapshots.access()
        return await self._holder(access, access.tokens.get(credential_digest(text)))

    async def identify_ticket(self, ticket: str) -> TokenIdentity | None:
        """The holder of the token that a ticket for event streams was made with, under the same conditions."""
        access = await self._snapshots.access()
        return await self._holder(access, token_of_ticket(ticket, access.tokens.values(), self._clock()))

    async def is_valid(self, token: ApiToken) -> bool:
        """Whether a token that was valid is so still."""
        access = await self._snapshots.access()
        return await self._holder(access, access.tokens.get(token.digest)) is not None

    def ticket(self, caller: TokenIdentity) -> str:
        """A ticket for event streams."""
        return stream_ticket(caller.token, self._clock())

    async def _holder(self, access: Access, token: ApiToken | None) -> TokenIdentity | None:
        if token is None or await self._has_ended(token):
            return None
        owner = access.admins.get(token.owner)
        if owner is None or not owner.is_super:
            return None
        self._last_used.use(token, self._clock(), self._last_used.last_use(token))
        self._last_used.prune(access.tokens)
        return TokenIdentity(owner, token)

    async def _has_ended(self, token: ApiToken) -> bool:
        """Records an end when it is first seen, so that a clock that is set back does not revive the token."""
        now = self._clock()
        if token.ended_at is not None or self._last_used.is_over(token):
            return True
        if not token.has_ended(now):
            return False
        self._last_used.record_end(token)
        with suppress(Unavailable):  # the next request, or the server's periodic look, records it
            async with self._unit_of_work() as work:
                await work.tokens.end_expired(now)
                await work.commit()
        return True


async def _token_owner(work: UnitOfWork, name: str | None) -> SingleLineText:
    """The active super admin whom a new token acts for. Raises AdminNotFound, NotAllowed, InvalidValue."""
    if name is None:
        supers = [admin for admin in await work.accounts.all() if admin.is_super]
        if len(supers) != 1:
            raise InvalidValue("token-owner-missing")
        return supers[0].name
    admin = await existing_admin(work, name)
    if not admin.is_active:
        raise NotAllowed("admin-disabled", admin=admin.name)
    if not admin.is_super:
        raise InvalidValue("token-owner-not-super", admin=admin.name)
    return admin.name


def _audit_details(token: ApiToken) -> dict[str, object]:
    """What the audit log records of a token."""
    scopes = sorted(scope.value for scope in token.scopes)
    return {"owner": token.owner, "scopes": scopes, "expires_at": format_timestamp(token.expires_at), "hint": token.hint}


def _normalized(name: str) -> SingleLineText:
    """The normalized name. An invalid name belongs to no token. Raises TokenNotFound."""
    try:
        return token_name(name)
    except InvalidValue:
        raise TokenNotFound(name) from None


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)
