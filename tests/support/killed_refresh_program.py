"""Refreshes what is due in the database of its first argument, at the moment of its second one, and dies while it reads the list."""

import asyncio
import os
import signal
import sys
from datetime import datetime

from attrs import define

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.catalogue.refresh_plan import Interval
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.vendors import Progress
from modeldesk.domain.services.scheduled_refresh import ScheduledRefresh
from tests.support.fake_vendors import CLASSES, FakeVendors
from tests.support.manual_clock import ManualClock
from tests.support.named_instance import NamedInstance
from tests.support.services import Services
from tests.support.writing_programs import NoMetadata


@define(eq=False)
class Deadly(FakeVendors):
    """Its list kills who reads it."""

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a killed process goes no further")


def instance_over(store: SqlStore, name: str, vendors: FakeVendors, clock: ManualClock) -> ScheduledRefresh:
    """An instance of its own over the store."""
    services = Services(store, clock, NoMetadata(), vendors)
    return ScheduledRefresh(
        unit_of_work=store.unit_of_work,
        snapshots=store,
        plans=store,
        refresh=services.refresh,
        classes=CLASSES,
        clock=clock,
        instance=NamedInstance(name, 0.5),
    )


async def main(database: str, moment: str) -> None:
    dying = instance_over(SqlStore(database), "dying", Deadly(), ManualClock(datetime.fromisoformat(moment)))
    await dying.run_due(Interval())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
