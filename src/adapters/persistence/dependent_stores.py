"""The store of a unit of work for dependents."""

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct

from modeldesk.adapters.persistence import dependent_statements
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.domain.model.dependents import Dependency


class SqlDependents(Struct, frozen=True):
    work: OpenWork

    async def known(self, tokens: Collection[str]) -> Collection[Dependency]:
        return await self.work.read(dependent_statements.known, tuple(tokens))

    async def add(self, requests: Mapping[Dependency, int], at: datetime) -> None:
        if requests:
            self.work.write(None, dependent_statements.add, dict(requests), at)

    async def forget(self, until: datetime) -> None:
        self.work.write(None, dependent_statements.forget, until)
