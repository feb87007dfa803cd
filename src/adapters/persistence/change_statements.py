"""SQL of the change log of vendors' lists."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct, convert, json
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select

from modeldesk.adapters.persistence import list_tables
from modeldesk.adapters.persistence.prepared import Prepared, parameter, parameters
from modeldesk.adapters.persistence.unreadable_rows import reads_rows, require_kinds
from modeldesk.domain.model.catalogue.changes import ChangeKind, ChangeQuery, Facts, MissingModel, ModelChange
from modeldesk.domain.model.values.texts import ModelId, Slug

_CHANGES, _MISSING = list_tables.model_changes, list_tables.missing_models
_WRITTEN = [column for column in _CHANGES.columns if column.name != "id"]
_ADD = Prepared(lambda _: insert(_CHANGES).values({column.name: parameter(column) for column in _WRITTEN}))


class _KnownFacts(Struct):
    """The kinds of facts, as JSON. Facts may lack some, or have others."""

    name: str | None = None
    pricing: dict[str, str | list[dict[str, object]]] | None = None
    context_length: int | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    note: str | None = None


def add_changes(connection: Connection, changes: Sequence[ModelChange]) -> None:
    _ADD.run_all(connection, [parameters(_written(change)) for change in changes])


def forget_changes(connection: Connection, until: datetime) -> None:
    connection.execute(delete(_CHANGES).where(_CHANGES.c.at < until))


def missing(connection: Connection, provider: Slug) -> list[MissingModel]:
    return [_missing(row) for row in connection.execute(select(_MISSING).where(_MISSING.c.provider == provider))]


def put_missing(connection: Connection, provider: Slug, models: Sequence[MissingModel]) -> None:
    connection.execute(delete(_MISSING).where(_MISSING.c.provider == provider))
    if models:
        rows = [{"provider": provider, "model_id": model.model_id, "lists": model.lists, "facts": _text(model.facts)} for model in models]
        connection.execute(insert(_MISSING), rows)


def changes(connection: Connection, query: ChangeQuery) -> list[ModelChange]:
    found = select(_CHANGES).where(*_conditions(query)).order_by(_CHANGES.c.id.desc()).limit(query.limit)
    return [_change(row) for row in connection.execute(found)]


def last_change(connection: Connection, provider: Slug, model: ModelId) -> ModelChange | None:
    about = (_CHANGES.c.provider == provider, _CHANGES.c.model_id == model)
    row = connection.execute(select(_CHANGES).where(*about).order_by(_CHANGES.c.id.desc()).limit(1)).one_or_none()
    return _change(row) if row is not None else None


def _conditions(query: ChangeQuery) -> Iterator[ColumnElement[bool]]:
    if query.provider is not None:
        yield _CHANGES.c.provider == query.provider
    if query.since is not None:
        yield _CHANGES.c.at >= query.since
    if query.older_than is not None:
        yield _CHANGES.c.id < query.older_than


def _written(change: ModelChange) -> dict[str, Any]:
    return {
        "at": change.at,
        "provider": change.provider,
        "model_id": change.model_id,
        "kind": change.kind.value,
        "before": _text(change.before),
        "after": _text(change.after),
    }


@reads_rows
def _missing(row: Row[Any]) -> MissingModel:
    require_kinds(row._asdict(), _MISSING)
    return MissingModel(ModelId(row.model_id), row.lists, _facts(row.facts))


@reads_rows
def _change(row: Row[Any]) -> ModelChange:
    require_kinds(row._asdict(), _CHANGES)
    before, after = (_facts(text) if text is not None else None for text in (row.before, row.after))
    if before is not None and after is not None and before.keys() != after.keys():
        raise TypeError("a change is of other facts before than after")
    return ModelChange(row.at, Slug(row.provider), ModelId(row.model_id), ChangeKind(row.kind), before, after, row.id)


def _facts(text: str) -> Facts:
    """Raises MsgspecError for JSON of another shape."""
    facts = json.decode(text, type=dict[str, object])
    convert(facts, _KnownFacts)
    return facts


def _text(facts: Facts | None) -> str | None:
    return json.encode(facts).decode() if facts is not None else None
