"""A fault between us and PostgreSQL, Redis or a vendor: no sign-in is granted by it, nobody waits without an end, and it passes when it is over."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from attrs import Factory, define, frozen
from dependency_injector import providers as injection

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.admin import Role
from modeldesk.entrypoints.settings import Settings
from modeldesk.entrypoints.this_process import utc_now
from tests.support.app import API, PASSWORD, App, Client
from tests.support.asgi import Answer
from tests.support.fault_proxy import Fault, FaultProxy, fault_proxy, socket_of, through

LATEST = 11.0
"""Seconds after which an answer is too late: a vendor is waited for ten and a quarter, and the answer has a way to go."""

RECOVERED = 5.0
"""Seconds after the end of a fault."""

GIVEN_UP = 60
"""Seconds after which a test that hangs is given up."""

FORBIDDEN = (500, 501)
QUICKER = 10


@frozen
class Script:
    """What happens to the way to one server: faults, each with its seconds."""

    target: str
    faults: Sequence[tuple[Fault, float]]

    def __str__(self) -> str:
        return f"{self.target}: {', '.join(f'{fault.value} {seconds:g} s' for fault, seconds in self.faults)}"


def single(target: str, seconds: float) -> list[Script]:
    return [Script(target, ((fault, seconds),)) for fault in Fault if fault is not Fault.NONE]


SHORT = [Script("postgresql", ((Fault.CUT, 0.3),)), Script("redis", ((Fault.GARBAGE, 0.3),)), Script("vendor", ((Fault.RESET, 0.3),))]
FLAPPING = tuple((fault, 0.4) for _ in range(5) for fault in (Fault.RESET, Fault.NONE))
LONG = [
    *(script for target in ("postgresql", "redis", "vendor") for script in single(target, 6.0)),
    Script("postgresql", FLAPPING),
    Script("redis", FLAPPING),
    Script("postgresql", ((Fault.HALF_OPEN, 3.0), (Fault.RESET, 1.0), (Fault.GARBAGE, 1.0))),
    Script("postgresql", ((Fault.DELAY, 3.0), (Fault.CUT, 3.0))),
    Script("vendor", ((Fault.HALF_OPEN, 12.0), (Fault.GARBAGE, 1.0))),
]


class Listing(BaseHTTPRequestHandler):
    """A vendor with one list."""

    def do_GET(self) -> None:
        body = json.dumps({"data": [{"id": "one"}, {"id": "two"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class has it so
        """Says nothing."""


@contextmanager
def vendor() -> Iterator[tuple[str, int]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ("127.0.0.1", server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@define
class Attack:
    """Everybody goes on asking while the faults come and go. What is wrong is collected."""

    app: App
    sara: Client
    wrong: list[str] = Factory(list)
    statuses: Counter[int] = Factory(Counter)
    worst: float = 0.0
    _peers: Iterator[int] = Factory(count)
    _is_over: bool = False
    _asking: Sequence["asyncio.Task[None]"] = ()

    async def run(self, proxy: FaultProxy, script: Script) -> None:
        """From the first fault to the end of the last one."""
        self._asking = [asyncio.create_task(self._ask_on(call)) for call in self._calls() for _ in range(2)]
        for fault, seconds in script.faults:
            proxy.set(fault)
            await asyncio.sleep(seconds)
        proxy.set(Fault.NONE)
        self._is_over = True

    async def recovered(self) -> float:
        """Returns the seconds until the first round in which everything works."""
        over = time.monotonic()
        while not await self._works():
            await asyncio.sleep(0.05)
        recovered = time.monotonic() - over
        await asyncio.gather(*self._asking)
        return recovered

    def _calls(self) -> Sequence[Callable[[], Coroutine[Any, Any, Answer]]]:
        return (self.select, self.sign_in, self.sign_in_wrongly, self.overview, self.browse, self.ready)

    async def select(self) -> Answer:
        return await self.sara.asking(
            "POST", f"{API}/ai-models/select-model/", {"provider": "live", "capability": "chat", "model_id": f"m{next(self._peers) % 5}"}
        )

    async def sign_in(self) -> Answer:
        return await self._login("omid", PASSWORD)

    async def sign_in_wrongly(self) -> Answer:
        answer = await self._login("nima", "not the password of nima")
        if answer.status == 200:
            self.wrong.append("a wrong password was accepted")
        return answer

    async def overview(self) -> Answer:
        return await self.sara.asking("GET", f"{API}/ai/dashboard/overview/")

    async def browse(self) -> Answer:
        return await self.sara.asking("GET", f"{API}/ai-models/browse-models/?provider=live&capability=chat&refresh=true")

    async def ready(self) -> Answer:
        return await self.sara.asking("GET", "/health/ready")

    async def _login(self, name: str, password: str) -> Answer:
        # Each from an address of its own, so that the limit on attempts refuses nobody.
        peer = f"10.0.{next(self._peers) % 250}.{next(self._peers) % 250}"
        return await self.app.client().asking("POST", f"{API}/auth/login/", {"username": name, "password": password}, peer=peer)

    async def _works(self) -> bool:
        for call in (self.ready, self.select, self.sign_in, self.overview):
            if (await call()).status != 200:
                return False
        browsed = await self.browse()
        return browsed.status == 200 and browsed.json["source"] == "live"

    async def _ask_on(self, call: Callable[[], Coroutine[Any, Any, Answer]]) -> None:
        while not self._is_over:
            began = time.monotonic()
            try:
                async with asyncio.timeout(LATEST):
                    answer = await call()
            except TimeoutError:
                self.wrong.append(f"{call.__name__}: no answer within {LATEST} s")
                continue
            self.worst = max(self.worst, time.monotonic() - began)
            self.statuses[answer.status] += 1
            if answer.status in FORBIDDEN:
                self.wrong.append(f"{call.__name__}: {answer.status}")
            if answer.status == 503 and answer.one("retry-after") is None:
                self.wrong.append(f"{call.__name__}: 503 without Retry-After")
            await asyncio.sleep(0.05)


def attacked(script: Script, database: str, redis_url: str, quicker: int) -> tuple[Attack, float]:
    with vendor() as address, _proxy(script, database, redis_url, address) as proxy:
        is_to = {name: name == script.target for name in ("postgresql", "redis", "vendor")}
        host = f"127.0.0.1:{proxy.port if is_to['vendor'] else address[1]}"
        settings = Settings(redis_url=f"redis://127.0.0.1:{proxy.port}" if is_to["redis"] else redis_url, allowed_hosts_outbound=host)
        app = App(SqlStore(through(proxy, database) if is_to["postgresql"] else database), settings)
        app.container.vendors.reset_override()
        app.container.clock.override(injection.Object(utc_now))
        with app:
            app.fill()
            # Not sara: an admin has five sessions at most, and hers goes on.
            app.run(app.container.admins().create("omid", PASSWORD, Role.NORMAL))
            chat = {"chat": {"supported": True, "has_dynamic_models": True}}
            app.put({"slug": "live", "name": "Live", "display_name": "Live", "api_base_url": f"http://{host}/v1", "capabilities": chat})
            attack = Attack(app, app.signed_in())

            async def story() -> float:
                async with asyncio.timeout(GIVEN_UP):
                    assert await attack._works()
                    # What works again has the time that ships: a busy machine takes some of it.
                    with app.container.deadline.override(injection.Object(lambda seconds: deadline(seconds / quicker))):
                        await attack.run(proxy, script)
                    return await attack.recovered()

            return attack, app.run(story())


def _proxy(script: Script, database: str, redis_url: str, address: tuple[str, int]) -> Any:
    match script.target:
        case "postgresql":
            return fault_proxy(socket_of(database))
        case "redis":
            if not redis_url.startswith("unix://"):
                pytest.skip("the proxy dials the server's socket")
            return fault_proxy(Path(redis_url.removeprefix("unix://")))
        case _:
            return fault_proxy(address)


@pytest.mark.parametrize("script", SHORT, ids=str)
def test_a_fault_passes(script: Script, postgres_desk_url: str, redis_url: str) -> None:
    """With deadlines of a tenth while it lasts."""
    attack, _ = attacked(script, postgres_desk_url, redis_url, QUICKER)
    assert attack.wrong == []
    assert attack.statuses.total() > 0


@pytest.mark.nightly
@pytest.mark.parametrize("script", LONG, ids=str)
def test_twenty_scripts(script: Script, postgres_desk_url: str, redis_url: str) -> None:
    """With the deadlines that ship, and the figures."""
    attack, recovered = attacked(script, postgres_desk_url, redis_url, 1)
    figures = {"name": f"fault proxy, {script}", "answers": attack.statuses.total(), "statuses": dict(sorted(attack.statuses.items()))}
    print(json.dumps({**figures, "violations": len(attack.wrong), "worst_s": round(attack.worst, 2), "recovered_s": round(recovered, 2)}))
    assert attack.wrong == []
    assert recovered <= RECOVERED
