"""How a snapshot is kept: rebuilt once, part by part, and values as they were given."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Connection, insert

from modeldesk.adapters.persistence import tables
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.audit import Action, AuditEntry
from modeldesk.domain.model.snapshot import Snapshot
from tests.support.manual_clock import NOON
from tests.support.stores import CHAT, admin, choice, database, provider

__all__ = ["database"]


async def test_many_who_ask_at_once_get_one_rebuild(database: str) -> None:
    """After a change, the first one rebuilds and all the others wait for that."""
    desk, other = SqlStore(database), SqlStore(database)
    for number in range(3):
        async with other.unit_of_work() as work:
            await work.providers.put([provider(f"vendor-{number}")])
            await work.commit()
        found = await asyncio.gather(*(desk.current() for _ in range(30)))
        assert len(found[0].providers) == number + 1
        assert all(snapshot is found[0] for snapshot in found)
    await desk.close()
    await other.close()


async def test_each_part_is_rebuilt_alone(database: str) -> None:
    """A sign-in reads no providers, a choice no admins: what did not change is taken over as it is."""
    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai")])
        await work.choices.record(choice("gpt-4o", 1))
        await work.accounts.put(admin())
        await work.commit()
    first = await store.current()
    async with store.unit_of_work() as work:
        await work.accounts.put(admin("nima"))
        await work.commit()
    second = await store.current()
    assert (second.providers is first.providers, second.choices is first.choices, second.access is first.access) == (True, True, False)
    async with store.unit_of_work() as work:
        await work.choices.record(choice("gpt-5", 2))
        await work.commit()
    third = await store.current()
    assert (third.providers is first.providers, third.choices is first.choices, third.access is second.access) == (True, False, True)
    await store.close()


async def test_what_no_snapshot_holds_makes_no_other_one(database: str) -> None:
    """The very same object stays where an admin's sign-in was counted, so that answers that hang on it stay too."""
    desk, other = SqlStore(database), SqlStore(database)
    async with desk.unit_of_work() as work:
        await work.providers.put([provider("openai")])
        await work.commit()
    first = await desk.current()
    async with other.unit_of_work() as work:
        await work.audit.add([AuditEntry(NOON, "sara", "", None, Action.SIGNED_IN, "sara")])
        await work.commit()
    assert await desk.current() is first
    await desk.close()
    await other.close()


async def test_asking_who_may_come_in_rebuilds_nothing_else(database: str) -> None:
    """Every request asks; a choice changes nothing of the answer, and is read by whoever wants it."""
    desk, other = SqlStore(database), SqlStore(database)
    async with other.unit_of_work() as work:
        await work.providers.put([provider("openai")])
        await work.accounts.put(admin())
        await work.commit()
    first = await desk.current()
    async with other.unit_of_work() as work:
        await work.choices.record(choice("gpt-4o", 1))
        await work.commit()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("modeldesk.adapters.persistence.store.rebuilt", None)
        assert await desk.access() is first.access
    assert (await desk.current()).slot(CHAT).active == "gpt-4o"
    await desk.close()
    await other.close()


async def test_an_unchanged_embedded_desk_answers_without_waiting(tmp_path: Path) -> None:
    """The event loop is not even left: nobody else comes in between."""
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    await store.operations.upgrade()
    kept = await store.current()
    with pytest.raises(StopIteration) as ended:
        store.current().send(None)
    assert ended.value.value is kept
    await store.close()


async def test_moments_keep_their_instant_and_come_back_in_utc(database: str) -> None:
    """Whatever zone they were given in, to the microsecond."""
    tehran = datetime(2026, 11, 24, 15, 30, 0, 123456, tzinfo=timezone(timedelta(hours=3, minutes=30)))

    store = SqlStore(database)
    async with store.unit_of_work() as work:
        await work.providers.put([provider("openai")])
        await work.choices.record(evolve(choice(None, 1), chosen_at=tehran))
        (step,) = await work.choices.history(CHAT)
        assert step.chosen_at == tehran
        assert step.chosen_at.tzinfo is UTC
    await store.close()


class AskedAtTheEnd:
    """The database of a store; at the last step of its first read somebody else commits, and one more asks for a snapshot."""

    def __init__(self, store: SqlStore, other: SqlStore) -> None:
        self._store, self._other, self._database = store, other, store.database
        self.asked: asyncio.Task[Snapshot] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def read_prepared(self, *given: Any) -> Any:
        found = await self._database.read_prepared(*given)
        if self.asked is None:
            await put(self._other, "meanwhile")
            # Its first step comes before the callbacks of the rebuild that ends here.
            self.asked = asyncio.get_running_loop().create_task(self._store.current())
        return found


async def put(store: SqlStore, slug: str) -> None:
    async with store.unit_of_work() as work:
        await work.providers.put([provider(slug)])
        await work.commit()


async def test_who_asks_as_a_rebuild_ends_does_not_get_what_it_read(database: str) -> None:
    """It read before the change that the late one must see."""
    desk, other = SqlStore(database), SqlStore(database)
    late = AskedAtTheEnd(desk, other)
    desk.database = late
    assert (await desk.current()).providers == {}
    assert late.asked is not None
    assert set((await late.asked).providers) == {"meanwhile"}
    await desk.close()
    await other.close()


async def test_a_new_slot_is_above_the_floor_of_a_restore_whatever_it_is_read_from(database: str) -> None:
    """A unit of work takes it from the snapshot as from the database."""

    def restored(connection: Connection) -> None:
        connection.execute(insert(tables.restores).values(versions_above=7, restored_at=NOON))

    store = SqlStore(database)
    async with store.database.transaction() as transaction:
        await transaction.commit(restored, parts=("catalogue", "choices", "access"))
    async with store.unit_of_work() as work:
        assert (await work.choices.slot(CHAT)).next_version == 8
    await store.current()
    async with store.unit_of_work() as work:
        assert await work.proven("choices") is not None
        assert (await work.choices.slot(CHAT)).next_version == 8
    await store.close()
