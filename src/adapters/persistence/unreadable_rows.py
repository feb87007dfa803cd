"""Tells a row that cannot be read from a mistake of ours: by the code in which the error was raised.

A damaged row may raise almost anything where it is read: a role, a moment or JSON that is none, bytes where a text belongs. The same errors anywhere
else are bugs, which must not be said to be the database's.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import CodeType
from typing import Any, TypeVar

from msgspec import MsgspecError
from sqlalchemy import Table

Read = TypeVar("Read", bound=Callable[..., Any])

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MsgspecError)
"""What a row raises that is damaged, or that something else wrote."""

CONVERSIONS = ("sqlalchemy.engine._processors", "sqlalchemy.processors", "sqlalchemy.cyextension.processors", "asyncpg.pgproto")
"""Modules that convert the values of rows for us."""

_READERS = set[CodeType]()


def reads_rows(function: Read) -> Read:
    """Marks a function that does nothing but make values of rows: what it raises comes from them."""
    _READERS.add(function.__code__)
    return function


def require_texts(values: Iterable[object]) -> None:
    """Raises TypeError for a text that is bytes: SQLite stores any kind of value in any column, and one damaged bit makes the one of the other."""
    if bytes in map(type, values):
        raise TypeError("a text is bytes")


def require_kinds(values: Mapping[str, object], table: Table) -> None:
    """Raises TypeError for a value of another kind than its column is: a number that is text, as `require_texts` says it of bytes."""
    kinds = _kinds_of(table)
    for name, value in values.items():
        if value is not None and not isinstance(value, kinds.get(name, object)):
            raise TypeError("a value is of another kind than its column")


@cache
def _kinds_of(table: Table) -> Mapping[str, type]:
    return {column.name: column.type.python_type for column in table.columns}


def is_of_row(error: BaseException) -> bool:
    """Whether the error was raised where a row was read."""
    if not isinstance(error, UNREADABLE):
        return False
    trace = error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_code in _READERS:
            return True
        if trace.tb_next is None:
            return str(frame.f_globals.get("__name__")).startswith(CONVERSIONS)
        trace = trace.tb_next
    return False
