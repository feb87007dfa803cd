"""A server in a process of its own, which is killed and started again."""

import http.client
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from attrs import define, field

from tests.support.ports import free_port
from tests.support.preloaded import MODELDESK, modeldesk


@define(eq=False)
class Server:
    """`modeldesk serve` with two workers, started again where it was killed; where how long it is away is a figure, by a fresh process."""

    folder: Path
    environment: dict[str, str]
    is_fresh: bool = False
    port: int = field(factory=free_port)
    ended_by_itself: int = 0
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        words = ("serve", "--port", str(self.port), "--workers", "2")
        with (self.folder / f"printed-{self.port}").open("ab") as printed:
            given: dict[str, Any] = {"env": self.environment, "stdout": printed, "stderr": subprocess.STDOUT}
            if self.is_fresh:
                self._process = subprocess.Popen([MODELDESK, *words], cwd=self.folder, **given)
            else:
                self._process = modeldesk(*words, folder=self.folder, **given)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", "/health/ready")
            with connection.getresponse() as answer:
                return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def await_ready(self) -> None:
        while not self.is_ready():
            assert self._process is not None
            if self._process.poll() is not None:
                self.ended_by_itself += 1
                self.start()
            time.sleep(0.1)

    def workers(self) -> list[int]:
        assert self._process is not None
        return children_of(self._process.pid)

    def kill_worker(self, dice: random.Random) -> bool:
        if workers := self.workers():
            _kill(dice.choice(workers))
        return bool(workers)

    def kill(self) -> None:
        """The first process, and with it what it started."""
        assert self._process is not None
        pids = [self._process.pid, *self.workers()]
        for pid in pids:
            _kill(pid)
        self._process.wait()

    def revive(self) -> None:
        """Starts it where it ended, whoever ended it."""
        if self._process is not None and self._process.poll() is not None:
            self.ended_by_itself += 1
            self.start()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill()


def children_of(parent: int) -> list[int]:
    """From /proc: the processes whose parent is this one, and theirs."""
    found = list[int]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and parent_of(int(entry.name)) == parent:
            found += [int(entry.name), *children_of(int(entry.name))]
    return found


def parent_of(pid: int) -> int | None:
    """None where the process is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
