"""Measures a start and the memory of a server, beside the imports that it cannot avoid. Uses only the standard library, on Linux.

    python bench/start.py [--rounds 5] [--workers 2]

Each round starts `modeldesk serve` on a database with the shipped providers, until /health/ready answers, and then imports Litestar and SQLAlchemy in a
process of their own. CPU is that of the processes alone, so that it can be repeated on a busy machine. The critical time is that of the parent and one
worker. Memory is PSS: a page that processes share counts once.
"""

import argparse
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import NamedTuple

from loopback import free_port

MODELDESK = str(pathlib.Path(sys.executable).with_name("modeldesk"))


class Round(NamedTuple):
    """CPU in seconds, memory in MB."""

    parent: float
    worker: float
    imports: float
    memory: float

    @property
    def ratio(self) -> float:
        return (self.parent + self.worker) / self.imports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
    with tempfile.TemporaryDirectory(prefix="modeldesk-start-") as folder:
        subprocess.run([MODELDESK, "import-providers"], cwd=folder, check=True, capture_output=True)
        rounds = [measured(folder, options.workers) for _ in range(options.rounds + 1)][1:]  # the first one compiles what is not compiled
    for one in rounds:
        print(
            f"parent {one.parent:.2f} s, worker {one.worker:.2f} s, imports {one.imports:.2f} s, ratio {one.ratio:.2f}, memory {one.memory:.0f} MB"
        )
    print(
        f"medians: ratio {statistics.median(one.ratio for one in rounds):.2f}, memory {statistics.median(one.memory for one in rounds):.0f} MB"
    )


def measured(folder: str, workers: int) -> Round:
    port = free_port()
    command = [MODELDESK, "serve", "--port", str(port), "--workers", str(workers)]
    server = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(port)
        children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        parent, *others = (cpu(process) for process in (str(server.pid), *children))
        time.sleep(0.5)
        memory = sum(pss(process) for process in (str(server.pid), *children))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    return Round(parent, max(others), imports(), memory)


def wait_until_ready(port: int) -> None:
    for _ in range(6_000):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=10).read()
            return
        except OSError:
            time.sleep(0.01)
    sys.exit("the server did not become ready")


def cpu(process: str) -> float:
    """Seconds of all threads, in nanoseconds as the scheduler counts them."""
    tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def pss(process: str, kind: str = "Pss") -> float:
    """MB; of memory without a file (`Pss_Anon`) or of files (`Pss_File`) alone, if `kind` says so."""
    lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{kind}:")).split()[1]) / 1024


def imports() -> float:
    before = os.times()
    subprocess.run([sys.executable, "-c", "import litestar, sqlalchemy"], check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
