"""SQL of the stores of admins, sessions, API tokens, sign-in attempts and the set-up token: functions on a connection, as in `statements`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.prepared import AnyConnection, DriverRow, Prepared
from modeldesk.adapters.persistence.statements import upsert
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_texts
from modeldesk.domain.errors import AdminExists
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.admin_names import admin_name_key
from modeldesk.domain.model.access.api_token import ApiToken, token_name_key
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken

_ADMINS, _SESSIONS, _TOKENS = tables.admins, tables.sessions, tables.api_tokens
_ATTEMPTS, _SETUP = tables.sign_in_attempts, tables.setup_token
_SESSION_FIELDS = ("digest", "admin", "csrf_token", "created_at", "expires_at", "address", "device")
_SESSION = select(*(_SESSIONS.c[name] for name in _SESSION_FIELDS))


# Runs at each selection, for the check of the actor's rights.
_ADMIN = Prepared(lambda _: select(_ADMINS).where(_ADMINS.c.name == bindparam("its_name")))
_EVERY_ADMIN = Prepared(lambda _: select(_ADMINS).order_by(_ADMINS.c.name))
_EVERY_SESSION, _EVERY_TOKEN = Prepared(lambda _: _SESSION), Prepared(lambda _: select(_TOKENS))
_SETUP_TOKEN = Prepared(lambda _: select(_SETUP))
BESIDE_REQUESTS = (_SETUP_TOKEN,)
_SESSION_THERE = Prepared(lambda _: select(_SESSIONS.c.digest).where(_SESSIONS.c.digest == bindparam("its_digest")))
_TOKEN_THERE = Prepared(lambda _: select(_TOKENS.c.digest).where(_TOKENS.c.digest == bindparam("its_digest")))


def admin(connection: Connection, name: str) -> Admin | None:
    row = _ADMIN.row(connection, {"its_name": name})
    return _admin(row) if row is not None else None


def admins(connection: AnyConnection) -> list[Admin]:
    return [_admin(row) for row in _EVERY_ADMIN.rows(connection, {})]


def put_admin(connection: Connection, value: Admin) -> None:
    columns = {name: getattr(value, name) for name in ("password_hash", "is_active", "created_at")} | {"role": value.role.value}
    if connection.execute(update(_ADMINS).where(_ADMINS.c.name == value.name).values(columns)).rowcount:
        return
    try:
        connection.execute(insert(_ADMINS), {**columns, "name": value.name, "name_key": admin_name_key(value.name)})
    except IntegrityError:
        raise AdminExists(value.name) from None


def sessions(connection: AnyConnection) -> list[Session]:
    return [_session(row) for row in _EVERY_SESSION.rows(connection, {})]


def sessions_of(connection: Connection, admin_name: str) -> list[Session]:
    return [_session(row) for row in connection.execute(_SESSION.where(_SESSIONS.c.admin == admin_name))]


def session_exists(connection: Connection, digest: str) -> bool:
    return _SESSION_THERE.row(connection, {"its_digest": digest}) is not None


def begin_session(connection: Connection, session: Session) -> None:
    columns = {name: getattr(session, name) for name in _SESSION_FIELDS}
    connection.execute(insert(_SESSIONS), {**columns, "used_at": session.created_at})


def record_session_use(connection: Connection, digest: str, at: datetime) -> None:
    connection.execute(update(_SESSIONS).where(_SESSIONS.c.digest == digest, _SESSIONS.c.used_at < at).values(used_at=at))


def last_uses(connection: Connection, digests: Collection[str]) -> dict[str, datetime]:
    found = connection.execute(select(_SESSIONS.c.digest, _SESSIONS.c.used_at).where(_SESSIONS.c.digest.in_(digests)))
    return {row.digest: row.used_at for row in found}


def end_session(connection: Connection, digest: str) -> None:
    connection.execute(delete(_SESSIONS).where(_SESSIONS.c.digest == digest))


def end_sessions(connection: Connection, admin_name: str) -> None:
    connection.execute(delete(_SESSIONS).where(_SESSIONS.c.admin == admin_name))


def forget_ended(connection: Connection, now: datetime, unused_since: datetime) -> None:
    connection.execute(delete(_SESSIONS).where(or_(_SESSIONS.c.expires_at <= now, _SESSIONS.c.used_at <= unused_since)))


def tokens(connection: AnyConnection) -> list[ApiToken]:
    return [_token(row) for row in _EVERY_TOKEN.rows(connection, {})]


def token_by_name(connection: Connection, name: str) -> ApiToken | None:
    row = connection.execute(select(_TOKENS).where(_TOKENS.c.name_key == token_name_key(name))).one_or_none()
    return _token(row) if row is not None else None


def token_exists(connection: Connection, digest: str) -> bool:
    return _TOKEN_THERE.row(connection, {"its_digest": digest}) is not None


def add_token(connection: Connection, token: ApiToken) -> None:
    columns = {name: getattr(token, name) for name in ("digest", "name", "owner", "created_at", "expires_at", "hint")}
    scopes = " ".join(sorted(scope.value for scope in token.scopes))
    connection.execute(insert(_TOKENS), {**columns, "name_key": token_name_key(token.name), "scopes": scopes})


def record_token_use(connection: Connection, digest: str, at: datetime) -> None:
    is_later = or_(_TOKENS.c.used_at.is_(None), _TOKENS.c.used_at < at)
    connection.execute(update(_TOKENS).where(_TOKENS.c.digest == digest, is_later).values(used_at=at))


def token_uses(connection: Connection, digests: Collection[str]) -> dict[str, datetime]:
    used = select(_TOKENS.c.digest, _TOKENS.c.used_at).where(_TOKENS.c.digest.in_(digests), _TOKENS.c.used_at.is_not(None))
    return {row.digest: row.used_at for row in connection.execute(used)}


def end_expired_tokens(connection: Connection, now: datetime) -> None:
    connection.execute(update(_TOKENS).where(_TOKENS.c.ended_at.is_(None), _TOKENS.c.expires_at <= now).values(ended_at=now))


def delete_token(connection: Connection, digest: str) -> None:
    connection.execute(delete(_TOKENS).where(_TOKENS.c.digest == digest))


def attempts(connection: Connection, digests: Collection[str]) -> list[FailureCount]:
    return [FailureCount(*row) for row in connection.execute(select(_ATTEMPTS).where(_ATTEMPTS.c.digest.in_(digests)))]


def put_attempts(connection: Connection, counts: Sequence[FailureCount]) -> None:
    if kept := [{"digest": count.digest, "failures": count.failures, "last_at": count.last_at} for count in counts if count.failures]:
        upsert(connection, _ATTEMPTS, kept)
    if none_left := [count.digest for count in counts if not count.failures]:
        connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.digest.in_(none_left)))


def forget_attempts(connection: Connection, until: datetime, most: int) -> None:
    connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.last_at <= until))
    if connection.execute(select(func.count()).select_from(_ATTEMPTS)).scalar_one() > most:
        weightiest = (_ATTEMPTS.c.failures.desc(), _ATTEMPTS.c.last_at.desc(), _ATTEMPTS.c.digest.desc())
        kept = select(_ATTEMPTS.c.digest).order_by(*weightiest).limit(most)
        connection.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.digest.not_in(kept)))


def setup_token(connection: AnyConnection) -> SetupToken | None:
    row = _SETUP_TOKEN.row(connection, {})
    return SetupToken(row.digest, row.expires_at) if row is not None else None


def put_setup_token(connection: Connection, token: SetupToken | None) -> None:
    if token is None:
        connection.execute(delete(_SETUP))
    else:
        upsert(connection, _SETUP, {"id": 1, "digest": token.digest, "expires_at": token.expires_at})


@reads_rows
def _session(row: Row[Any] | DriverRow) -> Session:
    require_texts(row)
    return Session(*tuple(row))


@reads_rows
def _token(row: Row[Any] | DriverRow) -> ApiToken:
    require_texts(row)
    scopes = frozenset(Scope(scope) for scope in row.scopes.split())
    return ApiToken(row.digest, row.name, row.owner, scopes, row.created_at, row.expires_at, row.hint, row.ended_at)


@reads_rows
def _admin(row: Row[Any] | DriverRow) -> Admin:
    require_texts(row)
    return Admin(row.name, Role(row.role), row.password_hash, row.is_active, row.created_at)
