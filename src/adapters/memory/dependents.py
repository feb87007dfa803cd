"""In-memory counts of who asked which model is active."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from modeldesk.adapters.memory.contents import Contents, Draft
from modeldesk.domain.model.dependents import RECENT, REMEMBERED_FOR, Dependency, Dependent, hour_of
from modeldesk.domain.records import frozen

Hours: TypeAlias = Mapping[datetime, int]


@frozen
class InMemoryDependents:
    draft: Draft

    async def known(self, tokens: Collection[str]) -> Collection[Dependency]:
        return [dependency for dependency in (await self.draft.read()).dependents if dependency.token in tokens]

    async def add(self, requests: Mapping[Dependency, int], at: datetime) -> None:
        held, hour = (await self.draft.read()).dependents, hour_of(at)
        changed = dict(held)
        for dependency, times in requests.items():
            last, hours = held.get(dependency, (at, {}))
            changed[dependency] = (max(last, at), {**hours, hour: hours.get(hour, 0) + times})
        self.draft.write(None, dependents=changed)

    async def forget(self, until: datetime) -> None:
        held = (await self.draft.read()).dependents
        kept = {
            dependency: (last, {hour: times for hour, times in hours.items() if hour >= until})
            for dependency, (last, hours) in held.items()
            if last >= until
        }
        self.draft.write(None, dependents=kept)


def dependents(held: Contents, asked: Collection[str] | None, now: datetime) -> Sequence[Dependent]:
    found = [
        Dependent(*dependency, last, _since(hours, now - RECENT), _since(hours, now - REMEMBERED_FOR))
        for dependency, (last, hours) in held.dependents.items()
        if (asked is None or dependency.asked in asked) and last >= now - REMEMBERED_FOR
    ]
    return sorted(found, key=lambda one: (-one.last_seen_at.timestamp(), one.token, one.consumer, one.asked))


def _since(hours: Hours, moment: datetime) -> int:
    return sum(times for hour, times in hours.items() if hour > moment)
