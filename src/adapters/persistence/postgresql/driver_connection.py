"""Prepared statements on the bare driver, in few round trips: writes are sent together, as one statement."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, TypeAlias

from sqlalchemy import Dialect
from sqlalchemy.util import await_

Sent: TypeAlias = tuple[str, Sequence[Any]]
"""A statement and its parameters."""

PARAMETER = re.compile(r"\$([0-9]+)")


class PostgresDriverConnection:
    """Inside a transaction, and inside SQLAlchemy's `greenlet_spawn`, which lets a function wait for the driver."""

    def __init__(self, driver: Any, dialect: Dialect) -> None:
        self.dialect = dialect
        self._driver = driver
        self._written: list[Sent] = []
        self.sent: list[Sent] = []
        """What was written, as it was sent: the same statements do the same again."""

    def fetch(self, sql: str, parameters: Sequence[Any]) -> Iterable[Sequence[Any]]:
        self.send()
        found: Iterable[Sequence[Any]] = await_(self._driver.fetch(sql, *parameters))
        return found

    def execute(self, sql: str, parameters: Sequence[Any]) -> None:
        if any(sql == earlier for earlier, _ in self._written):
            self.send()  # in one statement, a row may be changed once only
        self._written.append((sql, parameters))

    def send(self) -> None:
        """Executes what was written. Constraints are checked at the end of the whole statement."""
        if not self._written:
            return
        written, self._written = self._written, []
        parameters = [value for _, values in written for value in values]
        joined = _joined(tuple(sql for sql, _ in written), tuple(len(values) for _, values in written))
        self._execute(joined, parameters)
        self.sent.append((joined, parameters))

    def _execute(self, sql: str, parameters: Sequence[Any]) -> None:
        await_(self._driver.fetch(sql, *parameters))


class CollectingConnection(PostgresDriverConnection):
    """Collects what work would write, and executes nothing: see `collected`."""

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(None, dialect)

    def fetch(self, sql: str, parameters: Sequence[Any]) -> Iterable[Sequence[Any]]:
        raise WantsAnswer

    def _execute(self, sql: str, parameters: Sequence[Any]) -> None:
        """Later, with what others have written."""


class WantsAnswer(Exception):
    """Work reads before it is done, so that it cannot be collected."""


def collected(dialect: Dialect, work: Callable[..., None], *given: Any) -> Sequence[Sent] | None:
    """What the work writes, without executing it; None for work that reads, too."""
    connection = CollectingConnection(dialect)
    try:
        work(connection, *given)
    except WantsAnswer:
        return None
    connection.send()
    return connection.sent


@cache
def _joined(statements: Sequence[str], counts: Sequence[int]) -> str:
    """One statement that executes all: their parameters one after the other, each statement a common table expression."""
    if len(statements) == 1:
        return statements[0]
    before = accumulate(counts, initial=0)
    tables = (
        f"written_{number} AS ({_numbered_after(skipped, sql)})"
        for number, (skipped, sql) in enumerate(zip(before, statements, strict=False))
    )
    return "WITH " + ", ".join(tables) + " SELECT"


def _numbered_after(skipped: int, sql: str) -> str:
    return PARAMETER.sub(lambda found: f"${int(found[1]) + skipped}", sql)
