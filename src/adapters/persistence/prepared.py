"""Prepared statements: compiled once, and executed by the driver itself, on PostgreSQL only in a `DriverConnection`.

SQLAlchemy needs some hundred microseconds from a statement to its rows, many times what a driver needs. Only that overhead is skipped here:
the SQL and the conversions of values are those of the statement and of its columns' types.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol, TypeAlias, cast

from msgspec import Struct
from sqlalchemy import BindParameter, ClauseElement, ColumnElement, Connection, Dialect, Executable, Select, bindparam

from modeldesk.adapters.persistence.columns import Moment
from modeldesk.adapters.persistence.unreadable_rows import reads_rows

Processor: TypeAlias = Callable[[Any], Any]
Values: TypeAlias = Mapping[str, Any]
Fetch: TypeAlias = Callable[[str, Sequence[Any]], Iterable[Sequence[Any]]]
Execute: TypeAlias = Callable[[str, Sequence[Any]], object]


class DriverRow(Protocol):
    """A row of the driver, whose columns are attributes."""

    def __getattr__(self, name: str) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def _asdict(self) -> dict[str, Any]: ...


class DriverConnection(Protocol):
    """The driver of a connection, for functions that use prepared statements only."""

    @property
    def dialect(self) -> Dialect: ...

    def fetch(self, sql: str, parameters: Sequence[Any], /) -> Iterable[Sequence[Any]]:
        """The rows."""
        ...

    def execute(self, sql: str, parameters: Sequence[Any], /) -> object:
        """Executes a statement without rows."""
        ...


class SqliteDriverConnection:
    """The driver of an open connection, looked up once: in SQLAlchemy that takes longer than executing a statement."""

    def __init__(self, dialect: Dialect, driver: sqlite3.Connection) -> None:
        self.dialect = dialect
        self.driver = driver
        self.fetch: Fetch = self.driver.execute
        self.execute: Execute = self.driver.execute
        self.is_wanted: dict[str, bool] = {}
        """Whether a webhook wants a kind of event, for those that share a transaction: long work may change it, and begins it anew."""


AnyConnection: TypeAlias = Connection | DriverConnection


class _Native(Struct, frozen=True):
    """SQL for a driver, with positional parameters and the conversions of rows.

    `chosen` picks the parameters in their order, `fixed` are the values that stand in the statement, `processed` the positions that are converted.
    """

    sql: str
    chosen: Callable[[Values], Sequence[Any]]
    fixed: Values
    processed: Sequence[tuple[int, Processor]]
    row: Callable[[Iterable[Any]], DriverRow]

    def parameters(self, values: Values) -> Sequence[Any]:
        found = self.chosen({**values, **self.fixed} if self.fixed else values)
        return _processed(found, self.processed) if self.processed else found

    def all_parameters(self, rows: Iterable[Values]) -> Iterable[Sequence[Any]]:
        """Those of many rows, in half the time that `parameters` takes for each."""
        if self.fixed:
            return map(self.parameters, rows)
        chosen = map(self.chosen, rows)
        processed = [(index, _remembering(process)) for index, process in self.processed]
        return (_processed(row, processed) for row in chosen) if processed else chosen


class Prepared:
    """One statement, executed with values for its parameters, inside a transaction."""

    def __init__(self, statement: Callable[[str], Executable]) -> None:
        """`statement` makes the statement for a dialect; it is called once for each."""
        self._made = statement
        self._statements: dict[str, Executable] = {}
        self._natives: dict[str, _Native] = {}

    def rows(self, connection: AnyConnection, values: Values) -> Sequence[DriverRow]:
        if isinstance(connection, Connection):
            if connection.dialect.name != "sqlite":
                return cast(Sequence[DriverRow], connection.execute(self._statement(connection.dialect.name), values).all())
            connection = _driver_connection(connection)
        native = self._natives.get(connection.dialect.name) or self._native(connection.dialect)
        return [native.row(found) for found in connection.fetch(native.sql, native.parameters(values))]

    def each(self, connection: AnyConnection, values: Values, at_once: int) -> Iterator[DriverRow]:
        """As `rows`, one after the other: no more than `at_once` are in memory."""
        if isinstance(connection, Connection):
            name, options = connection.dialect.name, {"yield_per": at_once}
            if name != "sqlite":
                yield from cast(Iterator[DriverRow], connection.execute(self._statement(name), values, execution_options=options))
                return
            connection = _driver_connection(connection)
        native = self._natives.get(connection.dialect.name) or self._native(connection.dialect)
        yield from map(native.row, connection.fetch(native.sql, native.parameters(values)))

    def compile(self, dialect: Dialect) -> None:
        """Compiles the statement now, for all processes that part from this one."""
        self._native(dialect)

    def row(self, connection: AnyConnection, values: Values) -> DriverRow | None:
        """The first row, or None."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def run(self, connection: AnyConnection, values: Values) -> None:
        if isinstance(connection, Connection):
            if connection.dialect.name != "sqlite":
                connection.execute(self._statement(connection.dialect.name), values)
                return
            connection = _driver_connection(connection)
        native = self._natives.get(connection.dialect.name) or self._native(connection.dialect)
        connection.execute(native.sql, native.parameters(values))

    def run_all(self, connection: AnyConnection, rows: Sequence[Values]) -> None:
        """Runs the statement once for each row."""
        if not isinstance(connection, Connection):
            for values in rows:
                self.run(connection, values)
        elif connection.dialect.name != "sqlite":
            connection.execute(self._statement(connection.dialect.name), rows)
        else:
            native = self._native(connection.dialect)
            bare_connection(connection).executemany(native.sql, native.all_parameters(rows))

    def _statement(self, dialect: str) -> Executable:
        if dialect not in self._statements:
            self._statements[dialect] = self._made(dialect)
        return self._statements[dialect]

    def _native(self, dialect: Dialect) -> _Native:
        if dialect.name not in self._natives:
            self._natives[dialect.name] = self._compiled(dialect)
        return self._natives[dialect.name]

    def _compiled(self, dialect: Dialect) -> _Native:
        statement = self._statement(dialect.name)
        compiled = cast(Any, cast(ClauseElement, statement).compile(dialect=dialect))
        given = [(name, _into(compiled.binds[name].type, dialect)) for name in compiled.positiontup]
        fixed = {
            name: process(compiled.binds[name].value) if process else compiled.binds[name].value
            for name, process in given
            if not compiled.binds[name].required
        }
        processed = [(index, process) for index, (name, process) in enumerate(given) if process is not None and name not in fixed]
        return _Native(compiled.string, _chosen([name for name, _ in given]), fixed, processed, _row(statement, dialect))


