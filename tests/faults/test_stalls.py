"""The stall test: while one client sends the worst that a route may be sent, another one's light request waits no longer than usual."""

import asyncio
import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field, frozen
from litestar._openapi.plugin import OpenAPIPlugin

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.admin import Role
from modeldesk.entrypoints.panel import csrf
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PASSWORD, Answer, App, Client
from tests.support.live_server import LiveServer, LocalVendor, live_server
from tests.support.worst_requests import WRITES, Served, WorstRequest, is_open_to, served_routes, with_field, worst_requests

GOAL_MS = 150
LEFT_OUT = ("POST /api/admin/auth/logout", "POST /admin/sign-out", "DELETE /api/admin/sessions")
"""Those that end the session which the others need."""

STREAM = "/api/events"
WHO = {"stranger": None, "normal admin": Role.NORMAL, "super admin": Role.SUPER}

LARGEST_REFUSAL = 100 * 1024
MODELS = [f"model-{number}-{'xyz0' * 10}" for number in range(20_000)]
ACME = {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": MODELS}}}
OTHERS = [
    {"slug": f"p-{number}", "name": f"Provider {number}", "capabilities": {"chat": {"supported": True, "models": ["a"]}}}
    for number in range(300)
]

USES = [{"name": "support", "capability": "chat", "provider": "acme"}]
DECLARATION = {"version": "1.0.0", "providers": [ACME, *OTHERS], "uses": USES}


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """Filled, in memory."""
    with App(InMemoryStore(), Settings()) as app:
        yield app.fill()


def test_every_route_has_its_worst_and_stands_in_a_table(app: App) -> None:
    """A new route is among them without a line here: with heads and queries, and with bodies where it takes one."""
    routes = served_routes(app.litestar)
    assert {"POST /admin/sign-in", "POST /api/admin/auth/login", "GET /health/live", "GET /schema", "POST /api/admin/webhooks"} <= {
        route.name for route in routes
    }
    tables = [routes_of(app, who) for who in WHO]
    assert {route.name for table in tables for route in table} == {route.name for route in routes} - set(LEFT_OUT)
    for route in sorted(routes, key=lambda route: (route.is_panel, route.largest)):  # bodies of the same size are created once
        kinds = set[str]()
        for request in worst_requests(route):
            kinds.add(request.kind.partition(":")[0])
            assert len(request.body) <= route.largest
        assert kinds >= {"head", "query"} | ({"body"} if route.method in WRITES else set()), route.name


def routes_of(app: App, who: str) -> list[Served]:
    """What this caller is let into. A super admin has only those that nobody else is let into; a stranger has every one but theirs."""
    routes, role = served_routes(app.litestar), WHO[who]
    if role is Role.SUPER:
        return [route for route in routes if not is_open_to(route, Role.NORMAL)]
    return [route for route in routes if is_open_to(route, Role.NORMAL) and route.name not in LEFT_OUT]


def test_a_refusal_sends_no_more_back_than_it_needs(app: App) -> None:
    """The worst of each kind at one route that reads it: nothing fails inside, and the answers of strangers stay small."""
    for name in ("POST /api/admin/auth/login", "POST /admin/sign-in", "GET /admin/sign-in", "GET /admin/setup"):
        route = next(route for route in served_routes(app.litestar) if route.name == name)
        for request in worst_requests(route):
            if request.kind in ("body: kept", "body: few fields"):  # a form of an ended session is offered again whole
                continue
            answer = sent(app.client(), request)
            assert answer < LARGEST_REFUSAL, (request.kind, answer)


def test_nobody_waits_while_the_document_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes as long as hundreds of light requests: a thread does it, once for all who request the document."""
    answered, describe, descriptions = threading.Event(), OpenAPIPlugin.provide_openapi, []

    def describing(plugin: OpenAPIPlugin) -> object:
        descriptions.append(plugin)
        assert answered.wait(60)
        return describe(plugin)

    monkeypatch.setattr(OpenAPIPlugin, "provide_openapi", describing)

    async def requests(client: Client) -> list[Answer]:
        documents = [asyncio.create_task(client.asking("GET", "/schema/openapi.json")) for _ in range(2)]
        while not descriptions:
            await asyncio.sleep(0.001)
        assert (await client.asking("GET", "/health/live")).status == 200
        answered.set()
        return await asyncio.gather(*documents)

    with App() as app:
        first, second = app.run(requests(app.client()))
    assert first.status == second.status == 200
    assert first.json["paths"] == second.json["paths"]
    assert len(descriptions) == 1


def sent(client: Client, request: WorstRequest) -> int:
    """The size of the answer, which is none of a failure."""
    answer = client.ask(request.route.method, request.target, request.body or None, request.headers)
    assert answer.status < 500, (request.kind, answer.status)
    return len(answer.body)


@define
class Light:
    """Asks for a light page again and again, and keeps how long each took."""

    port: int
    waits: list[tuple[float, float]] = field(factory=list)
    _is_over: threading.Event = field(factory=threading.Event)
    _thread: threading.Thread | None = None

    def ask(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while not self._is_over.wait(0.002):
            started = time.perf_counter()
            connection.request("GET", "/health/live")
            connection.getresponse().read()
            self.waits.append((started, time.perf_counter()))
        connection.close()

    def __enter__(self) -> "Light":
        self._thread = threading.Thread(target=self.ask)
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def longest_ms(self, since: float, until: float) -> float:
        """The longest wait that touches this time."""
        touching = [after - before for before, after in self.waits if after >= since and before <= until]
        return 1_000 * max(touching, default=0.0)


@frozen
class Session:
    cookie: str
    csrf_token: str = field(repr=False)


@define
class Heavy:
    """Sends what is worst, each on a connection of its own, as nobody or as an admin, with the token of their session in each form."""

    port: int
    session: Session | None

    def send(self, request: WorstRequest) -> tuple[int, int]:
        """The status and the size of the answer; 0 where the server hung up."""
        if self.session is not None and request.route.is_panel:
            request = with_field(request, csrf.FIELD, csrf.mask(self.session.csrf_token))
        headers = {"Cookie": self.session.cookie} if self.session is not None else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(request.route.method, request.target, skip_accept_encoding=True)
            for name, value in {**headers, **request.headers}.items():
                connection.putheader(name, value)
            if request.body:
                connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body or None)
            with connection.getresponse() as answer:
                return answer.status, len(answer.read(1) if request.route.path == STREAM else answer.read())
        except (OSError, http.client.HTTPException):
            return 0, 0
        finally:
            connection.close()


def session_of(server: LiveServer, name: str) -> Session:
    """A new session."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.origin.rpartition(":")[2]), timeout=60)
    body = json.dumps({"username": name, "password": PASSWORD})
    connection.request("POST", "/api/admin/auth/login/", body, {"Content-Type": "application/json"})
    with connection.getresponse() as answer:
        assert answer.status == 200
        cookie = (answer.headers["Set-Cookie"] or "").partition(";")[0]
    connection.request("GET", "/api/admin/auth/me/", headers={"Cookie": cookie})
    with connection.getresponse() as answer:
        session = Session(cookie, json.loads(answer.read())["csrf_token"])
    connection.close()
    return session


@pytest.mark.nightly
@pytest.mark.parametrize("who", WHO)
def test_a_light_request_waits_for_nobody(app: App, tmp_path: Path, who: str) -> None:
    """Prints the longest waits of the light request, and what made it wait. MODELDESK_TEST_ROUTES names a part of the routes."""
    vendor = LocalVendor()
    vendor.start()
    table = list[tuple[float, float, int, int, str, str]]()
    with live_server(tmp_path, json.dumps(DECLARATION), vendor) as server:
        for name, role in (("nima", "normal"), ("sara", "super")):
            server.admit(name, role)
        server.run("models", "select", "acme", "chat", MODELS[1])
        port, session = int(server.origin.rpartition(":")[2]), {"normal admin": "nima", "super admin": "sara"}.get(who)
        heavy = Heavy(port, session_of(server, session) if session else None)
        with Light(port) as light:
            time.sleep(0.5)
            for route in routes_of(app, who):
                if os.environ.get("MODELDESK_TEST_ROUTES", "") not in route.name:
                    continue
                for request in worst_requests(route):
                    started = time.perf_counter()
                    status, size = heavy.send(request)
                    ended = time.perf_counter()
                    time.sleep(0.01)
                    table.append((light.longest_ms(started, ended), 1_000 * (ended - started), status, size, route.name, request.kind))
                    assert status < 500 or status == 503, (route.name, request.kind, status)
    vendor.stop()
    show(who, table)


def show(who: str, table: list[tuple[float, float, int, int, str, str]]) -> None:
    table.sort(reverse=True)
    over = sum(row[0] > GOAL_MS for row in table)
    print(f"\n{who}: {len(table)} requests; a light one waited longer than {GOAL_MS} ms beside {over} of them")
    print(f"{'wait ms':>9} {'took ms':>9} {'status':>6} {'bytes':>9}  route and what was sent")
    for wait, took, status, size, name, kind in table[:25]:
        print(f"{wait:9.1f} {took:9.1f} {status:6} {size:9}  {name}  {kind}")
