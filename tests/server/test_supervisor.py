"""The parent of the workers: it starts, replaces and ends them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.support.cli_folder import ROOT
from tests.support.served_desk import is_gone, until

LONG = 60.0
"""Seconds: a worker of a busy machine may be silent for a while, or end slowly, where a test is about something else."""


class Supervised:
    """A supervisor in a process of its own, and what it prints."""

    def __init__(self, *words: object) -> None:
        command = [sys.executable, "-m", "tests.support.supervised_program", *map(str, words)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def next_worker(self) -> int:
        word, number = self.line().split()
        assert word == "worker"
        return int(number)

    def wait(self) -> tuple[int, str]:
        """The exit code, and what it said about it."""
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@contextmanager
def supervised(behaviour: str, count: int = 1, *, silence: float = LONG, killed: float = LONG) -> Iterator[Supervised]:
    """`silence` and `killed` are those of its pace."""
    started = Supervised(behaviour, count, silence, killed)
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)
        started.process.communicate()


def test_it_says_once_that_all_are_ready() -> None:
    """When every worker is; and when it ends, before it tells the workers."""
    with supervised("serve", 3) as desk:
        assert len({desk.next_worker() for _ in range(3)}) == 3
        assert desk.line() == "ready"
        desk.process.terminate()
        assert desk.line() == "end"
        assert desk.wait()[0] == 0


def test_cycles_are_collected_once_the_workers_run() -> None:
    """A start makes many objects that stay, and collects none; the collector then looks at newer ones alone. What workers make goes to pages of their own."""
    with supervised("collect") as supervisor:
        supervisor.next_worker()
        assert supervisor.line() == "collects: True, shares what was loaded: True, fills gaps: False"


def test_a_worker_touches_little_of_what_it_shares() -> None:
    """It counts no references to names that its parent has looked up, and writes no text of all that the supervisor knows, which Python does when a signal's handler
    is replaced that is a method."""
    with supervised("collect") as supervisor:
        supervisor.next_worker()
        supervisor.line()
        assert supervisor.line() == "remembers attributes: False, wrote texts: False"


def test_a_killed_worker_is_replaced_again_and_again() -> None:
    """However soon after its start, and however often in a row."""
    with supervised("serve") as desk:
        worker = desk.next_worker()
        assert desk.line() == "ready"
        for _ in range(5):
            os.kill(worker, signal.SIGKILL)
            worker = desk.next_worker()
        desk.process.terminate()
        assert desk.wait()[0] == 0


def test_a_worker_that_crashes_forever_does_not_end_the_server() -> None:
    """It is started again after a pause."""
    with supervised("crash") as desk:
        desk.next_worker()
        assert desk.line() == "ready"
        for _ in range(4):
            desk.next_worker()
        desk.process.terminate()
        assert desk.wait()[0] == 0


def test_a_stopped_worker_is_replaced() -> None:
    """It reports nothing, so it is killed."""
    with supervised("serve", silence=1.0) as desk:
        worker = desk.next_worker()
        assert desk.line() == "ready"
        os.kill(worker, signal.SIGSTOP)
        assert desk.next_worker() != worker
        until(lambda: is_gone(worker))
        desk.process.terminate()
        code, errors = desk.wait()
        assert code == 0
        assert f"(pid {worker}) does not answer" in errors


def test_a_supervisor_that_was_stopped_itself_kills_nobody() -> None:
    """As a shell stops all processes of a job: its workers could report nothing that it heard."""
    with supervised("serve", silence=1.0) as desk:
        worker = desk.next_worker()
        assert desk.line() == "ready"
        os.killpg(desk.process.pid, signal.SIGSTOP)
        time.sleep(1.5)  # longer than the silence that is allowed
        os.killpg(desk.process.pid, signal.SIGCONT)
        time.sleep(0.5)
        assert not is_gone(worker)
        desk.process.terminate()
        assert desk.wait()[0] == 0


def test_a_start_that_fails_ends_the_server() -> None:
    """With an exit code that a service manager notices, and the other workers with it."""
    with supervised("fail", 2) as desk:
        code, errors = desk.wait()
        assert code == 1
        assert "could not start; the server ends" in errors


@pytest.mark.parametrize("behaviour", ["slow", "deep"])
def test_a_signal_before_anybody_is_ready_ends_it(behaviour: str) -> None:
    """A worker that starts has nothing to finish, and ends wherever it is."""
    with supervised(behaviour, 2) as desk:
        workers = [desk.next_worker() for _ in range(2)]
        desk.process.send_signal(signal.SIGINT)
        assert desk.wait()[0] == 0
        assert all(map(is_gone, workers))


def test_a_deaf_worker_is_killed() -> None:
    """After the time that it has to end; the exit code says that something was cut off."""
    with supervised("deaf", killed=0.5) as desk:
        worker = desk.next_worker()
        assert desk.line() == "ready"
        desk.process.terminate()
        code, errors = desk.wait()
        assert code == 1
        assert "did not end by itself" in errors
        assert is_gone(worker)


def test_workers_end_with_a_killed_parent() -> None:
    """Also those that are in the middle of their start, and all of them: none keeps another one's pipe open."""
    for behaviour in ("serve", "slow"):
        with supervised(behaviour, 3) as desk:
            workers = [desk.next_worker() for _ in range(3)]
            desk.process.kill()
            until(lambda workers=workers: all(map(is_gone, workers)))  # type: ignore[misc]
