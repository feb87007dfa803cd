"""Admins, their sessions and API tokens, sign-in attempts and the set-up token, in a unit of work."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken


class AccountStore(Protocol):
    """Admins."""

    async def admin(self, name: str) -> Admin | None: ...

    async def all(self) -> Sequence[Admin]:
        """In no particular order."""
        ...

    async def put(self, admin: Admin) -> None:
        """Adds or replaces. Raises AdminExists, now or at the commit, for a new admin whose name is the same as another's (`admin_name_key`)."""
        ...


class SessionStore(Protocol):
    """Sessions."""

    async def begin(self, session: Session) -> None:
        """Adds a session; its last use is its creation."""
        ...

    async def of(self, admin: str) -> Sequence[Session]:
        """An admin's sessions, in no particular order."""
        ...

    async def exists(self, digest: str) -> bool:
        """Whether the session has not been ended."""
        ...

    async def record_use(self, digest: str, at: datetime) -> None:
        """Sets the last use, if the session exists and the recorded use is not later. Leaves the generation as it is."""
        ...

    async def end(self, digest: str) -> None:
        """Does nothing where the session has ended already."""
        ...

    async def end_all(self, admin: str) -> None: ...

    async def forget_ended(self, now: datetime, unused_since: datetime) -> None:
        """Deletes sessions that expire at `now` or before, and those last used at `unused_since` or before."""
        ...


class TokenStore(Protocol):
    """API tokens."""

    async def by_name(self, name: str) -> ApiToken | None:
        """The token of this name; letter case does not matter."""
        ...

    async def exists(self, digest: str) -> bool:
        """Whether the token has not been revoked."""
        ...

    async def add(self, token: ApiToken) -> None:
        """Adds a token that was never used."""
        ...

    async def record_use(self, digest: str, at: datetime) -> None:
        """Sets the last use, if the token exists and the recorded use is not later. Leaves the generation as it is."""
        ...

    async def delete(self, digest: str) -> None:
        """Does nothing where there is no such token."""
        ...

    async def end_expired(self, now: datetime) -> None:
        """Marks the tokens that expire at `now` or before as ended, whatever a clock says later."""
        ...


class AttemptStore(Protocol):
    """Counts of failed sign-in attempts. Writing them leaves the generation as it is."""

    async def get(self, digests: Collection[str]) -> Sequence[FailureCount]:
        """The counts that exist."""
        ...

    async def put(self, counts: Sequence[FailureCount]) -> None:
        """Adds or replaces; deletes a count of zero."""
        ...

    async def forget(self, until: datetime, most: int) -> None:
        """Deletes counts whose last failure is at `until` or before. Of the rest it keeps at most `most`, those with the most failures."""
        ...


class SetupStore(Protocol):
    """The token with which the first admin is created. Writing it leaves the generation as it is."""

    async def get(self) -> SetupToken | None: ...

    async def put(self, token: SetupToken | None) -> None:
        """Replaces the token; None deletes it."""
        ...
