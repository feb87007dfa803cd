"""Workers that are killed or frozen: the server goes on, and brings them back."""

import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.served_desk import ServedDesk, report, serving, until


def test_a_worker_and_its_replacement_may_be_killed(tmp_path: Path) -> None:
    """Each time another takes its place; the server does not take that for a loop, and the other worker serves on.

    Whichever worker is scraped knows what all of them counted, and the numbers of those that were killed are not lost.
    """
    with serving(tmp_path, "--workers", "2") as desk:
        until(lambda: len(desk.workers()) == 2)
        other, victim = desk.workers()
        answered = counted(desk)["live"]
        for round_ in range(3):
            until(lambda starts=2 + round_: counted(desk)["starts"] == starts)  # type: ignore[misc] # a running worker may not have counted its start yet
            assert counted(desk) == {"live": answered + round_, "starts": 2 + round_}
            os.kill(victim, signal.SIGKILL)
            until(lambda killed=victim: len(desk.workers()) == 2 and killed not in desk.workers())  # type: ignore[misc]
            assert desk.get() == 200
            assert other in desk.workers()
            victim = max(set(desk.workers()) - {other})
        until(lambda: counted(desk)["starts"] == 5)
        assert counted(desk) == {"live": answered + 3, "starts": 5}
        assert desk.process.poll() is None
        assert desk.end() == 0


def counted(desk: ServedDesk) -> dict[str, int]:
    """How often the server answered on its liveness, and how many workers have started."""
    with urllib.request.urlopen(f"{desk.url}/metrics") as answer:
        lines = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if not line.startswith("#"))
    live = lines['modeldesk_http_requests_total{route="/health/live",method="GET",status="200"}']
    return {"live": int(live), "starts": int(lines["modeldesk_worker_starts_total"])}


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
