"""SQL of identities and of what signs in once, the same for both databases."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from modeldesk.adapters.persistence.federation_tables import admin_identities, sign_in_links, used_states
from modeldesk.adapters.persistence.prepared import AnyConnection, Prepared
from modeldesk.adapters.persistence.statements import upsert
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.sign_in_link import SignInLink

_EVERY_IDENTITY = Prepared(lambda _: select(admin_identities))


def admin_of(connection: Connection, identity: FederatedIdentity) -> str | None:
    row = connection.execute(select(admin_identities.c.admin).where(*_is(identity))).one_or_none()
    return row.admin if row is not None else None


def identities(connection: AnyConnection) -> dict[FederatedIdentity, str]:
    return {FederatedIdentity(row.issuer, row.subject): row.admin for row in _EVERY_IDENTITY.rows(connection, {})}


def link(connection: Connection, identity: FederatedIdentity, admin: str) -> None:
    connection.execute(insert(admin_identities), {"issuer": identity.issuer, "subject": identity.subject, "admin": admin})


def unlink(connection: Connection, identity: FederatedIdentity) -> None:
    connection.execute(delete(admin_identities).where(*_is(identity)))


def state_is_used(connection: Connection, digest: str) -> bool:
    return connection.execute(select(used_states.c.digest).where(used_states.c.digest == digest)).one_or_none() is not None


def record_state(connection: Connection, digest: str, expires_at: datetime, now: datetime) -> None:
    connection.execute(delete(used_states).where(used_states.c.expires_at <= now))
    connection.execute(insert(used_states), {"digest": digest, "expires_at": expires_at})


def sign_in_link(connection: Connection, digest: str) -> SignInLink | None:
    row = connection.execute(select(sign_in_links).where(sign_in_links.c.digest == digest)).one_or_none()
    return SignInLink(row.digest, row.admin, row.expires_at) if row is not None else None


def put_sign_in_link(connection: Connection, value: SignInLink) -> None:
    upsert(connection, sign_in_links, {"admin": value.admin, "digest": value.digest, "expires_at": value.expires_at})


def delete_sign_in_link(connection: Connection, admin: str) -> None:
    connection.execute(delete(sign_in_links).where(sign_in_links.c.admin == admin))


def _is(identity: FederatedIdentity) -> tuple[ColumnElement[bool], ...]:
    return admin_identities.c.issuer == identity.issuer, admin_identities.c.subject == identity.subject