def parameter(column: ColumnElement[Any]) -> BindParameter[Any]:
    """A parameter for a value of the column. It must not have the column's own name."""
    return bindparam(f"its_{cast(Any, column).name}", type_=column.type)


def parameters(values: Values) -> dict[str, Any]:
    """Values by the names of their columns, as `parameter` names them."""
    return {f"its_{name}": value for name, value in values.items()}


def bare_connection(connection: "Connection | SqliteDriverConnection") -> sqlite3.Connection:
    """The driver's own connection, for what SQLAlchemy cannot do, or does too slowly."""
    if isinstance(connection, SqliteDriverConnection):
        return connection.driver
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _driver_connection(connection: Connection) -> SqliteDriverConnection:
    return SqliteDriverConnection(connection.dialect, bare_connection(connection))


def _into(kind: Any, dialect: Dialect) -> Processor | None:
    process = cast("Processor | None", kind.dialect_impl(dialect).bind_processor(dialect))
    if process is None or not isinstance(kind, Moment):
        return process
    # One cache for all statements: a selection writes the same timestamp to three tables.
    return _MOMENTS.setdefault(dialect.name, _remembering(process))


_MOMENTS: dict[str, Processor] = {}


def _remembering(process: Processor) -> Processor:
    """The processor, which keeps its last result: rows that are written together have the same moment, and the same flags."""
    last = (object(), None)

    def remembered(value: Any) -> Any:
        nonlocal last
        known, found = last  # a tuple, which threads read and write atomically
        if value is not known:
            found = process(value)
            last = value, found
        return found

    return remembered


def _chosen(names: Sequence[str]) -> Callable[[Values], Sequence[Any]]:
    """What picks these values, in their order."""
    if len(names) > 1:
        return cast("Callable[[Values], Sequence[Any]]", itemgetter(*names))
    return lambda values: [values[name] for name in names]  # one key gives no tuple


def _processed(row: Iterable[Any], processed: Sequence[tuple[int, Processor]]) -> list[Any]:
    values = list(row)
    for index, process in processed:
        values[index] = process(values[index])
    return values


def _row(statement: Executable, dialect: Dialect) -> Callable[[Iterable[Any]], DriverRow]:
    if not isinstance(statement, Select):
        return cast("Callable[[Iterable[Any]], DriverRow]", tuple)
    columns = statement.selected_columns
    kind = namedtuple("Row", columns.keys())  # type: ignore[misc] # its fields are the statement's
    processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    changed = [(index, process) for index, process in enumerate(processors) if process is not None]
    if not changed:
        return cast("Callable[[Iterable[Any]], DriverRow]", kind._make)

    @reads_rows
    def row(found: Iterable[Any]) -> Any:
        return kind._make(_processed(found, changed))

    return row
