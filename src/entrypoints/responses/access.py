"""Admins, their sessions, API tokens, and what the audit trail holds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ListedToken, NewToken, TokenPage
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import ListedSession, SessionInfo
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.entrypoints.responses.serializer import Source, serialize


class MeResponse(TypedDict):
    username: Annotated[str, Source("admin.name")]
    role: Annotated[str, Source("admin.role")]
    csrf_token: Annotated[str, Source("session.csrf_token")]


class SignedOutResponse(TypedDict):
    signed_out: bool


class AdminResponse(TypedDict):
    username: Annotated[str, Source("name")]
    role: str
    is_active: bool
    created_at: str


class AdminsResponse(TypedDict):
    count: int
    admins: list[AdminResponse]


class TokenResponse(TypedDict):
    name: Annotated[str, Source("token.name")]
    owner: Annotated[str, Source("token.owner")]
    scopes: list[str]
    created_at: Annotated[str, Source("token.created_at")]
    expires_at: Annotated[str, Source("token.expires_at")]
    last_used_at: Annotated[str | None, Source("used_at")]
    hint: Annotated[str, Source("token.hint")]


class NewTokenResponse(TokenResponse):
    """The only response with the token's text."""

    token: str


class TokensResponse(TypedDict):
    count: int
    tokens: list[TokenResponse]


class RevokedResponse(TypedDict):
    revoked: bool


class SessionResponse(TypedDict):
    id: Annotated[str, Source("session.handle")]
    created_at: Annotated[str, Source("session.created_at")]
    seen_at: str
    expires_at: Annotated[str, Source("session.expires_at")]
    address: Annotated[str, Source("session.address")]
    current: Annotated[bool, Source("is_current")]


class SessionsResponse(TypedDict):
    count: int
    sessions: list[SessionResponse]


class ListedSessionResponse(TypedDict):
    id: Annotated[str, Source("session.handle")]
    admin: Annotated[str, Source("session.admin")]
    created_at: Annotated[str, Source("session.created_at")]
    seen_at: str
    expires_at: Annotated[str, Source("session.expires_at")]
    address: Annotated[str, Source("session.address")]
    is_active: bool


class ListedSessionsResponse(TypedDict):
    """The sessions of all admins, which only the command line lists."""

    count: int
    sessions: list[ListedSessionResponse]


class EndedResponse(TypedDict):
    ended: int


class AuditEntryResponse(TypedDict):
    id: int
    at: str
    by: str | None
    token: str | None
    address: str | None
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class AuditResponse(TypedDict):
    """`next`: what `older_than` names to read on; null at the end."""

    count: int
    entries: list[AuditEntryResponse]
    next: int | None


def admins_response(admins: Sequence[Admin], count: int) -> AdminsResponse:
    """`count` is the number of all."""
    return AdminsResponse(count=count, admins=[serialize(AdminResponse, admin) for admin in admins])


def sessions_response(sessions: Sequence[SessionInfo]) -> SessionsResponse:
    return SessionsResponse(count=len(sessions), sessions=[serialize(SessionResponse, session) for session in sessions])


def listed_sessions_response(sessions: Sequence[ListedSession]) -> ListedSessionsResponse:
    return ListedSessionsResponse(count=len(sessions), sessions=[serialize(ListedSessionResponse, session) for session in sessions])


def tokens_response(page: TokenPage) -> TokensResponse:
    return TokensResponse(count=page.total, tokens=[_token(listed) for listed in page.tokens])


def new_token_response(made: NewToken) -> NewTokenResponse:
    return NewTokenResponse(**_token(ListedToken(made.token, None)), token=made.text)


def audit_response(entries: Sequence[AuditEntry], query: AuditQuery) -> AuditResponse:
    is_full = len(entries) == query.limit
    shown = [serialize(AuditEntryResponse, entry, by=entry.by or None, address=entry.address or None) for entry in entries]
    return AuditResponse(count=len(entries), entries=shown, next=entries[-1].id if is_full else None)


def _token(listed: ListedToken) -> TokenResponse:
    return serialize(TokenResponse, listed, scopes=[scope.value for scope in Scope if scope in listed.token.scopes])
