"""An instance that is killed while it holds the lease of scheduled refreshes: another one takes over when the lease has run out."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.refresh_plan import LEASE_FOR, Interval
from modeldesk.domain.services.scheduled_refresh import LEASE
from tests.support.fake_vendors import FakeVendors
from tests.support.killed_refresh_program import instance_over
from tests.support.manual_clock import NOON, ManualClock
from tests.support.preloaded import run_module
from tests.support.samples import live_provider, select_model, slot
from tests.support.services import Services
from tests.support.stores import database_of
from tests.support.writing_programs import NoMetadata


async def prepare(database: str) -> None:
    """A live list that is due, because one of its models is active."""
    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([live_provider()])
        await work.commit()
    await Services(store, ManualClock(), NoMetadata()).selection.select(select_model("a", of=slot("vendor")), CLI_ACTOR)
    await store.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_another_instance_takes_over(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A real process, killed as by `kill -9`: for the time of its lease nobody asks the vendor, then one instance does, once."""
    database = await asyncio.to_thread(database_of, kind, request, tmp_path)
    await prepare(database)
    done = await asyncio.to_thread(run_module, "tests.support.killed_refresh_program", database, NOON.isoformat())
    assert done.returncode == -signal.SIGKILL, done.stderr
    store, vendors, clock = SqlStore(database), FakeVendors(), ManualClock()
    vendors.write("vendor", "ab")
    instances = [instance_over(store, name, vendors, clock) for name in ("one", "other")]
    async with store.unit_of_work() as work:
        lease = await work.refreshes.lease(LEASE)
    assert lease is not None
    assert lease.holder == "dying"
    clock.forward(LEASE_FOR - timedelta(seconds=1))
    assert [await instance.run_due(Interval()) for instance in instances] == [0, 0]
    assert vendors.asked == []
    clock.forward(timedelta(seconds=1))
    assert sorted(await asyncio.gather(*(instance.run_due(Interval()) for instance in instances))) == [0, 1]
    assert len(vendors.asked) == 1
    await store.close()
