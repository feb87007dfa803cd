"""A server that is told to end does so, whatever it is doing and whoever holds on to it."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from tests.support.ports import is_port_free
from tests.support.served_desk import FRESH, ServedDesk, head, read_all, report, serving, status_of, until

LONGEST_END = 30.0
"""Seconds: 10 are promised, and this machine may be busy; one that waits for its clients does not end at all."""

HALF_FORM = head("POST", "/admin/sign-in", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 1000") + b"username"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_half_a_request_holds_nobody_up(tmp_path: Path, number: signal.Signals) -> None:
    """A head or a body that never comes, and a connection without a request; Ctrl-C as well as a service manager."""
    with (
        serving(tmp_path, "--workers", "2") as desk,
        desk.connections(4, HALF_FORM),
        desk.connections(4, b"GET / HT"),
        desk.connections(4, head("GET", "/health/live")),
        desk.connections(4),
    ):
        began = time.perf_counter()
        os.killpg(desk.process.pid, number) if number == signal.SIGINT else desk.process.send_signal(number)
        assert desk.process.wait(timeout=LONGEST_END) == 0
        report("end with half requests", signal=number.name, seconds=round(time.perf_counter() - began, 1))
        assert is_port_free(desk.port)


def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    """Whatever is under way is lost; the exit code says so."""
    with serving(tmp_path) as desk, desk.connections(4, HALF_FORM):
        desk.process.terminate()
        until(lambda: is_port_free(desk.port))  # two signals that wait to be heard are one
        desk.process.terminate()
        assert desk.process.wait(timeout=LONGEST_END) == 1
        assert is_port_free(desk.port)


def test_what_is_under_way_is_finished(tmp_path: Path) -> None:
    """Sign-ins whose bodies are half here when the signal comes, and complete a moment later, get their answers, and each its line in the log."""
    with serving(tmp_path) as desk:
        body = b'{"username":"sara","password":"not her password"}'
        sign_in = head("POST", "/api/admin/auth/login/", "Content-Type: application/json", f"Content-Length: {len(body)}")
        with desk.connections(3, sign_in + body[:20]) as clients:
            assert desk.get() == 200  # by now the worker has read what came before
            desk.process.terminate()
            until(lambda: is_port_free(desk.port))
            for client in clients:
                client.sendall(body[20:])
            assert [status_of(read_all(client)) for client in clients] == [401] * 3
        assert desk.process.wait(timeout=LONGEST_END) == 0
    assert (tmp_path / "log").read_text(encoding="utf-8").count('"path": "/api/admin/auth/login", "status": 401') == 3


def at_moments(folder: Path, moments: Sequence[float], number: signal.Signals) -> None:
    """Starts a server for each moment, and sends it the signal so many seconds later."""
    for moment in moments:
        place = folder / f"{number.name}-{moment}"
        place.mkdir()
        with serving(place, "--workers", "2", program=FRESH, wait=False) as desk:
            time.sleep(moment)
            desk.process.send_signal(number)
            desk.process.wait(timeout=LONGEST_END)
            until(lambda port=desk.port: is_port_free(port), LONGEST_END)  # type: ignore[misc]


STAGES: dict[str, Callable[[Path, ServedDesk], bool]] = {
    "home": lambda place, _: (place / ".modeldesk").exists(),
    "first worker": lambda _, desk: len(desk.workers()) > 0,
    "both workers": lambda _, desk: len(desk.workers()) > 1,
}
"""What is there first, second and third."""


def at_stages(folder: Path, stages: Iterable[str], number: signal.Signals) -> None:
    """Starts a server for each stage, and sends the signal when it reaches the stage."""
    for stage in stages:
        place = folder / f"{number.name} {stage}"
        place.mkdir()
        with serving(place, "--workers", "2", wait=False) as desk:
            while not STAGES[stage](place, desk):
                assert desk.process.poll() is None
                time.sleep(0.002)
            desk.process.send_signal(number)
            desk.process.wait(timeout=LONGEST_END)
            until(lambda port=desk.port: is_port_free(port), LONGEST_END)  # type: ignore[misc]


def test_a_signal_during_the_start_is_heard(tmp_path: Path) -> None:
    """While it imports, before the workers are there, when they start, and when they are about to serve."""
    at_moments(tmp_path, [0.3], signal.SIGTERM)
    at_stages(tmp_path, STAGES, signal.SIGTERM)
    at_stages(tmp_path, ["home", "both workers"], signal.SIGINT)


def test_a_signal_has_a_handler_before_anything_is_made(tmp_path: Path) -> None:
    """The first process of a container gets no signal for which it has none: it would start, and be killed later."""
    with serving(tmp_path, wait=False) as desk:
        while not (tmp_path / ".modeldesk").exists():
            assert desk.process.poll() is None
        status = Path(f"/proc/{desk.process.pid}/status").read_text(encoding="utf-8")
        caught = int(status.partition("SigCgt:")[2].split()[0], 16)
        assert caught & (1 << (signal.SIGTERM - 1))
        assert caught & (1 << (signal.SIGINT - 1))


def test_a_first_process_that_is_killed_during_the_start_leaves_nobody(tmp_path: Path) -> None:
    """Its workers end with it, however young they are, and the port is free for the next start."""
    at_stages(tmp_path, ["first worker", "both workers"], signal.SIGKILL)


@pytest.mark.nightly
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_at_any_moment_of_the_start(tmp_path: Path, number: signal.Signals) -> None:
    """Every fifth of a second."""
    at_moments(tmp_path, [fifth / 5 for fifth in range(1, 20)], number)
