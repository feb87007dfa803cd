"""What the desk answers about who may sign in, and who is: as `answers` does about everything else."""

from collections.abc import Mapping, Sequence

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ListedToken, NewToken
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import Identity, SessionInfo
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.entrypoints.shapes import (
    AdminAnswer,
    AdminsAnswer,
    MeAnswer,
    NewTokenAnswer,
    SessionAnswer,
    SessionsAnswer,
    TokenAnswer,
    TokensAnswer,
)


def me_answer(identity: Identity) -> MeAnswer:
    return MeAnswer(username=identity.admin.name, role=identity.admin.role.value, csrf_token=identity.session.csrf_token)


def admin_answer(admin: Admin) -> AdminAnswer:
    return AdminAnswer(username=admin.name, role=admin.role.value, is_active=admin.is_active, created_at=format_timestamp(admin.created_at))


def admins_answer(admins: Mapping[str, Admin]) -> AdminsAnswer:
    """By name."""
    return AdminsAnswer(count=len(admins), admins=[admin_answer(admins[name]) for name in sorted(admins)])


def sessions_answer(sessions: Sequence[SessionInfo]) -> SessionsAnswer:
    return SessionsAnswer(count=len(sessions), sessions=[session_answer(one) for one in sessions])


def session_answer(one: SessionInfo) -> SessionAnswer:
    session = one.session
    return SessionAnswer(
        id=session.handle,
        created_at=format_timestamp(session.created_at),
        seen_at=format_timestamp(one.seen_at),
        expires_at=format_timestamp(session.expires_at),
        address=session.address,
        current=one.is_current,
    )


def tokens_answer(tokens: Sequence[ListedToken]) -> TokensAnswer:
    return TokensAnswer(count=len(tokens), tokens=[token_answer(one) for one in tokens])


def token_answer(one: ListedToken) -> TokenAnswer:
    token = one.token
    return TokenAnswer(
        name=token.name,
        owner=token.owner,
        scopes=[scope.value for scope in Scope if scope in token.scopes],
        created_at=format_timestamp(token.created_at),
        expires_at=format_timestamp(token.expires_at),
        last_used_at=format_timestamp(one.used_at) if one.used_at is not None else None,
        hint=token.hint,
    )


def new_token_answer(made: NewToken) -> NewTokenAnswer:
    """The only answer with the token's text."""
    return NewTokenAnswer(**token_answer(ListedToken(made.token, None)), token=made.text)
