"""Clients that connect and do not go on: others are served meanwhile, and what is held for such clients stays small."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.served_desk import ServedDesk, head, read_all, report, serving, status_of, until

MEBIBYTE = 2**20

GIVES_UP = 8.0
"""Seconds that an honest client waits: the server itself would get rid of the others after ten."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    """One worker: what one client can do to it, nobody else makes up for."""
    with serving(tmp_path_factory.mktemp("desk")) as served:
        yield served


def honest_waits(desk: ServedDesk, times: int = 10) -> list[float]:
    """How long a client waits for each of its answers, on a connection each."""
    waits = []
    for _ in range(times):
        began = time.perf_counter()
        assert desk.get(timeout=GIVES_UP) == 200
        waits.append(time.perf_counter() - began)
    return waits


def post(desk: ServedDesk, path: str, body: object) -> int:
    request = urllib.request.Request(f"{desk.url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=GIVES_UP) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_idle_connections_stop_nobody(desk: ServedDesk) -> None:
    """Twelve hundred from one address, which say nothing: the longest idle ones are closed, and an honest client is served."""
    with desk.connections(1_200):
        waits = honest_waits(desk)
    report("1,200 idle connections", answers=len(waits), worst_ms=round(max(waits) * 1_000))


def test_half_heads_stop_nobody(desk: ServedDesk) -> None:
    """They are not idle to the system, but no request either."""
    with desk.connections(1_200, b"GET /health/live HTTP/1.1\r\nHost: d"):
        waits = honest_waits(desk)
    report("1,200 half heads", answers=len(waits), worst_ms=round(max(waits) * 1_000))


@pytest.mark.parametrize("size", [MEBIBYTE, 16_000])
def test_half_bodies_stop_nobody_and_cost_little(desk: ServedDesk, size: int) -> None:
    """Three hundred, each but for its last bytes, at a form that a stranger may send: too large for it, and just small enough to be waited for."""
    before = desk.resident()
    form = head("POST", "/admin/sign-in", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {size}")
    with desk.connections(300, form + b"a" * (size - 10)):
        waits = honest_waits(desk)
        assert post(desk, "/api/admin/auth/login/", {"username": "sara", "password": "not her password"}) == 401
        held = desk.resident() - before
    report("300 half bodies", size=size, answers=len(waits), worst_ms=round(max(waits) * 1_000), held_mib=round(held, 1))
    assert held < 150


def test_another_protocol_is_not_spoken(desk: ServedDesk) -> None:
    """HTTP/2 has states that a client can make large; a proxy speaks it where browsers want it."""
    with desk.connect(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") as client:
        assert not read_all(client).startswith(b"\x00")


def test_large_heads_are_refused(desk: ServedDesk) -> None:
    """By the server itself, before anything of ours reads them."""
    with desk.connect(head("GET", "/health/live", *(f"X-{number}: {'a' * 4_000}" for number in range(15)))) as client:
        assert status_of(read_all(client)) == 431
    with desk.connect(head("GET", "/health/live", *(f"X-{number}: a" for number in range(200)))) as client:
        assert status_of(read_all(client)) == 431


def test_few_open_files_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system allows 400, connections leave room for the database: a known client is served as well as a stranger."""
    monkeypatch.setenv("MODELDESK_HOME", str(tmp_path / "home"))
    with serving(tmp_path, "400", "serve", program="tests.support.limited_program") as served, served.connections(600):
        assert [served.get("/health/ready", timeout=GIVES_UP) for _ in range(5)] == [200] * 5


@pytest.mark.nightly
def test_what_does_not_go_on_is_closed(desk: ServedDesk) -> None:
    """A connection that says nothing, a head and a body that trickle: after 10 seconds; the body gets an answer."""
    with desk.connect() as idle, desk.connect(b"GET / HT") as half_head:
        form = head("POST", "/admin/sign-in", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000")
        with desk.connect(form + b"username") as half_body:
            began = time.perf_counter()
            assert status_of(read_all(half_body)) == 408
            assert read_all(idle) == b""
            assert read_all(half_head) == b""
            report("silent connections", closed_after_s=round(time.perf_counter() - began, 1))


@pytest.mark.nightly
def test_an_attacker_who_comes_back_stops_nobody(desk: ServedDesk) -> None:
    """For 20 seconds, every connection that was closed is opened again at once."""
    waits, end = list[float](), time.monotonic() + 20
    with desk.connections(1_200) as held:
        while time.monotonic() < end:
            waits += honest_waits(desk, 1)
            for place, client in enumerate(held):
                client.setblocking(False)
                try:
                    is_closed = client.recv(1) == b""
                except BlockingIOError:
                    continue
                except OSError:
                    is_closed = True
                if is_closed:
                    client.close()
                    held[place] = desk.connect()
        for client in held:
            client.close()
    report("1,200 idle connections that come back", answers=len(waits), worst_ms=round(max(waits) * 1_000))
    until(desk.answers)
