"""A worker process: what it finishes before it ends, and what it says when it cannot start."""

import json
from pathlib import Path

from modeldesk.entrypoints.server.worker import YOUNG_OBJECTS
from tests.support.ports import is_port_free
from tests.support.served_desk import head, read_all, serving, status_of, until

PROGRAM = "tests.support.slow_app_program"


def test_a_request_that_is_being_answered_is_finished(tmp_path: Path) -> None:
    """Longer than clients have that are in no request; the port is free meanwhile, for the next server."""
    with serving(tmp_path, program=PROGRAM) as desk, desk.connect(head("GET", "/sleep/0.7")) as client:
        until(lambda: desk.get("/asleep") == 200)
        desk.process.terminate()
        assert status_of(read_all(client)) == 200
        assert desk.process.wait(timeout=30) == 0


def test_a_request_that_takes_too_long_does_not_hold_the_end(tmp_path: Path) -> None:
    """The worker ends without it, before its parent would kill it."""
    with serving(tmp_path, program=PROGRAM) as desk, desk.connect(head("GET", "/sleep/600.0")) as client:
        until(lambda: desk.get("/asleep") == 200)
        desk.process.terminate()
        assert read_all(client) == b""
        assert desk.process.wait(timeout=30) == 0
        assert is_port_free(desk.port)
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert "this worker ends without them" in log
        assert "it is killed" not in log


def test_the_collector_seldom_pauses_requests(tmp_path: Path) -> None:
    """It does not inspect what the start has created, nor what a few dozen simultaneous requests hold."""
    with serving(tmp_path, program=PROGRAM) as desk, desk.connect(head("GET", "/collector", "Connection: close")) as client:
        frozen, new = json.loads(read_all(client).partition(b"\r\n\r\n")[2])
    assert frozen > 10_000
    assert new == YOUNG_OBJECTS


def test_event_streams_end_with_the_server(tmp_path: Path) -> None:
    """As streams end, with their last chunk, so that clients come back at once; nothing has to be cut off."""
    with serving(tmp_path, program=PROGRAM) as desk, desk.connect(head("GET", "/events")) as client:
        assert status_of(client.recv(10_000)) == 200
        desk.process.terminate()
        assert read_all(client).endswith(b"0\r\n\r\n")
        assert desk.process.wait(timeout=30) == 0
        assert "ends without them" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_an_application_that_does_not_start_says_why(tmp_path: Path) -> None:
    """In the words of its error, without a traceback; nothing is announced."""
    with serving(tmp_path, "--broken", program=PROGRAM, wait=False) as desk:
        assert desk.process.wait(timeout=60) == 1
        assert desk.process.stdout is not None
        assert desk.process.stdout.read() == ""
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert "cannot start: cannot listen on port 1 at h: the reason" in log
        assert "Traceback" not in log
