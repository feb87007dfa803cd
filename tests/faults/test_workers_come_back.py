"""Workers that are killed or frozen: the server goes on, and brings them back."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.served_desk import report, serving, until


def test_a_worker_and_its_replacement_may_be_killed(tmp_path: Path) -> None:
    """Each time another takes its place; the server does not take that for a loop, and the other worker serves on."""
    with serving(tmp_path, "--workers", "2") as desk:
        until(lambda: len(desk.workers()) == 2)
        other, victim = desk.workers()
        for _ in range(3):
            os.kill(victim, signal.SIGKILL)
            until(lambda killed=victim: len(desk.workers()) == 2 and killed not in desk.workers())  # type: ignore[misc]
            assert desk.get() == 200
            assert other in desk.workers()
            victim = max(set(desk.workers()) - {other})
        assert desk.process.poll() is None
        assert desk.end() == 0


def test_the_only_worker_may_be_killed(tmp_path: Path) -> None:
    """A client that comes meanwhile waits in the queue of the socket, and is answered by the next worker."""
    with serving(tmp_path) as desk:
        (victim,) = desk.workers()
        os.kill(victim, signal.SIGKILL)
        began = time.perf_counter()
        assert desk.get(timeout=60) == 200
        report("the only worker killed", answered_after_ms=round((time.perf_counter() - began) * 1_000))
        assert desk.end() == 0


@pytest.mark.nightly
def test_a_frozen_worker_is_replaced(tmp_path: Path) -> None:
    """It reports nothing for 10 seconds; the short form of this, with less, is in `tests/server/test_supervisor.py`."""
    with serving(tmp_path) as desk:
        (victim,) = desk.workers()
        os.kill(victim, signal.SIGSTOP)
        time.sleep(0.2)  # what it had accepted before would end with it
        began = time.perf_counter()
        assert desk.get(timeout=60) == 200
        report("the only worker frozen", answered_after_ms=round((time.perf_counter() - began) * 1_000))
        assert victim not in desk.workers()


def threads(process: int) -> int:
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def test_the_first_process_has_one_thread(tmp_path: Path) -> None:
    """It forks for as long as it runs, and a fork copies locks that another thread holds."""
    with serving(tmp_path) as desk:
        assert threads(desk.process.pid) == 1


def test_so_it_has_on_postgresql(tmp_path: Path, postgres_desk_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose driver resolves names in threads; and its worker is replaced there, too."""
    monkeypatch.setenv("MODELDESK_DATABASE_URL", postgres_desk_url)
    with serving(tmp_path) as desk:
        assert threads(desk.process.pid) == 1
        (victim,) = desk.workers()
        os.kill(victim, signal.SIGKILL)
        assert desk.get("/health/ready", timeout=60) == 200
        assert desk.end() == 0
