"""Admins, their sessions, API tokens, and what the audit log holds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict

from modeldesk.domain.model.access.api_token import ListedToken, NewToken
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import ListedSession, SessionInfo
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.snapshot import Access
from modeldesk.entrypoints.commands.pages import next_page
from modeldesk.entrypoints.responses.serializer import Source, serialize


class MeResponse(TypedDict):
    username: Annotated[str, Source("admin.name")]
    role: Annotated[str, Source("admin.role")]
    csrf_token: Annotated[str, Source("session.csrf_token")]


class SignedOutResponse(TypedDict):
    signed_out: bool


class AdminResponse(TypedDict):
    """`has_password` is false for an admin who signs in by an identity provider or by a link of the operator."""

    username: Annotated[str, Source("name")]
    role: str
    is_active: bool
    has_password: Annotated[bool, Source(lambda admin: bool(admin.password_hash))]
    created_at: str


class IdentityResponse(TypedDict):
    issuer: str
    subject: str


class ListedAdminResponse(AdminResponse):
    """`identities`: as whom the admin may sign in by identity providers."""

    identities: list[IdentityResponse]


class AdminsResponse(TypedDict):
    count: int
    admins: list[ListedAdminResponse]


def _scopes(listed: ListedToken) -> Sequence[Scope]:
    """In one order, however they were asked for."""
    return [scope for scope in Scope if scope in listed.token.scopes]


class TokenResponse(TypedDict):
    name: Annotated[str, Source("token.name")]
    owner: Annotated[str, Source("token.owner")]
    scopes: Annotated[list[str], Source(_scopes)]
    created_at: Annotated[str, Source("token.created_at")]
    expires_at: Annotated[str, Source("token.expires_at")]
    last_used_at: Annotated[str | None, Source("used_at")]
    hint: Annotated[str, Source("token.hint")]


class NewTokenResponse(TokenResponse):
    """The only response with the token's text."""

    token: str


class TokensResponse(TypedDict):
    count: Annotated[int, Source("total")]
    tokens: list[TokenResponse]


class RevokedResponse(TypedDict):
    revoked: bool


class SessionResponse(TypedDict):
    id: Annotated[str, Source("session.handle")]
    created_at: Annotated[str, Source("session.created_at")]
    seen_at: str
    expires_at: Annotated[str, Source("session.expires_at")]
    address: Annotated[str, Source("session.address")]
    device: Annotated[str, Source("session.device")]
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
    device: Annotated[str, Source("session.device")]
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
    by: Annotated[str | None, Source(lambda entry: entry.by or None)]
    token: str | None
    address: Annotated[str | None, Source(lambda entry: entry.address or None)]
    action: str
    subject: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class AuditResponse(TypedDict):
    """`next`: what `older_than` names to read on; null at the end."""

    count: int
    entries: list[AuditEntryResponse]
    next: int | None


def admins_response(access: Access, names: Sequence[str]) -> AdminsResponse:
    """The admins of these names; `count` is the number of all."""
    listed = [serialize(ListedAdminResponse, access.admins[name], identities=access.identities_of(name)) for name in names]
    return AdminsResponse(count=len(access.admins), admins=listed)


def sessions_response(sessions: Sequence[SessionInfo]) -> SessionsResponse:
    return serialize(SessionsResponse, count=len(sessions), sessions=sessions)


def listed_sessions_response(sessions: Sequence[ListedSession]) -> ListedSessionsResponse:
    return serialize(ListedSessionsResponse, count=len(sessions), sessions=sessions)


def new_token_response(made: NewToken) -> NewTokenResponse:
    return serialize(NewTokenResponse, ListedToken(made.token, None), token=made.text)


def audit_response(entries: Sequence[AuditEntry], query: AuditQuery) -> AuditResponse:
    return serialize(AuditResponse, count=len(entries), entries=entries, next=next_page(entries, query.limit))
