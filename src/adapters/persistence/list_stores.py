"""The stores of a unit of work for vendors' keys, their lists, what changed in them, and when they are refreshed."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct

from modeldesk.adapters.persistence import change_statements, list_statements, refresh_statements
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.domain.model.catalogue.changes import MissingModel, ModelChange
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.refresh_plan import Lease, RefreshPlan
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.values.texts import Slug


class SqlKeys(Struct, frozen=True):
    work: OpenWork

    async def get(self, provider: Slug, owner: str | None) -> StoredKey | None:
        return await self.work.read(list_statements.key, provider, owner)

    async def all(self) -> Sequence[StoredKey]:
        return await self.work.read(list_statements.keys)

    async def providers(self) -> Collection[Slug]:
        return await self.work.read(list_statements.keyed_providers)

    async def put(self, key: StoredKey) -> None:
        self.work.write("catalogue", list_statements.put_key, key)

    async def delete(self, provider: Slug, owner: str | None) -> None:
        self.work.write("catalogue", list_statements.delete_key, provider, owner)

    async def suspend(self, provider: Slug) -> None:
        self.work.write("catalogue", list_statements.suspend_keys, provider)


class SqlLists(Struct, frozen=True):
    work: OpenWork

    async def state(self, provider: Slug, owner: str | None = None) -> ListState:
        return await self.work.read(list_statements.list_state, provider, owner)

    async def own(self, provider: Slug) -> Sequence[ListState]:
        return await self.work.read(list_statements.own_list_states, provider)

    async def forget(self, provider: Slug, owner: str) -> None:
        self.work.write("catalogue", list_statements.forget_list, provider, owner)

    async def put(self, state: ListState, serialized: bytes | None = None) -> None:
        self.work.write("catalogue", list_statements.put_list, state, serialized)


class SqlChanges(Struct, frozen=True):
    work: OpenWork

    async def add(self, changes: Sequence[ModelChange]) -> None:
        if changes:
            self.work.write(None, change_statements.add_changes, tuple(changes))

    async def forget(self, until: datetime) -> None:
        self.work.write(None, change_statements.forget_changes, until)

    async def missing(self, provider: Slug) -> Sequence[MissingModel]:
        return await self.work.read(change_statements.missing, provider)

    async def put_missing(self, provider: Slug, missing: Sequence[MissingModel]) -> None:
        self.work.write(None, change_statements.put_missing, provider, tuple(missing))


class SqlRefreshes(Struct, frozen=True):
    work: OpenWork

    async def lease(self, name: str) -> Lease | None:
        return await self.work.read(refresh_statements.lease, name)

    async def put_lease(self, name: str, lease: Lease) -> None:
        self.work.write(None, refresh_statements.put_lease, name, lease)

    async def plan(self, provider: Slug) -> RefreshPlan | None:
        return await self.work.read(refresh_statements.plan, provider)

    async def put_plan(self, plan: RefreshPlan) -> None:
        self.work.write(None, refresh_statements.put_plan, plan)
