"""Callers that were identified before, and need not be identified again."""

from datetime import datetime, timedelta

from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.access.session import USE_WRITTEN_EVERY
from modeldesk.domain.model.snapshot import Access
from modeldesk.domain.services.last_use import LastUsedCache, Used


class KnownCallers:
    """Decides by the clock and by what this process knows. Reads and writes nothing."""

    def __init__(self, sessions: LastUsedCache, tokens: LastUsedCache) -> None:
        self._sessions = sessions
        self._tokens = tokens

    def is_certain(self, caller: Caller, now: datetime) -> bool:
        """Whether identifying the caller anew, with the same snapshot of sessions, tokens and admins, would find the same and write nothing.

        False where only the store can tell: that is not yet a refusal.
        """
        if isinstance(caller, TokenIdentity):
            token = caller.token
            return not token.has_ended(now) and _is_recent(self._tokens, token, self._tokens.last_use(token), now)
        session = caller.session
        return now < session.expires_at and _is_recent(self._sessions, session, self._sessions.seen_at(session), now)

    def is_same(self, caller: Caller, access: Access, now: datetime) -> bool:
        """Whether identifying the caller anew with this access would find the same, and write nothing: a caller of the same request, a moment ago.

        False where only the store can tell.
        """
        if isinstance(caller, TokenIdentity):
            is_known = access.tokens.get(caller.token.digest) is caller.token
        else:
            is_known = access.sessions.get(caller.session.digest) is caller.session
        return is_known and access.admins.get(caller.admin.name) is caller.admin and self.is_certain(caller, now)


def _is_recent(uses: LastUsedCache, used: Used, last: datetime | None, now: datetime) -> bool:
    """Whether the last use is known and so recent that this one is not written. A last use in the future means that the clock was set back."""
    return last is not None and timedelta(0) <= now - last < USE_WRITTEN_EVERY and not uses.is_over(used)
