"""Checks of a database that opens."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Connection, select

from modeldesk.adapters.persistence import list_statements, rows, statements, tables
from modeldesk.adapters.persistence.list_rows import deserialized
from modeldesk.adapters.vendor_list_json import ListUnreadable
from modeldesk.domain.errors import Reason, StorageUnavailable
from modeldesk.domain.model.providers.provider import Slot

_STORED, _ACTIVE = tables.stored_models.c, tables.active_models.c
_WITHOUT_SLOT = (
    select(_STORED.provider, _STORED.capability)
    .outerjoin_from(tables.stored_models, tables.active_models, rows.SAME_SLOT)
    .where(_ACTIVE.provider.is_(None))
    .distinct()
    .order_by(_STORED.provider, _STORED.capability)
)


def check_sqlite(connection: Connection) -> list[Reason]:
    """SQLite's own integrity checks, then ours."""
    integrity = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    found = [] if integrity == ["ok"] else [Reason("integrity-broken", said=line) for line in integrity]
    found += [Reason("row-dangling", table=row[0], other=row[2]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    return found + check_ours(connection)


def check_ours(connection: Connection) -> list[Reason]:
    """What keys and constraints cannot ensure, or did not while something else wrote: every provider and list can be read, each slot matches the end of
    its history, and every stored model has its slot."""
    return [*_unreadable(connection), *_damaged_lists(connection), *_astray(connection)]


def _unreadable(connection: Connection) -> Iterator[Reason]:
    for row in connection.execute(select(*rows.PROVIDER_COLUMNS)):
        try:
            rows.provider(row)
        except StorageUnavailable as error:
            yield error.reason


def _damaged_lists(connection: Connection) -> Iterator[Reason]:
    for state in list_statements.list_states(connection):
        if not state.revision:
            continue
        content = list_statements.content(connection, state.provider, state.owner, state.revision)
        try:
            count = len(deserialized(content).models) if content is not None else 0
        except ListUnreadable:
            count = 0
        if count != state.count:
            if state.owner is None:
                yield Reason("kept-list-unreadable", provider=state.provider)
            else:
                yield Reason("kept-own-list-unreadable", provider=state.provider, admin=state.owner)


def _astray(connection: Connection) -> Iterator[Reason]:
    steps: dict[Slot, list[tuple[int, str | None]]] = {}
    for row in connection.execute(select(tables.slot_history).order_by(tables.slot_history.c.version)):
        steps.setdefault(Slot(row.provider, row.capability), []).append((row.version, row.model_id))
    floors = set(connection.execute(select(tables.restores.c.versions_above)).scalars())
    for state in statements.slot_states(connection):
        slot, history = state.slot, steps.pop(state.slot, [])
        if not _is_counted([version for version, _ in history], state.version, floors):
            yield Reason("history-miscounted", provider=slot.provider, capability=slot.capability, version=state.version)
        elif history and history[-1][1] != state.active:
            yield Reason("history-disagrees", provider=slot.provider, capability=slot.capability)
        try:
            _ = state.active_model
        except StorageUnavailable as error:
            yield error.reason
    for slot in steps:
        yield Reason("history-without-slot", provider=slot.provider, capability=slot.capability)
    for row in connection.execute(_WITHOUT_SLOT):
        if Slot(row.provider, row.capability) not in steps:
            yield Reason("stored-models-without-slot", provider=row.provider, capability=row.capability)


def _is_counted(versions: Sequence[int], last: int, floors: Collection[int]) -> bool:
    """Whether versions count from 1 to the last one, and leave out only what a restore did."""
    return bool(versions) and versions[-1] == last and all(after - 1 in (before, *floors) for before, after in pairwise((0, *versions)))
