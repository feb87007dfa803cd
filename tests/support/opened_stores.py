"""Stores of every kind that are opened side by side, each with services of its own."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import define, frozen

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.audit import AuditEntry, AuditQuery
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import UseChange, UseName
from tests.support.desk_services import services_over
from tests.support.operation import Operation
from tests.support.servers import fresh_database
from tests.support.services import Services, Store

Histories = dict[Slot | str, Sequence[SlotChange | UseChange]]


@define
class Opened:
    """A store that is open, and the way to open it once more."""

    open_again: Callable[[], Store]
    store: Store
    services: Services
    steps: int = 0

    @classmethod
    def by(cls, opening: Callable[[], Store]) -> "Opened":
        store = opening()
        return cls(opening, store, services_over(store))

    async def reopen(self) -> None:
        await self.close()
        self.store = self.open_again()
        self.services = services_over(self.store, self.services.clock)

    async def close(self) -> None:
        if isinstance(self.store, SqlStore):
            await self.store.close()

    async def reported(self, operation: Operation) -> Any:
        # A reopened store reads its clock oftener: each step begins at its own moment, whatever was read before.
        self.steps += 1
        self.services.clock.now = datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=self.steps)
        return await operation.through(self.services)

    async def at_the_door(self) -> list[Any]:
        """What no snapshot holds: who was seen when, who failed how often, the set-up token; and whose the sessions are."""
        digests = ["d1", "d2", "d3"]
        async with self.store.unit_of_work() as work:
            reported = [await work.setup.get(), {count.digest: count for count in await work.attempts.get(digests)}]
            reported += [{session.digest for session in await work.sessions.of(name)} for name in ("ann", "سارا")]
            reported.append({admin.name: admin for admin in await work.accounts.all()})
        return [*reported, await self.store.last_uses(digests), {count.digest: count for count in await self.store.attempts(digests)}]

    async def looked_through(self) -> tuple[Snapshot, list[Provider], Histories, list[AuditEntry]]:
        """The snapshot, its providers in their order, every history, and the end of the audit log."""
        snapshot = await self.store.current()
        async with self.store.unit_of_work() as work:
            histories: Histories = {slot: list(await work.choices.history(slot)) for slot in snapshot.choices}
            histories |= {name: list(await work.uses.history(UseName(name))) for name in ("search", "support")}
        trail = list(await self.store.audit_entries(AuditQuery(limit=20)))
        return snapshot, list(snapshot.providers.values()), histories, trail


@frozen
class Places:
    """Where the stores of one example are: always new and empty."""

    sqlite_template: Path
    folder: Path
    postgres: tuple[str, str] | None

    def opened(self, ending: ExitStack) -> dict[str, Opened]:
        kept = InMemoryStore()
        file = self.folder / "desk.db"
        for leftover in self.folder.glob("desk.db*"):
            leftover.unlink()
        shutil.copyfile(self.sqlite_template, file)
        stores = {"memory": Opened.by(lambda: kept), "sqlite": Opened.by(lambda: SqlStore(f"sqlite:///{file}"))}
        if self.postgres:
            server, template = self.postgres
            url = ending.enter_context(fresh_database(server, template))
            stores["postgresql"] = Opened.by(lambda: SqlStore(url))
        return stores
