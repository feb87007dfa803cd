"""A version that was seen before a restore is no other state's afterwards: neither of what came back, nor of what is created later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import define

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, audit_entry
from modeldesk.domain.model.idempotency import IdempotencyKey
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.services import Services
from tests.support.stores import NOON, upgraded
from tests.support.writing_programs import NoMetadata, declared

CHAT = CapabilityName("chat")
FIRST, SECOND = Slug("vendor-0"), Slug("vendor-1")
RESTORED = audit_entry(CLI_ACTOR, NOON, Action.DATABASE_RESTORED, "", after={"file": "copy.db"})


@define
class Desk:
    """Changes of slots, uses and providers, and every version that each of them had."""

    store: SqlStore
    services: Services
    seen: set[tuple[str, int]]

    async def note(self) -> set[tuple[str, int]]:
        """The versions of now, which are among those that were seen afterwards."""
        snapshot = await self.store.current()
        current = {(f"slot {slot.path}", state.version) for slot, state in snapshot.choices.items()}
        current |= {(f"use {name}", use.version) for name, use in snapshot.uses.items()}
        current |= {(f"provider {slug}", provider.version) for slug, provider in snapshot.providers.items()}
        self.seen |= current
        return current

    async def select(self, slug: Slug, model: str) -> None:
        await self.services.selection.select(SelectModel(Slot(slug, CHAT), ModelId(model)), CLI_ACTOR)
        await self.note()

    async def put(self, name: str, slug: Slug) -> None:
        await self.services.uses.put(Use(UseName(name), CHAT, slug), CLI_ACTOR)
        await self.note()

    async def delete(self, name: str) -> None:
        await self.services.uses.delete(UseName(name), CLI_ACTOR)
        await self.note()

    async def register(self, count: int, revision: int) -> None:
        await self.services.registration.register(declared(count, revision), ImportOptions(force=True), CLI_ACTOR)
        await self.note()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return upgraded(tmp_path / "desk.db")


@asynccontextmanager
async def desk_at(url: str) -> AsyncIterator[Desk]:
    store = SqlStore(url)
    yield Desk(store, Services(store, lambda: NOON, NoMetadata()), set())
    await store.close()


async def restored(desk: Desk, copy: Path) -> set[tuple[str, int]]:
    """What was seen before a restore of the copy. The database has no problem afterwards."""
    before, desk.seen = desk.seen, set()
    await desk.store.operations.restore(copy, RESTORED)
    await desk.note()
    assert await desk.store.operations.check() == []
    return before


async def test_no_version_is_used_twice(url: str, tmp_path: Path) -> None:
    """Of a slot, a use and a provider that the backup has, and of those that it does not have and that are created again."""
    async with desk_at(url) as desk:
        copy = tmp_path / "copy.db"
        await desk.register(1, 0)
        await desk.select(FIRST, "a")
        await desk.put("kept", FIRST)
        await desk.put("gone", FIRST)
        await desk.delete("gone")
        await desk.store.operations.backup(copy)
        await desk.register(2, 1)
        for model in "bcd":
            await desk.select(FIRST, model)
            await desk.select(SECOND, model)
        for name in ("kept", "gone", "new"):
            await desk.put(name, SECOND)
            await desk.put(name, FIRST)
        before = await restored(desk, copy)
        for revision in (2, 3):
            await desk.register(2, revision)
        for model in "efghi":
            await desk.select(FIRST, model)
            await desk.select(SECOND, model)
        for slug in (FIRST, SECOND) * 3:
            for name in ("kept", "gone", "new"):
                await desk.put(name, slug)
        assert len(desk.seen) > 30
        assert not before & desk.seen
        assert await desk.store.operations.check() == []


async def test_a_backup_of_a_restored_database_is_restored(url: str, tmp_path: Path) -> None:
    """Over one that was never restored, and over itself: versions rise, by no more than they must."""
    async with desk_at(url) as desk:
        await desk.register(1, 0)
        await desk.select(FIRST, "a")
        for number in range(12):
            copy = tmp_path / f"copy-{number}.db"
            await desk.store.operations.backup(copy)
            await desk.select(FIRST, f"b{number}")
            assert not await restored(desk, copy) & desk.seen
        ((_, version),) = {entry for entry in desk.seen if entry[0].startswith("slot")}
        assert version < 20_000


async def test_a_rollback_restores_what_was_before_the_backup(url: str, tmp_path: Path) -> None:
    """A restore is no step of a slot's or a use's history."""
    async with desk_at(url) as desk:
        copy = tmp_path / "copy.db"
        await desk.register(2, 0)
        await desk.select(FIRST, "a")
        await desk.select(FIRST, "b")
        await desk.put("support", FIRST)
        await desk.put("support", SECOND)
        await desk.store.operations.backup(copy)
        await restored(desk, copy)
        slot, name = Slot(FIRST, CHAT), UseName("support")
        rolled_back = [await desk.services.selection.roll_back(slot, CLI_ACTOR) for _ in range(2)]
        assert [result.current and result.current.model.model_id for result in rolled_back] == ["a", None]
        assert [result.previous and result.previous.model.model_id for result in rolled_back] == ["b", "a"]
        assert (await desk.services.uses.roll_back(name, CLI_ACTOR)).current == Use(
            name, CHAT, FIRST, version=(await desk.store.current()).uses[name].version
        )
        assert (await desk.services.uses.roll_back(name, CLI_ACTOR)).current is None
        await desk.select(FIRST, "c")
        assert (await desk.services.selection.roll_back(slot, CLI_ACTOR)).current is None
        assert await desk.store.operations.check() == []


@pytest.mark.parametrize("is_change", [True, False])
async def test_a_request_with_a_key_is_not_done_again(url: str, tmp_path: Path, is_change: bool) -> None:
    """It was done before the backup; its answer names the version that the slot has since the restore."""
    slot, key = Slot(FIRST, CHAT), IdempotencyKey("k", "request")
    async with desk_at(url) as desk:
        copy, selection = tmp_path / "copy.db", desk.services.selection
        await desk.register(1, 0)
        for model in ("a", "b", "c") if is_change else ("c", "a", "b"):
            await desk.select(FIRST, model)
        if is_change:
            await selection.roll_back(slot, CLI_ACTOR, None, key)
        else:
            await selection.select(SelectModel(slot, ModelId("b")), CLI_ACTOR, None, key)
        await desk.store.operations.backup(copy)
        await restored(desk, copy)
        version = (await desk.store.current()).slot(slot).version
        if is_change:
            again = await selection.roll_back(slot, CLI_ACTOR, None, key)
            assert again.version == version
        else:
            selected = await selection.select(SelectModel(slot, ModelId("b")), CLI_ACTOR, None, key)
            assert (selected.current.model.model_id, selected.current.slot_version) == ("b", version)
        assert ((await desk.store.current()).slot(slot).active, (await desk.store.current()).slot(slot).version) == ("b", version)
