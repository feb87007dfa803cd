"""Dependents: counts the requests of products, and shows which products a change would affect."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.dependents import EVERYTHING, OTHERS, REMEMBERED_FOR, Dependency, Dependent, bounded
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import UseName
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.dependents import DependentLog
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.import_plan import ImportPlan

MOST_PENDING = 2_000
"""Dependencies that a process holds between two writes."""

FORGOTTEN_EVERY = timedelta(hours=1)


class RequestCounts:
    """Requests of products, counted in this process and written together. One per process.

    `count` runs with every request of a product: it changes a dictionary, and waits for nothing. A process that is killed loses its counts since
    the last write.
    """

    def __init__(self, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._pending = dict[Dependency, int]()
        self._forgotten_at: datetime | None = None

    def count(self, token: str, consumer: str, asked: str, times: int = 1) -> None:
        """Counts requests. `token` is a name, `consumer` a `consumer_name`, and `asked` as in `Dependency`."""
        pending, key = self._pending, Dependency(token, consumer, asked)
        if key not in pending and len(pending) >= MOST_PENDING:
            key = Dependency(token, OTHERS, EVERYTHING)
        pending[key] = pending.get(key, 0) + times

    async def write(self) -> None:
        """Writes the counts since the last write, if there are any. Raises StorageBusy, StorageUnavailable."""
        counted, self._pending = self._pending, {}
        if not counted:
            return
        now = self._clock()
        is_forgetting = self._forgotten_at is None or now - self._forgotten_at >= FORGOTTEN_EVERY
        try:
            async with self._unit_of_work() as work:
                await work.dependents.add(await _bounded_requests(work, counted), now)
                if is_forgetting:
                    await work.dependents.forget(now - REMEMBERED_FOR)
                await work.commit()
        except ModeldeskError:
            for dependency, times in counted.items():
                self.count(*dependency, times)
            raise
        if is_forgetting:
            self._forgotten_at = now


class Dependents:
    """The dependents that a change would affect. Requests of the last minute may be missing."""

    def __init__(self, snapshots: Snapshots, log: DependentLog, clock: Clock) -> None:
        self._snapshots = snapshots
        self._log = log
        self._clock = clock

    async def of_use(self, name: UseName) -> Sequence[Dependent]:
        """Dependents of the use, and those that ask for everything. Raises UseNotFound."""
        (await self._snapshots.current()).use(name)
        return await self._log.dependents([name, EVERYTHING], self._clock())

    async def of_slot(self, slot: Slot) -> Sequence[Dependent]:
        """Dependents of the slot and of the uses that point at it, and those that ask for everything. Raises ProviderNotFound."""
        snapshot = await self._snapshots.current()
        snapshot.provider(slot.provider)
        return await self._log.dependents(_names_of([slot], snapshot), self._clock())

    async def of_provider(self, provider: Slug) -> Sequence[Dependent]:
        """As `of_slot`, for all slots of the provider. Raises ProviderNotFound."""
        snapshot = await self._snapshots.current()
        offered = [Slot(provider, capability) for capability in snapshot.provider(provider).capabilities]
        slots = {*offered, *(state.slot for state in snapshot.choices.of_provider(provider).values())}
        return await self._log.dependents(_names_of(slots, snapshot), self._clock())

    async def of_plan(self, plan: ImportPlan) -> Sequence[Dependent]:
        """Dependents of the uses that the import repoints, and of the slots that it deselects or disables; none where it does neither."""
        moved = {update.new.name for update in plan.uses.updated if update.old.slot != update.new.slot}
        disabled = {update.new.slug for update in plan.updated if update.old.is_active and not update.new.is_active}
        disabled |= {provider.slug for provider in plan.deactivated}
        if not (moved or disabled or plan.lost):
            return []  # most imports; a snapshot of ten thousand providers takes longer than they do
        snapshot = await self._snapshots.current()
        disabled_slots = {state.slot for slug in disabled for state in snapshot.choices.of_provider(slug).values()}
        slots = {lost.slot for lost in plan.lost} | disabled_slots
        if not (moved or slots):
            return []
        return await self._log.dependents(_names_of(slots, snapshot) | moved, self._clock())

    async def all(self) -> Sequence[Dependent]:
        """All dependents."""
        return await self._log.dependents(None, self._clock())


async def _bounded_requests(work: UnitOfWork, counted: Mapping[Dependency, int]) -> Mapping[Dependency, int]:
    """The requests by the dependencies that they count for, beside those that are stored."""
    known = defaultdict[str, set[Dependency]](set)
    for dependency in await work.dependents.known({dependency.token for dependency in counted}):
        known[dependency.token].add(dependency)
    requests = Counter[Dependency]()
    for dependency, times in counted.items():
        stored = bounded(dependency, known[dependency.token])
        known[dependency.token].add(stored)
        requests[stored] += times
    return requests


def _names_of(slots: Collection[Slot], snapshot: Snapshot) -> set[str]:
    uses = {use.name for use in snapshot.uses.values() if use.slot in slots}
    return {*(slot.path for slot in slots), *uses, EVERYTHING}
