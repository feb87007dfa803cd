"""Programs that the fault tests start, and kill: `python -m tests.support.writing_programs WHAT DATABASE_URL …`."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modeldesk.adapters.concurrency.coalescing import AsyncioCoalescing
from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.adapters.secrets.master_key import master_key
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportOptions
from modeldesk.domain.services.master_key_rotation import MasterKeyRotation
from modeldesk.domain.services.registration import ProviderRegistration
from modeldesk.domain.services.selection import ModelSelection

CHAT = Slot(Slug("vendor-0"), CapabilityName("chat"))


class NoMetadata:
    """Knows nothing of any model."""

    def stamp(self) -> None:
        """It never changes."""

    async def facts(self, provider: Provider) -> dict[str, object]:
        return {}


def now() -> datetime:
    return datetime.now(UTC)


def declared(count: int, revision: int) -> list[DeclaredProvider]:
    converter = checking_converter(shipped_classes())
    raw = (
        {
            "slug": f"vendor-{number}",
            "name": f"Vendor {number}",
            "display_name": f"Vendor {number} r{revision}",
            "capabilities": {"chat": {"supported": True, "models": [f"model-{number}-{model}" for model in range(4)]}},
            "sort_order": revision,
        }
        for number in range(count)
    )
    return [DeclaredProvider(converter.structure(entry, Provider), frozenset(entry)) for entry in raw]


def registration_in(store: SqlStore) -> ProviderRegistration:
    return ProviderRegistration(store.unit_of_work, store, shipped_classes(), now)


async def import_all(url: str, count: int, revision: int) -> None:
    store = SqlStore(url)
    providers = declared(count, revision)
    print("ready", flush=True)
    await registration_in(store).register(providers, ImportOptions(force=True), CLI_ACTOR)
    await store.close()


async def select_many(url: str, who: str, times: int, guarded: str) -> None:
    store = SqlStore(url, guarded={"yes": True, "no": False}.get(guarded))
    metadata: Any = NoMetadata()
    catalogues = CatalogueCache(metadata, None, AsyncioCoalescing())  # type: ignore[arg-type] # there are no live lists here
    selection = ModelSelection(store.unit_of_work, store, catalogues, metadata, now)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(times):
        selected = await selection.select(SelectModel(CHAT, ModelId(f"{who}-{number % 7}")), Actor(who, Role.NORMAL))
        assert selected.current.is_active
    await store.close()


async def put_many(url: str, times: int) -> None:
    """Tells each write as soon as it is acknowledged, and goes on when it is asked to."""
    store = SqlStore(url)
    print("ready", flush=True)
    for number in range(times):
        sys.stdin.readline()
        async with store.unit_of_work() as work:
            await work.providers.put([entry.provider for entry in declared(number + 1, number)])
            await work.commit()
        print(number, flush=True)
    await store.close()


async def rotate(url: str, home: str) -> None:
    """Makes a new master key in the folder and seals every key under it."""
    desk, vault = SqlStore(url), KeyVault(master_key("", None, Path(home)))
    print("ready", flush=True)
    await MasterKeyRotation(unit_of_work=desk.unit_of_work, vault=vault, classes=shipped_classes(), clock=now).rotate()
    await desk.close()


if __name__ == "__main__":
    what, url, *words = sys.argv[1:]
    if what == "import":
        asyncio.run(import_all(url, int(words[0]), int(words[1])))
    elif what == "rotate":
        asyncio.run(rotate(url, words[0]))
    elif what == "put":
        asyncio.run(put_many(url, int(words[0])))
    else:
        asyncio.run(select_many(url, words[0], int(words[1]), words[2]))
