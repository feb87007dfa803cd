"""Watching the health of active models, so that webhooks report when it changes: also by the mere passing of a day."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from modeldesk.domain.model.catalogue.refresh_plan import extended
from modeldesk.domain.model.health import ObservedHealth, health_changes
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.webhooks.change_events import health_event
from modeldesk.domain.model.webhooks.event import Event
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.instance import Instance
from modeldesk.domain.ports.observed_health import HealthLog
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.doctor import Doctor, SlotHealth

LEASE = "health"
LEASE_FOR = timedelta(minutes=2)
"""Longer than the pause between two looks: another instance, which may have seen an earlier state, reports no change back."""


class HealthWatch:
    """Compares the doctor's findings with those of the last look. Several instances may look; one of them reports."""

    def __init__(self, unit_of_work: OpenUnitOfWork, doctor: Doctor, log: HealthLog, clock: Clock, instance: Instance) -> None:
        self._unit_of_work = unit_of_work
        self._doctor = doctor
        self._log = log
        self._clock = clock
        self._instance = instance

    async def observe(self) -> None:
        """Records the present states, and an event for each active model whose state differs from the last look's.

        A model that was just selected is recorded without one. Writes nothing where nothing differs. Raises as `Snapshots`.
        """
        found = {slot.model.slot: slot for slot in (await self._doctor.diagnosis()).slots}
        observed = [ObservedHealth(slot, health.model.model_id, health.finding.state) for slot, health in sorted(found.items(), key=_path)]
        if observed == list(await self._log.observed_health()):
            return
        async with self._unit_of_work() as work:
            lease = extended(await work.refreshes.lease(LEASE), self._instance.name, self._clock(), LEASE_FOR)
            if lease is None:
                return
            await work.refreshes.put_lease(LEASE, lease)
            await work.outbox.add(await self._events(work, observed, found))
            await work.health.replace(observed)
            await work.commit()

    async def _events(self, work: UnitOfWork, observed: Sequence[ObservedHealth], found: Mapping[Slot, SlotHealth]) -> list[Event]:
        """Of models that are still active."""
        events = list[Event]()
        for change in health_changes(await work.health.all(), observed):
            state, health = await work.choices.slot(change.slot), found[change.slot]
            if state.active == change.model_id:
                events.append(health_event(change, state.version, health.finding.reason, health.lifecycle, self._clock()))
        return events


def _path(pair: tuple[Slot, SlotHealth]) -> tuple[str, str]:
    return pair[0].provider, pair[0].capability
