"""Real servers under fire: clients that record what they saw, and kills of workers and whole servers."""

import http.client
import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from attrs import define, evolve, field

from tests.support.fire_server import Server
from tests.support.recorded_history import DESELECT, READ, ROLL_BACK, SELECT, Recorded

API = "/api/admin"
PROVIDERS = [f"vendor-{number}" for number in range(4)]
ANSWERED_WITHIN = 15.0
"""Seconds."""

LASTING = 5.0
"""Seconds in which a client may come upon the end of a server: it has several connections to try."""

LEAVES = 0.01
"""The share of calls whose client leaves before the answer."""


def declaration(revision: int, count: int = len(PROVIDERS)) -> dict[str, Any]:
    chat = {"chat": {"supported": True, "models": ["usual"]}}
    entries = [
        {"slug": slug, "name": slug, "display_name": f"{slug} r{revision}", "is_active": True, "capabilities": chat} for slug in PROVIDERS
    ]
    return {"version": "1.0.0", "providers": entries[:count]}


@define(eq=False)
class Client:
    """One client in a thread of its own. `versions` is what it has seen of each slot last."""

    number: int
    servers: Sequence[Server]
    token: str
    take: Callable[[], bool]
    recorded: list[Recorded] = field(factory=list)
    statuses: Counter[str] = field(factory=Counter)
    outages: list[tuple[float, float]] = field(factory=list)
    """When each began and ended."""

    _versions: dict[str, int] = field(factory=dict)
    _active: dict[str, str] = field(factory=dict)
    """The model of that version."""

    _failing_since: float | None = None
    _made: int = 0
    _dice: random.Random = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._dice = random.Random(self.number)

    def run(self) -> None:
        calls = (
            self.select,
            self.select,
            self.select_again,
            self.deselect,
            self.roll_back,
            self.read,
            self.read,
            self.browse,
            self.overview,
        )
        while self.take():
            slug = self._dice.choice(PROVIDERS)
            self._dice.choice(calls)(slug) if self._dice.random() > 0.02 else self.administer(slug)

    def select(self, slug: str) -> None:
        self._made += 1
        model = f"c{self.number}-{self._made}"
        expected = self._versions.get(slug) if self._dice.random() < 0.5 else None
        headers = {"If-Match": f'"{expected}"'} if expected is not None else {}
        began = time.monotonic()
        status, body = self._ask(
            "POST", f"{API}/ai-models/select-model/", {"provider": slug, "capability": "chat", "model_id": model}, headers
        )
        call = Recorded(SELECT, slug, began, time.monotonic(), model=model, expected=expected)
        if status == 200:
            self._versions[slug], self._active[slug] = body["slot_version"], model
            previous = body["previous"]["model_id"] if body["previous"] else None
            self._record(call, version=body["slot_version"], previous=previous)
        elif status == 412:
            self._versions.pop(slug, None)
            self._record(call, refused=True, current=told_version(body))
        elif status in (None, 503):
            self._record(call, is_known=False)

    def select_again(self, slug: str) -> None:
        """What this client saw last, in the version that it saw: it changes nothing, and its answer is as good as a read."""
        version, model = self._versions.get(slug), self._active.get(slug)
        if version is None or model is None:
            return self.read(slug)
        began, asked = time.monotonic(), {"provider": slug, "capability": "chat", "model_id": model}
        status, body = self._ask("POST", f"{API}/ai-models/select-model/", asked, {"If-Match": f'"{version}"'})
        if status == 200:
            self.recorded.append(Recorded(READ, slug, began, time.monotonic(), model=body["model_id"], version=body["slot_version"]))
        elif status == 412:
            self._versions.pop(slug, None)
            call = Recorded(READ, slug, began, time.monotonic(), expected=version, refused=True, current=told_version(body))
            self.recorded.append(call)
        return None

    def deselect(self, slug: str) -> None:
        began = time.monotonic()
        status, body = self._ask("POST", f"{API}/ai-models/deselect-model/", {"provider": slug, "capability": "chat"})
        if status == 200:
            previous = body["previous"]["model_id"] if body["previous"] else None
            self.recorded.append(Recorded(DESELECT, slug, began, time.monotonic(), previous=previous))

    def roll_back(self, slug: str) -> None:
        began = time.monotonic()
        status, body = self._ask("POST", f"{API}/ai-models/rollback/", {"provider": slug, "capability": "chat"})
        if status == 200:
            current, previous = (body[name]["model_id"] if body[name] else None for name in ("active", "previous"))
            self.recorded.append(
                Recorded(ROLL_BACK, slug, began, time.monotonic(), model=current, previous=previous, version=body["slot_version"])
            )

    def read(self, slug: str) -> None:
        began = time.monotonic()
        status, body = self._ask("GET", f"{API}/ai-models/?provider={slug}&capability=chat&is_active=true")
        if status == 200:
            models = body["models"]
            assert len(models) <= 1, models
            model, version = (models[0]["model_id"], models[0]["slot_version"]) if models else (None, None)
            self.recorded.append(Recorded(READ, slug, began, time.monotonic(), model=model, version=version))
            if version is not None:
                self._versions[slug], self._active[slug] = version, model

    def overview(self, _: str) -> None:
        began = time.monotonic()
        status, body = self._ask("GET", f"{API}/ai/dashboard/overview/")
        if status == 200:
            ended = time.monotonic()
            for entry in body["providers"]:
                active = entry["capabilities"]["chat"]["active_model"]
                self.recorded.append(Recorded(READ, entry["slug"], began, ended, model=active["model_id"] if active else None))

    def browse(self, slug: str) -> None:
        self._ask("GET", f"{API}/ai-models/browse-models/?provider={slug}&capability=chat")

    def administer(self, slug: str) -> None:
        """Imports with force and prune, disables and enables."""
        match self._dice.randrange(4):
            case 0:
                self._ask("POST", f"{API}/ai-providers/import/?force=true", declaration(self._made))
            case 1:
                self._ask("POST", f"{API}/ai-providers/import/?force=true&prune=true", declaration(self._made, len(PROVIDERS) - 1))
            case 2:
                self._ask("PATCH", f"{API}/ai-providers/{slug}/", {"is_active": False})
            case _:
                self._ask("PATCH", f"{API}/ai-providers/{slug}/", {"is_active": True})
        self._ask("PATCH", f"{API}/ai-providers/{self._dice.choice(PROVIDERS)}/", {"is_active": True})

    def _record(self, call: Recorded, **known: Any) -> None:
        self.recorded.append(evolve(call, ended=time.monotonic(), **known))

    def _ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int | None, Any]:
        """The answer, or None for both where none came, or nobody waited for it."""
        server, leaves = self._dice.choice(self.servers), self._dice.random() < LEAVES
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=ANSWERED_WITHIN)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, given)
            if leaves:
                return None, None
            with connection.getresponse() as answer:
                text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.statuses["too late" if isinstance(error, TimeoutError) else "no answer"] += 1
            self._failed()
            return None, None
        finally:
            connection.close()
        self.statuses[str(answer.status)] += 1
        if answer.status == 503:
            self._failed()
        else:
            self._served()
        return answer.status, json.loads(text) if text else None

    def _failed(self) -> None:
        self._failing_since = self._failing_since or time.monotonic()
        time.sleep(0.05)

    def _served(self) -> None:
        if self._failing_since is not None:
            self.outages.append((self._failing_since, time.monotonic()))
            self._failing_since = None


