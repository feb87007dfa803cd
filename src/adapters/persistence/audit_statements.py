"""SQL of the audit log, and its store in a unit of work. Entries are appended and read, never changed or deleted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, json
from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select

from modeldesk.adapters.audit_json import plain
from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.adapters.persistence.prepared import Prepared, parameter, parameters
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_texts
from modeldesk.domain.model.audit import Action, AuditEntry, AuditQuery

_ENTRIES = tables.audit_trail
_WRITTEN = [column for column in _ENTRIES.columns if not column.primary_key]
_NAMES = ("at", "done_by", "address", "token", "action", "subject", "before", "after")
_PARAMETERS = tuple(parameters(dict.fromkeys(_NAMES)))
# The database assigns the id.
_ADD = Prepared(lambda _: insert(_ENTRIES).values({column.name: parameter(column) for column in _WRITTEN}))


def add_entries(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    _ADD.run_all(connection, [dict(zip(_PARAMETERS, _values(entry), strict=True)) for entry in entries])


def add_entry(connection: Connection, entry: AuditEntry) -> None:
    """As `add_entries` does, for a selection, which may run inline."""
    _ADD.run(connection, dict(zip(_PARAMETERS, _values(entry), strict=True)))


def add_entry_above(connection: Connection, entry: AuditEntry, number: int) -> None:
    """Adds the entry with an id above `number`, and above all existing ids."""
    last = connection.execute(select(func.max(_ENTRIES.c.id))).scalar() or 0
    connection.execute(insert(_ENTRIES).values(id=max(last, number) + 1, **_written(entry)))


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(_ENTRIES)).scalar_one()


def entries(connection: Connection, query: AuditQuery) -> list[AuditEntry]:
    found = select(_ENTRIES).where(*_conditions(query)).order_by(_ENTRIES.c.id.desc()).limit(query.limit)
    return [_entry(row) for row in connection.execute(found)]


def _conditions(query: AuditQuery) -> Iterator[ColumnElement[bool]]:
    if query.by is not None:
        yield _ENTRIES.c.done_by == query.by
    if query.action is not None:
        yield _ENTRIES.c.action == query.action.value
    if query.subject is not None:
        yield or_(_ENTRIES.c.subject == query.subject, _ENTRIES.c.subject.startswith(f"{query.subject}/", autoescape=True))
    if query.since is not None:
        yield _ENTRIES.c.at >= query.since
    if query.until is not None:
        yield _ENTRIES.c.at < query.until
    if query.older_than is not None:
        yield _ENTRIES.c.id < query.older_than


def _written(entry: AuditEntry) -> dict[str, Any]:
    return dict(zip(_NAMES, _values(entry), strict=True))


def _values(entry: AuditEntry) -> tuple[Any, ...]:
    """In the order of `_NAMES`."""
    return entry.at, entry.by, entry.address, entry.token, entry.action.value, entry.subject, _text(entry.before), _text(entry.after)


def _text(details: Mapping[str, object] | None) -> str | None:
    return json.encode(plain(details)).decode() if details is not None else None


@reads_rows
def _entry(row: Row[Any]) -> AuditEntry:
    require_texts(row)
    before, after = (json.decode(text, type=dict[str, Any]) if text is not None else None for text in (row.before, row.after))
    return AuditEntry(row.at, row.done_by, row.address, row.token, Action(row.action), row.subject, before, after, row.id)


class SqlAudit(Struct, frozen=True):
    work: OpenWork

    async def add(self, entries: Sequence[AuditEntry]) -> None:
        if len(entries) == 1:
            self.work.write(None, add_entry, entries[0])
        elif entries:
            self.work.write(None, add_entries, tuple(entries))
