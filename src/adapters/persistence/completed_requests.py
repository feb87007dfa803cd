"""The store of a unit of work for requests that were done with a key, and its SQL, the same for both databases."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, delete, func, select

from modeldesk.adapters.persistence.completed_request_tables import completed_requests as table
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.adapters.persistence.statements import upsert
from modeldesk.domain.model.idempotency import CompletedRequest, IdempotencyKey
from modeldesk.domain.model.providers.provider import Slot


class SqlCompletedRequests(Struct, frozen=True):
    work: OpenWork

    async def get(self, digest: str) -> CompletedRequest | None:
        return await self.work.read(completed_request, digest)

    async def add(self, request: CompletedRequest) -> None:
        self.work.write(None, add_completed_request, request)

    async def forget(self, until: datetime, most: int) -> None:
        self.work.write(None, forget_completed_requests, until, most)


def completed_request(connection: Connection, digest: str) -> CompletedRequest | None:
    row = connection.execute(select(table).where(table.c.key_digest == digest)).one_or_none()
    if row is None:
        return None
    key = IdempotencyKey(row.key_digest, row.request_digest)
    return CompletedRequest(key, Slot(row.provider, row.capability), row.version, row.is_change, row.at)


def add_completed_request(connection: Connection, request: CompletedRequest) -> None:
    row = {
        "key_digest": request.key.digest,
        "request_digest": request.key.request,
        "provider": request.slot.provider,
        "capability": request.slot.capability,
        "version": request.version,
        "is_change": request.is_change,
        "at": request.at,
    }
    upsert(connection, table, row)


def forget_completed_requests(connection: Connection, until: datetime, most: int) -> None:
    connection.execute(delete(table).where(table.c.at <= until))
    if connection.execute(select(func.count()).select_from(table)).scalar_one() > most:
        latest = select(table.c.key_digest).order_by(table.c.at.desc(), table.c.key_digest.desc()).limit(most)
        connection.execute(delete(table).where(table.c.key_digest.not_in(latest)))
