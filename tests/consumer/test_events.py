"""Event streams of a real server: a change reaches who listens, by token and by ticket."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.support.live_server import PASSWORD, LiveServer, LocalVendor, declared, live_server

ACME = {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": ["large", "small"]}}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A desk at work; the last test here ends it."""
    vendor = LocalVendor()
    vendor.start()
    with live_server(tmp_path_factory.mktemp("desk"), declared(ACME), vendor) as server:
        server.admit("sara")
        yield server
    vendor.stop()


@pytest.fixture
def server(desk: LiveServer) -> LiveServer:
    """With a use of the larger model."""
    desk.run("models", "select", "acme", "chat", "large")
    desk.run("uses", "set", "support-chat", "acme/chat")
    return desk


@pytest.fixture
def sara(server: LiveServer) -> Iterator[httpx.Client]:
    """A super admin who is signed in."""
    with httpx.Client(base_url=server.origin, timeout=60) as client:
        client.post("/api/admin/auth/login/", json={"username": "sara", "password": PASSWORD}).raise_for_status()
        yield client


@pytest.fixture
def product(server: LiveServer, sara: httpx.Client) -> Iterator[httpx.Client]:
    """A program with a token of scope `resolve`."""
    token = sara.post("/api/admin/tokens/", json={"name": "shop", "scopes": ["resolve"]}).json()["token"]
    with httpx.Client(base_url=server.origin, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client
    if server.process.poll() is None:
        sara.delete("/api/admin/tokens/shop/")


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The id and the data of each event."""
    name = ""
    for line in lines:
        if line.startswith("id: "):
            name = line.removeprefix("id: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def select(server: LiveServer, model: str) -> None:
    server.run("models", "select", "acme", "chat", model)


def test_a_change_reaches_who_listens(server: LiveServer, product: httpx.Client) -> None:
    """One event at the start, one for each change; a change that no product sees is none."""
    with product.stream("GET", "/api/events") as stream:
        assert (stream.status_code, stream.headers["content-type"], stream.headers["cache-control"]) == (
            200,
            "text/event-stream",
            "no-store",
        )
        told = events(stream.iter_lines())
        first, data = next(told)
        assert data == {"type": "refetchEvaluation", "etag": f'"{first}"', "lastModified": data["lastModified"]}
        server.run("admin", "create", "omid", "--role", "normal", "--password-stdin", typed=PASSWORD)
        select(server, "small")
        second, _ = next(told)
        server.run("uses", "delete", "support-chat")
        third, _ = next(told)
    assert len({first, second, third}) == 3


def test_who_comes_back_resumes(server: LiveServer, product: httpx.Client) -> None:
    """By the last id: nothing where nothing changed meanwhile, one event where something did."""
    with product.stream("GET", "/api/events") as stream:
        last, _ = next(events(stream.iter_lines()))
    with product.stream("GET", "/api/events", headers={"Last-Event-ID": last}) as stream:
        lines = stream.iter_lines()
        assert [next(lines) for _ in range(3)] == ["retry: 1000", ": welcome", ""]
        select(server, "small")
        changed, _ = next(events(lines))
    select(server, "large")
    with product.stream("GET", "/api/events", headers={"Last-Event-ID": changed}) as stream:
        assert next(events(stream.iter_lines()))[0] not in {last, changed}


def test_a_ticket_opens_streams_and_nothing_else(server: LiveServer, sara: httpx.Client, product: httpx.Client) -> None:
    """Several, without a header; it opens no other address, and dies with its token."""
    (address,) = product.post("/ofrep/v1/evaluate/flags", json={}).json()["eventStreams"]
    assert address["type"] == "sse"
    uri = address["endpoint"]["requestUri"]
    with httpx.Client(base_url=server.origin, timeout=60) as browser:
        with browser.stream("GET", uri) as one, browser.stream("GET", uri) as another:
            assert next(events(one.iter_lines()))[0] == next(events(another.iter_lines()))[0]
        query = uri.partition("?")[2]
        assert browser.get(f"/api/resolve/support-chat?{query}").status_code == 401
        assert browser.get(f"/v1/models?{query}").status_code == 401
        sara.delete("/api/admin/tokens/shop/")
        assert browser.get(uri).status_code == 401
        assert browser.get("/api/events?ticket=x").status_code == 401


def test_a_server_with_open_streams_ends(server: LiveServer, product: httpx.Client) -> None:
    """The readers see the end, and nobody has to be cut off."""
    with product.stream("GET", "/api/events") as stream:
        lines = stream.iter_lines()
        next(events(lines))
        server.process.terminate()
        with suppress(httpx.HTTPError):
            list(lines)
        assert server.process.wait(timeout=30) in {0, -15, 143}
