"""One use that is re-pointed, and whose models are selected anew, while products ask: over services in this process, or over real servers."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import httpx
from attrs import define, field

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action, AuditEntry, AuditQuery
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.numbers import LARGEST_PAGE, EntryId, PageSize
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.uses import use_subject
from tests.support.asked_use import Answered, Change, Order, State
from tests.support.fire_server import Server
from tests.support.services import Services
from tests.support.writing_programs import NoMetadata, declared, now, registration_in

USE, CHAT = UseName("support"), CapabilityName("chat")
PROVIDERS = [f"vendor-{number}" for number in range(3)]
READERS = 4
WRITERS = 4


class Asked(Protocol):
    """A desk by one of its doors."""

    async def repoint(self, provider: str) -> int:
        """Returns the version of the use."""

    async def select(self, provider: str, model: str) -> None: ...

    async def ask(self) -> State | None:
        """What a product is answered; None for no model."""


@define
class Instance:
    """Services over a store of their own, as another process has them."""

    services: Services

    async def repoint(self, provider: str) -> int:
        return (await self.services.uses.put(Use(USE, CHAT, Slug(provider)), CLI_ACTOR)).version

    async def select(self, provider: str, model: str) -> None:
        await self.services.selection.select(SelectModel(Slot(Slug(provider), CHAT), ModelId(model)), CLI_ACTOR)

    async def ask(self) -> State | None:
        outcome = await self.services.resolver.of_use(USE)
        await asyncio.sleep(0)
        if outcome.resolution is None or outcome.use is None:
            return None
        found = outcome.resolution.resolved
        return outcome.use.version, found.slot.provider, found.slot_version, found.model.model_id


@define
class RemoteDesk:
    """Any server of several, by HTTP."""

    client: httpx.AsyncClient
    origins: Sequence[str]
    dice: random.Random = field(factory=lambda: random.Random(1))

    async def repoint(self, provider: str) -> int:
        return int((await self._ask("PUT", f"/api/admin/ai-uses/{USE}/", {"capability": CHAT, "provider": provider}))["version"])

    async def select(self, provider: str, model: str) -> None:
        await self._ask("POST", "/api/admin/ai-models/select-model/", {"provider": provider, "capability": CHAT, "model_id": model})

    async def ask(self) -> State | None:
        answer = await self._ask("GET", f"/api/resolve/{USE}")
        return answer["use_version"], answer["provider"], answer["slot_version"], answer["model_id"]

    async def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Asks again where the server had no time, as on a machine that others use: nothing was done, and nothing was answered."""
        while True:
            answer = await self.client.request(method, self.dice.choice(self.origins) + path, json=body)
            if answer.status_code != 503 or not (method == "GET" or answer.json()["type"].endswith("storage-busy")):
                answer.raise_for_status()
                return dict(answer.json())
            await asyncio.sleep(float(answer.headers["retry-after"]))


@asynccontextmanager
async def remote_desk(servers: Sequence[Server], token: str) -> AsyncIterator[RemoteDesk]:
    """These servers, started, as one desk that is asked with this token; they end with the story."""
    async with AsyncExitStack() as ending:
        for server in servers:
            server.start()
            ending.callback(server.stop)
        for server in servers:
            await asyncio.to_thread(server.await_ready)
        client = await ending.enter_async_context(httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60))
        yield RemoteDesk(client, [f"http://127.0.0.1:{server.port}" for server in servers])


@define
class Repointing:
    """`calls` has when each change was asked for and acknowledged: by its model, or by the version of the use."""

    desks: Sequence[Asked]
    changes: int
    left: int = 0
    dice: random.Random = field(factory=lambda: random.Random(20261129))
    calls: dict[str | int, tuple[float, float]] = field(factory=dict)
    answers: list[Answered] = field(factory=list)

    async def run(self) -> None:
        """Writers work until all changes are made, readers until the writers have ended."""
        self.left = self.changes
        writers = [asyncio.create_task(self._write(self.desks[number % len(self.desks)])) for number in range(WRITERS)]
        readers = [asyncio.create_task(self._read(self.desks[number % len(self.desks)])) for number in range(READERS)]
        await asyncio.gather(*writers)
        self.left = -1
        await asyncio.gather(*readers)

    async def _write(self, desk: Asked) -> None:
        while self.left > 0:
            self.left -= 1
            number, provider = self.changes - self.left, self.dice.choice(PROVIDERS)
            began = time.monotonic()
            if self.dice.random() < 0.5:
                made: str | int = await desk.repoint(provider)
            else:
                made = f"m{number}"
                await desk.select(provider, made)
            # Pointing again at the same provider changes nothing, and is answered with a version that another call made.
            other = self.calls.get(made, (began, time.monotonic()))
            self.calls[made] = (min(began, other[0]), min(time.monotonic(), other[1]))

    async def _read(self, desk: Asked) -> None:
        while self.left >= 0:
            began = time.monotonic()
            state = await desk.ask()
            self.answers.append(Answered(began, time.monotonic(), state))


async def prepare(url: str) -> None:
    """A use, and an active model at each provider."""
    store = SqlStore(url)
    await registration_in(store).register(declared(len(PROVIDERS), 0), ImportOptions(), CLI_ACTOR)
    instance = instance_over(store)
    for provider in PROVIDERS:
        await instance.select(provider, f"first-{provider}")
    await instance.repoint(PROVIDERS[0])
    await store.close()


def instance_over(store: SqlStore) -> Instance:
    return Instance(Services(store, now, NoMetadata()))


async def order_of(url: str, calls: dict[str | int, tuple[float, float]]) -> Order:
    """The changes in the order of their commits, by the audit log."""
    entries, version = await _trail(url), 1
    changes, times = list[Change](), list[tuple[float, float]]()
    for entry in entries:
        after = dict(entry.after or {})
        if entry.action is Action.USE_CHANGED and entry.subject == use_subject(USE):
            version += 1
            changes.append(Change(str(after["provider"])))
            times.append(calls[version])
        elif entry.action is Action.MODEL_SELECTED and not str(after["model_id"]).startswith("first-"):
            changes.append(Change(entry.subject.partition("/")[0], str(after["model_id"])))
            times.append(calls[str(after["model_id"])])
    return Order(PROVIDERS[0], {provider: f"first-{provider}" for provider in PROVIDERS}, changes, times)


async def _trail(url: str) -> list[AuditEntry]:
    store, found, before = SqlStore(url), list[AuditEntry](), None
    while page := await store.audit_entries(AuditQuery(older_than=before, limit=PageSize(LARGEST_PAGE))):
        found += page
        before = EntryId(page[-1].id or 0)
    await store.close()
    return found[::-1]