def told_version(refusal: Any) -> int | None:
    """The current version in the words of a refusal."""
    found = re.search(r"version (\d+)", refusal["detail"])
    return int(found[1]) if found else None


@define(eq=False)
class Fire:
    """Kills a worker, and every third time a whole server, which is started again."""

    servers: Sequence[Server]
    every: float
    is_over: threading.Event = field(factory=threading.Event)
    kills: list[tuple[str, float]] = field(factory=list)
    """Of a worker or a server, and when."""

    def run(self) -> None:
        dice = random.Random(1)
        while not self.is_over.wait(self.every):
            server = dice.choice(self.servers)
            moment = time.monotonic()
            if len(self.kills) % 3 == 2:
                self.kills.append(("server", moment))
                server.kill()
                server.start()
            elif server.kill_worker(dice):
                self.kills.append(("worker", moment))
            for one in self.servers:
                one.revive()

    def worst_outage(self, outages: Sequence[tuple[float, float]], kind: str) -> float:
        """The longest of this kind in seconds. An outage is a server's where one was killed shortly before it or during it, else a worker's."""
        return max((ended - began for began, ended in outages if self._cause(began, ended) == kind), default=0.0)

    def _cause(self, began: float, ended: float) -> str:
        causes = {kind for kind, at in self.kills if began - LASTING <= at <= ended}
        return "server" if "server" in causes else "worker"
