"""A server over a folder, seen from outside: its processes, its memory, and the sockets of clients that mean no good."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from attrs import define

from tests.support.ports import free_port
from tests.support.preloaded import MODELDESK, modeldesk, module

FRESH = (MODELDESK, "serve")
"""The program of a server whose start is the subject: it imports everything itself, as users start it."""

PATIENCE = 60.0
"""Seconds after which a condition that does not come is a failure; a machine under load may be slow."""


@define
class ServedDesk:
    """A process of `modeldesk serve`, or of a program like it."""

    port: int
    process: "subprocess.Popen[str]"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str = "/health/live", timeout: float = PATIENCE) -> int:
        """The status of a GET on a connection of its own."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=timeout) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def answers(self) -> bool:
        with suppress(OSError):
            return self.get() == 200
        return False

    def workers(self) -> list[int]:
        """The ids of the processes that serve, the first process not among them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="utf-8")
        return sorted(map(int, children.split()))

    def resident(self) -> float:
        """Of all workers, in MiB."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) for pid in self.workers()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def connect(self, first: bytes = b"") -> socket.socket:
        """A connection of a client that sent this much."""
        opened = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        with suppress(OSError):  # the server may close it at once
            opened.sendall(first)
        return opened

    @contextmanager
    def connections(self, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
        """Many of them at once."""
        with ExitStack() as closing:
            yield [closing.enter_context(self.connect(first)) for _ in range(count)]

    def end(self, patience: float = PATIENCE) -> int:
        """Asks it to end, and waits for it."""
        self.process.terminate()
        return self.process.wait(timeout=patience)


@contextmanager
def serving(
    folder: Path, *options: str, program: tuple[str, ...] | str = "", wait: bool = True, port: int | None = None
) -> Iterator[ServedDesk]:
    """The server, until the end of the block; all of its processes end in any case. It takes a free port if none is named.

    `program` replaces it by a command, in a fresh process, or by the named program of the tests.
    """
    port = port or free_port()
    options = (*options, "--port", str(port))
    with (folder / "log").open("w") as log:
        given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": log, "text": True, "start_new_session": True}
        if isinstance(program, tuple):
            process = subprocess.Popen([*program, *options], cwd=folder, **given)
        else:
            process = module(program, *options, **given) if program else modeldesk("serve", *options, folder=folder, **given)
    desk = ServedDesk(port, process)
    try:
        if wait:
            until(lambda: desk.answers() or process.poll() is not None)
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
        yield desk
    finally:
        with suppress(subprocess.TimeoutExpired):
            desk.end()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until(happens: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Waits for a condition."""
    end = time.monotonic() + patience
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def is_gone(process: int) -> bool:
    """Whether it has ended, though perhaps nobody has collected it yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def head(method: str, path: str, *headers: str) -> bytes:
    """The head of a request."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: desk", *headers, "", ""]).encode()


def read_all(client: socket.socket) -> bytes:
    """What the server sends until it closes the connection; a reset raises."""
    received = b""
    while part := client.recv(65_536):
        received += part
    return received


def status_of(answer: bytes) -> int:
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert found, answer[:80]
    return int(found[1])


def report(name: str, **figures: object) -> None:
    """A line of figures for whoever reads the run."""
    print(json.dumps({"name": name, **figures}))
