"""API tokens: how programs ask without signing in, with fewer rights than the super admin who made them."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from modeldesk.domain.errors import InvalidValue, TokenExists, TokenNotFound
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.api_token import (
    DEFAULT_DAYS,
    HINT_LENGTH,
    PREFIX,
    ApiToken,
    ListedToken,
    NewToken,
    TokenIdentity,
    token_name,
    token_name_key,
)
from modeldesk.domain.model.access.permissions import Right, Scope
from modeldesk.domain.model.access.setup_token import token_digest
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.queries import Snapshots, TokenUses
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork
from modeldesk.domain.services.authorization import require_active_actor
from modeldesk.domain.services.last_use import LastUsedCache


class ApiTokens:
    """Making, listing and revoking tokens, which is for signed-in super admins, and knowing them again."""

    def __init__(
        self, *, unit_of_work: OpenUnitOfWork, snapshots: Snapshots, uses: TokenUses, last_used: LastUsedCache, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._uses = uses
        self._last_used = last_used
        self._clock = clock

    async def create(self, name: str, scopes: Collection[Scope], actor: Actor, days: TokenDays = DEFAULT_DAYS) -> NewToken:
        """A token of 256 random bits that lives for `days`. Raises InvalidValue, TokenExists, NotAllowed."""
        actor.require(Right.ACCOUNTS)
        checked, now = token_name(name), self._clock()
        if not scopes:
            raise InvalidValue("a token without a scope could do nothing; name at least one")
        text = PREFIX + secrets.token_urlsafe(32)
        expires_at = now + timedelta(days=days)
        token = ApiToken(token_digest(text), checked, SingleLineText(actor.name), frozenset(scopes), now, expires_at, text[-HINT_LENGTH:])
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            if await work.tokens.by_name(checked) is not None:
                raise TokenExists(checked)
            await work.tokens.add(token)
            await work.audit.add([audit_entry(actor, now, Action.TOKEN_MADE, checked, after=_told(token))])
            await work.commit()
        return NewToken(text, token)

    async def revoke(self, name: str, actor: Actor) -> None:
        """It opens nothing any more, on every worker. Any super admin may, whoever made it. Raises TokenNotFound, NotAllowed."""
        actor.require(Right.ACCOUNTS)
        async with self._unit_of_work() as work:
            await require_active_actor(work, actor, Right.ACCOUNTS)
            found = await work.tokens.by_name(_possible(name))
            if found is None:
                raise TokenNotFound(name)
            await work.tokens.delete(found.digest)
            await work.audit.add([audit_entry(actor, self._clock(), Action.TOKEN_REVOKED, found.name, before=_told(found))])
            await work.commit()

    async def all(self, actor: Actor) -> Sequence[ListedToken]:
        """By name, the expired ones too. Raises NotAllowed."""
        actor.require(Right.ACCOUNTS)
        tokens = (await self._snapshots.access()).tokens
        written = await self._uses.token_uses(list(tokens))
        listed = [ListedToken(token, _latest(written.get(digest), self._last_used.last(token))) for digest, token in tokens.items()]
        return sorted(listed, key=lambda one: token_name_key(one.token.name))

    async def identify(self, text: str) -> TokenIdentity | None:
        """Who holds this token, if it lives and who made it may still do everything: else it would outlive what they were trusted with."""
        access = await self._snapshots.access()
        token = access.tokens.get(token_digest(text))
        if token is None or self._clock() >= token.expires_at:
            return None
        owner = access.admins.get(token.owner)
        if owner is None or not owner.is_super:
            return None
        self._last_used.use(token, self._clock(), self._last_used.last(token))
        self._last_used.prune(access.tokens)
        return TokenIdentity(owner, token)


def _told(token: ApiToken) -> dict[str, object]:
    """What the audit trail tells of a token."""
    scopes = sorted(scope.value for scope in token.scopes)
    return {"owner": token.owner, "scopes": scopes, "expires_at": format_timestamp(token.expires_at), "hint": token.hint}


def _possible(name: str) -> SingleLineText:
    """A name that breaks the rule is no token's. Raises TokenNotFound."""
    try:
        return token_name(name)
    except InvalidValue:
        raise TokenNotFound(name) from None


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
