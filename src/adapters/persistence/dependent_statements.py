"""SQL of dependents, the same for both databases."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import cast

from sqlalchemy import Connection, Insert, bindparam, case, delete, func, insert, select, update

from modeldesk.adapters.persistence.dependent_tables import dependent_hours as hours
from modeldesk.adapters.persistence.dependent_tables import dependents as table
from modeldesk.domain.model.dependents import RECENT, REMEMBERED_FOR, Dependency, Dependent, hour_of

_KEY = (table.c.token, table.c.consumer, table.c.asked)
_SEEN = update(table).where(table.c.id == bindparam("seen"), table.c.last_seen_at < bindparam("at", type_=table.c.last_seen_at.type))


@cache
def _added(dialect: str) -> Insert:
    """Adds to the count of an hour."""
    # Imported by name: each dialect's package imports all of its drivers.
    add = import_module(f"sqlalchemy.dialects.{dialect}").insert(hours)
    total = {"requests": hours.c.requests + add.excluded.requests}
    return cast("Insert", add.on_conflict_do_update(index_elements=[hours.c.dependent, hours.c.hour], set_=total))


def known(connection: Connection, tokens: Collection[str]) -> list[Dependency]:
    return list(_ids(connection, tokens))


def add(connection: Connection, requests: Mapping[Dependency, int], at: datetime) -> None:
    tokens = {dependency.token for dependency in requests}
    found = _ids(connection, tokens)
    if new := [dependency for dependency in requests if dependency not in found]:
        connection.execute(insert(table), [{**dependency._asdict(), "last_seen_at": at} for dependency in new])
        found = _ids(connection, tokens)
    connection.execute(_SEEN.values(last_seen_at=bindparam("at")), [{"seen": found[dependency], "at": at} for dependency in requests])
    counts = [{"dependent": found[dependency], "hour": hour_of(at), "requests": times} for dependency, times in requests.items()]
    connection.execute(_added(connection.dialect.name), counts)


def forget(connection: Connection, until: datetime) -> None:
    connection.execute(delete(hours).where(hours.c.hour < until))
    connection.execute(delete(table).where(table.c.last_seen_at < until))


def dependents(connection: Connection, asked: Collection[str] | None, now: datetime) -> list[Dependent]:
    recent = func.sum(case((hours.c.hour > now - RECENT, hours.c.requests), else_=0))
    is_counted = (hours.c.dependent == table.c.id) & (hours.c.hour > now - REMEMBERED_FOR)
    found = (
        select(*_KEY, table.c.last_seen_at, func.coalesce(recent, 0), func.coalesce(func.sum(hours.c.requests), 0))
        .outerjoin_from(table, hours, is_counted)
        .where(table.c.last_seen_at >= now - REMEMBERED_FOR)
        .group_by(table.c.id)
    )
    if asked is not None:
        found = found.where(table.c.asked.in_(asked))
    rows = [Dependent(*row) for row in connection.execute(found)]
    # Sorted here: a server's collation may sort otherwise.
    return sorted(rows, key=lambda one: (-one.last_seen_at.timestamp(), one.token, one.consumer, one.asked))


def _ids(connection: Connection, tokens: Collection[str]) -> dict[Dependency, int]:
    found = connection.execute(select(*_KEY, table.c.id).where(table.c.token.in_(tokens)))
    return {Dependency(row.token, row.consumer, row.asked): row.id for row in found}
