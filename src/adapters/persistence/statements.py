"""SQL of the stores of a unit of work: functions on a connection, the same for both databases."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Insert, Table, and_, bindparam, func, insert, select, update

from modeldesk.adapters.persistence import rows, tables
from modeldesk.adapters.persistence.prepared import AnyConnection, DriverRow, Prepared, parameter, parameters
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_kinds
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.provider_store import NO_DIGESTS

T = TypeVar("T")
Write = tuple[Callable[..., None], tuple[Any, ...]]
"""A function that writes, and its arguments after the connection."""

PROVIDERS_AT_ONCE = 500
"""Rows are made and sent in batches, so that a large import is not in memory twice."""


# Statements are built once: building one costs as much as running it. Those of a selection are prepared, too.
_PROVIDERS = select(*rows.PROVIDER_COLUMNS)
_EVERY_PROVIDER = Prepared(lambda _: _PROVIDERS)
_PROVIDER = Prepared(lambda _: _PROVIDERS.where(tables.providers.c.slug == bindparam("slug")))
_PROVIDERS_AFTER = Prepared(lambda _: _PROVIDERS.where(tables.providers.c.changed_in > bindparam("number")))
_STATES = select(*rows.STATE_COLUMNS).outerjoin_from(tables.active_models, tables.stored_models, rows.SAME_SLOT)
_ACTIVE = and_(rows.SAME_SLOT, tables.stored_models.c.model_id == tables.active_models.c.model_id)
_HEADS = select(*rows.STATE_COLUMNS).outerjoin_from(tables.active_models, tables.stored_models, _ACTIVE)
_STATE_OF_SLOT, _HEAD_OF_SLOT, _HISTORY = (
    found.where(table.c.provider == bindparam("provider"), table.c.capability == bindparam("capability"))
    for found, table in (
        (_STATES, tables.active_models),
        (_HEADS, tables.active_models),
        (select(tables.slot_history), tables.slot_history),
    )
)


@cache
def _upsert(table: Table, dialect: str) -> Insert:
    """Inserts rows, or replaces those with the same primary key."""
    # Imported by name: each dialect's package imports all of its drivers.
    add = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return _replacing(add)


def _put_active(dialect: str) -> Insert:
    """As `_upsert`, with the generation that the commit raises: units of work follow one another, so that nobody else raises it before."""
    active, number = tables.active_models, select(tables.generations.c.choices + 1).scalar_subquery()
    given = {column.name: parameter(column) for column in active.columns}
    return _replacing(import_module(f"sqlalchemy.dialects.{dialect}").insert(active).values({**given, "changed_in": number}))


def _replacing(add: Any) -> Insert:
    columns = add.table.columns
    replaced = {column.name: add.excluded[column.name] for column in columns if not column.primary_key}
    return cast("Insert", add.on_conflict_do_update(index_elements=list(add.table.primary_key.columns), set_=replaced))


_IMPORTED = Prepared(
    lambda _: select(tables.providers.c.slug, tables.providers.c.display_name, tables.providers.c.entry_digest).where(
        tables.providers.c.entry_digest.is_not(None)
    )
)
_EVERY_STATE = Prepared(lambda _: _STATES)
_STATES_AFTER = Prepared(lambda _: _STATES.where(tables.active_models.c.changed_in > bindparam("number")))
_FLOOR = select(func.max(tables.restores.c.versions_above).label("version_floor")).subquery("floor")
_CHANGED = _FLOOR.outerjoin(tables.active_models, tables.active_models.c.changed_in > bindparam("number"))
_HEADS_AFTER = Prepared(
    lambda _: (
        select(_FLOOR.c.version_floor, *rows.STATE_COLUMNS)
        .select_from(_CHANGED.outerjoin(tables.stored_models, _ACTIVE))
        .limit(bindparam("most"))
    )
)
_STATE, _HEAD = Prepared(lambda _: _STATE_OF_SLOT), Prepared(lambda _: _HEAD_OF_SLOT)
_PUT_PROVIDER, _PUT_MODEL = (Prepared(partial(_upsert, table)) for table in (tables.providers, tables.stored_models))
_PUT_ACTIVE = Prepared(_put_active)
_ADD_CHANGE = Prepared(lambda _: insert(tables.slot_history))
_VERSION_FLOOR = Prepared(lambda _: select(func.max(tables.restores.c.versions_above).label("version")))
_GENERATION = Prepared(lambda _: select(tables.generations))


@cache
def _raise(parts: tuple[str, ...]) -> Prepared:
    raised = update(tables.generations).values({part: tables.generations.c[part] + 1 for part in parts})
    return Prepared(lambda _: raised)


def upsert(connection: Connection, table: Table, values: Any) -> None:
    connection.execute(_upsert(table, connection.dialect.name), values)


def provider(connection: Connection, slug: str) -> Provider | None:
    row = _PROVIDER.row(connection, {"slug": slug})
    return rows.provider(row) if row is not None else None


def providers(connection: AnyConnection) -> list[Provider]:
    return [rows.provider(row) for row in _EVERY_PROVIDER.each(connection, {}, PROVIDERS_AT_ONCE)]


def providers_after(connection: AnyConnection, number: int) -> list[Provider]:
    """Those that were written in a later generation of the catalogue than this one."""
    return [rows.provider(row) for row in _PROVIDERS_AFTER.rows(connection, {"number": number})]


def some_providers(connection: Connection, slugs: Sequence[str]) -> list[Provider]:
    found = (connection.execute(_PROVIDERS.where(tables.providers.c.slug.in_(some))) for some in rows.chunks(slugs, PROVIDERS_AT_ONCE))
    return [rows.provider(row) for part in found for row in part]


def imported_entries(connection: AnyConnection) -> list[ImportedEntry]:
    return [ImportedEntry(row.slug, row.display_name, row.entry_digest) for row in _IMPORTED.rows(connection, {})]


def known_imports(connection: AnyConnection) -> tuple[int, list[ImportedEntry]]:
    """The entries that imports have written, with the generation of the catalogue."""
    return generation(connection).catalogue, imported_entries(connection)


@reads_rows
def provider_slugs(connection: Connection) -> list[Slug]:
    """In display order."""
    # Sorted here: a server's collation may sort hyphens differently.
    found = connection.execute(select(tables.providers.c.sort_order, tables.providers.c.slug))
    return [slug for _, slug in sorted((row.sort_order, row.slug) for row in found)]


def put_providers(connection: Connection, values: Sequence[Provider], digests: Mapping[Slug, str] = NO_DIGESTS) -> None:
    # The generation that the commit raises, as in `_put_active`.
    number = generation(connection).catalogue + 1
    for chunk in rows.chunks(values, PROVIDERS_AT_ONCE):
        _PUT_PROVIDER.run_all(connection, [rows.provider_row(provider, digests.get(provider.slug), number) for provider in chunk])


def slot_state(connection: Connection, slot: Slot) -> SlotState:
    return _state_of(connection, slot, _STATE)


def slot_head(connection: Connection, slot: Slot) -> SlotState:
    """The slot with its active model alone."""
    return _state_of(connection, slot, _HEAD)


def heads_after(connection: AnyConnection, number: int, most: int) -> tuple[int, list[SlotState]]:
    """The version floor, and the heads of at most so many slots that were written in a later generation of choices than this one."""
    found = _HEADS_AFTER.rows(connection, {"number": number, "most": most})
    return found[0].version_floor or 0, rows.slot_states(row for row in found if row.provider is not None)


def _state_of(connection: Connection, slot: Slot, statement: Prepared) -> SlotState:
    found = rows.slot_states(statement.rows(connection, rows.slot_key(slot)))
    return found[0] if found else SlotState(slot, version_floor=version_floor(connection))


def version_floor(connection: AnyConnection) -> int:
    """The version that everything new is above: 0 unless the database was restored."""
    (row,) = _VERSION_FLOOR.rows(connection, {})
    return row.version or 0


def slot_states(connection: AnyConnection) -> list[SlotState]:
    return rows.slot_states(_EVERY_STATE.rows(connection, {}))


def slot_states_after(connection: AnyConnection, number: int) -> list[SlotState]:
    """Those that were written in a later generation of choices than this one."""
    return rows.slot_states(_STATES_AFTER.rows(connection, {"number": number}))


def record(connection: Connection, choice: SlotChange) -> None:
    if choice.model is not None:
        _PUT_MODEL.run(connection, rows.stored_model_row(choice.model))
    active = {"model_id": choice.model.model_id if choice.model else None, "slot_version": choice.version}
    _PUT_ACTIVE.run(connection, parameters({**rows.slot_key(choice.slot), **active}))
    _ADD_CHANGE.run(connection, rows.choice_row(choice))


RUNS_INLINE: frozenset[Callable[..., object]] = frozenset((provider, slot_state, slot_head, heads_after, record))
"""Functions that may run on the event loop: a few prepared statements on a few rows."""


def history(connection: Connection, slot: Slot) -> list[SlotChange]:
    found = connection.execute(_HISTORY.order_by(tables.slot_history.c.version), rows.slot_key(slot))
    return [rows.choice(row) for row in found]


def generation(connection: AnyConnection) -> Generation:
    (row,) = _GENERATION.rows(connection, {})
    return _generation(row)


@reads_rows
def _generation(row: DriverRow) -> Generation:
    require_kinds(row._asdict(), tables.generations)
    return Generation(row.catalogue, row.choices, row.access)


def write_and_read(connection: Connection, writes: Iterable[Write], read: Callable[..., T], *given: Any) -> T:
    """Runs pending writes, then the read, so that a unit of work reads what it wrote."""
    write_all(connection, writes)
    return read(connection, *given)


def write_all(connection: Connection, writes: Iterable[Write]) -> None:
    for write, values in writes:
        write(connection, *values)


def raise_generation(connection: Connection, parts: Iterable[str]) -> None:
    """The last statement before a commit, once for all units of work that share it."""
    if raised := tuple(sorted(parts)):
        _raise(raised).run(connection, {})


def schema_version(connection: Connection) -> str | None:
    """The migration that the database is at; None without a schema."""
    if not connection.dialect.has_table(connection, tables.schema.name):
        return None
    return connection.execute(select(tables.schema.c.version_num)).scalar_one_or_none()
