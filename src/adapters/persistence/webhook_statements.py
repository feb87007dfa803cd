"""SQL of webhooks and of the outbox, the same for both databases."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from modeldesk.adapters.persistence.prepared import AnyConnection, DriverRow, Prepared, SqliteDriverConnection, parameter, parameters
from modeldesk.adapters.persistence.statements import upsert
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_kinds
from modeldesk.adapters.persistence.webhook_tables import outbox, webhook_events, webhooks
from modeldesk.adapters.reason_json import read_reason, written_reason
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.model.webhooks.delivery import MOST_ENDED, MOST_PENDING, TOO_MANY_PENDING, Backlog, Delivery, DeliveryState
from modeldesk.domain.model.webhooks.event import Event, EventType
from modeldesk.domain.model.webhooks.webhook import Webhook

_PENDING = DeliveryState.PENDING.value
_OF_EVENT = ("event_id", "type", "subject", "at", "body", "next_at")


def _added(dialect: str) -> Any:
    """One row for each webhook that wants the event: on an empty table, this costs a lookup and writes nothing."""
    bound = [parameter(outbox.c[name]) for name in _OF_EVENT]
    # A server does not infer the types of a select's parameters; SQLite would turn a cast moment into a number.
    given = bound if dialect == "sqlite" else [cast(value, value.type) for value in bound]
    wanting = (
        select(webhooks.c.id, *given, literal(_PENDING, outbox.c.state.type), literal(0, outbox.c.attempts.type))
        .join_from(webhook_events, webhooks)
        .where(webhook_events.c.event == parameter(webhook_events.c.event), webhooks.c.is_active)
        .order_by(webhooks.c.created_at, webhooks.c.id)
    )
    return insert(outbox).from_select(["webhook", *_OF_EVENT, "state", "attempts"], wanting)


_ADD = Prepared(_added)
_WANTED = Prepared(lambda _: select(webhook_events.c.webhook).where(webhook_events.c.event == bindparam("kind")).limit(1))


def add_event(connection: AnyConnection, event: Event) -> None:
    _ADD.run(connection, _added_row(event))


def add_event_if_wanted(connection: AnyConnection, kind: EventType, make: Callable[[], Event]) -> None:
    """Asks first on SQLite, where that takes less than making an event. On a server the question would be a round trip."""
    if connection.dialect.name != "sqlite" or _is_wanted(connection, kind.value):
        add_event(connection, make())


def _is_wanted(connection: AnyConnection, kind: str) -> bool:
    known = connection.is_wanted if isinstance(connection, SqliteDriverConnection) else {}
    if (is_wanted := known.get(kind)) is None:
        is_wanted = known[kind] = _WANTED.row(connection, {"kind": kind}) is not None
    return is_wanted


def add_events(connection: Connection, events: Sequence[Event]) -> None:
    if not events or connection.execute(select(webhook_events.c.webhook).limit(1)).first() is None:
        return  # an import has thousands of events
    _ADD.run_all(connection, [_added_row(event) for event in events])


def add_event_for(connection: Connection, webhook: str, event: Event) -> None:
    connection.execute(insert(outbox), {"webhook": webhook, **_event_row(event), "state": _PENDING, "attempts": 0})


def next_due(connection: Connection, webhook: str, now: datetime) -> Delivery | None:
    found = _due(now, outbox.c.webhook == webhook).order_by(outbox.c.number).limit(1)
    row = connection.execute(found).one_or_none()
    return _delivery(row) if row is not None else None


def due_webhooks(connection: AnyConnection, now: datetime) -> list[str]:
    return sorted(row.webhook for row in _DUE_WEBHOOKS.rows(connection, {"now": now}))


def record_attempt(connection: Connection, value: Delivery) -> None:
    changed = {
        "state": value.state.value,
        "next_at": value.next_at,
        "attempts": value.attempts,
        "last_at": value.last_at,
        "status": value.status,
        "reason": written_reason(value.reason) if value.reason is not None else None,
    }
    is_open = true() if value.state is DeliveryState.DELIVERED else outbox.c.state == _PENDING
    connection.execute(update(outbox).where(outbox.c.number == value.number, is_open).values(changed))


def trim(connection: Connection, webhook: str, until: datetime, now: datetime) -> None:
    """As `OutboxStore.trim`."""
    pending, ended = (outbox.c.webhook == webhook, outbox.c.state == _PENDING), (outbox.c.webhook == webhook, outbox.c.state != _PENDING)
    if (last := _beyond(connection, pending, MOST_PENDING)) is not None:
        given_up = {
            "state": DeliveryState.GIVEN_UP.value,
            "next_at": None,
            "last_at": now,
            "reason": written_reason(TOO_MANY_PENDING),
        }
        connection.execute(update(outbox).where(*pending, outbox.c.number <= last).values(given_up))
    if (last := _beyond(connection, ended, MOST_ENDED)) is not None:
        connection.execute(delete(outbox).where(*ended, outbox.c.number <= last))
    connection.execute(delete(outbox).where(*ended, outbox.c.last_at < until))


def untrimmed(connection: AnyConnection, until: datetime) -> list[str]:
    return sorted(row.webhook for row in _UNTRIMMED.rows(connection, {"until": until}))


def _beyond(connection: Connection, conditions: tuple[ColumnElement[bool], ...], most: int) -> int | None:
    """The latest of these deliveries that is beyond the bound; None where they are fewer."""
    return connection.execute(select(outbox.c.number).where(*conditions).order_by(outbox.c.number.desc()).offset(most).limit(1)).scalar()


def deliveries(connection: Connection, webhook: str, limit: int) -> list[Delivery]:
    found = select(outbox).where(outbox.c.webhook == webhook).order_by(outbox.c.number.desc()).limit(limit)
    return [_delivery(row) for row in connection.execute(found)]


def backlog(connection: Connection) -> list[Backlog]:
    is_pending, is_given_up = outbox.c.state == _PENDING, outbox.c.state == DeliveryState.GIVEN_UP.value
    counts = (
        func.count(case((is_pending, outbox.c.number))),
        func.min(case((is_pending, outbox.c.at)), type_=outbox.c.at.type),
        func.count(case((is_given_up, outbox.c.number))),
    )
    found = select(webhooks.c.id, *counts).outerjoin_from(webhooks, outbox).group_by(webhooks.c.id)
    return [Backlog(*row) for row in connection.execute(found.order_by(webhooks.c.created_at, webhooks.c.id))]


def all_webhooks(connection: AnyConnection) -> list[Webhook]:
    return _read_webhooks(connection, _EVERY_WEBHOOK.rows(connection, {}))


def webhook(connection: Connection, webhook_id: str) -> Webhook | None:
    found = _read_webhooks(connection, _WEBHOOK.rows(connection, {"its_id": webhook_id}))
    return found[0] if found else None


def put_webhook(connection: Connection, value: Webhook) -> None:
    upsert(connection, webhooks, {column.name: getattr(value, column.name) for column in webhooks.columns})
    connection.execute(delete(webhook_events).where(webhook_events.c.webhook == value.id))
    connection.execute(insert(webhook_events), [{"webhook": value.id, "event": kind.value} for kind in value.events])


def delete_webhook(connection: Connection, webhook_id: str) -> None:
    connection.execute(delete(webhooks).where(webhooks.c.id == webhook_id))


def _due(now: datetime | BindParameter[datetime], *of: ColumnElement[bool]) -> Select[Any]:
    """The deliveries that may be tried now. The first of each subject is found by grouping an index: looking before each one would take long."""
    first = select(func.min(outbox.c.number).label("number")).where(outbox.c.state == _PENDING, *of)
    heads = first.group_by(outbox.c.webhook, outbox.c.subject).subquery()
    return (
        select(outbox)
        .join_from(heads, outbox, heads.c.number == outbox.c.number)
        .join(webhooks)
        .where(outbox.c.next_at <= now, webhooks.c.is_active)
    )


def _untrimmed(_: str) -> Select[Any]:
    """The webhooks with more than the outbox keeps."""
    is_pending, has_ended = outbox.c.state == _PENDING, outbox.c.state != _PENDING
    is_old = and_(has_ended, outbox.c.last_at < bindparam("until"))
    pending, ended, old = (func.sum(case((condition, 1), else_=0)) for condition in (is_pending, has_ended, is_old))
    return select(outbox.c.webhook).group_by(outbox.c.webhook).having(or_(pending > MOST_PENDING, ended > MOST_ENDED, old > 0))


# Every worker asks these every second, and every few seconds.
_DUE_WEBHOOKS = Prepared(lambda _: _due(bindparam("now")).with_only_columns(outbox.c.webhook).distinct())
_UNTRIMMED = Prepared(_untrimmed)
# Asked with each question whether a worker is ready.
_EVERY_WEBHOOK = Prepared(lambda _: select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id))
_EVERY_WANTED_EVENT = Prepared(lambda _: select(webhook_events))
_WEBHOOK = Prepared(lambda _: select(webhooks).where(webhooks.c.id == bindparam("its_id")))
BESIDE_REQUESTS = (_DUE_WEBHOOKS, _UNTRIMMED, _EVERY_WEBHOOK, _EVERY_WANTED_EVENT)


def _read_webhooks(connection: AnyConnection, found: Iterable[DriverRow]) -> list[Webhook]:
    wanted = {(row.webhook, row.event) for row in _EVERY_WANTED_EVENT.rows(connection, {})}
    return [_webhook(row, {event for webhook, event in wanted if webhook == row.id}) for row in found]


@reads_rows
def _webhook(row: DriverRow, events: set[str]) -> Webhook:
    require_kinds(row._asdict(), webhooks)
    return Webhook(
        row.id,
        HttpUrl(row.url),
        tuple(kind for kind in EventType if kind.value in events),
        row.is_active,
        row.created_at,
        row.created_by,
        row.sealed,
        row.previous,
        row.previous_until,
    )


def _added_row(event: Event) -> dict[str, Any]:
    return parameters({**_event_row(event), "event": event.type.value})


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "type": event.type.value,
        "subject": event.subject,
        "at": event.at,
        "body": event.body,
        "next_at": event.at,
    }


@reads_rows
def _delivery(row: Row[Any]) -> Delivery:
    require_kinds(row._asdict(), outbox)
    event = Event(row.event_id, EventType(row.type), row.subject, row.at, row.body)
    reason = read_reason(row.reason) if row.reason is not None else None
    return Delivery(row.number, row.webhook, event, row.next_at, DeliveryState(row.state), row.attempts, row.last_at, row.status, reason)
