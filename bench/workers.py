"""Measures servers with 1, 2 and 4 workers at 10 to 10,000 providers, over sockets. Needs wrk, and Linux.

    python bench/workers.py [--sizes 10,100,1000,10000] [--workers 1,2,4] [--seconds 2] [--rounds 3] [--connections 32]

A request's CPU is that of all workers, in µs: it is the steady figure on a machine that others use, and the least of the rounds is printed. Rates and
p99 are those of the round with the most requests a second; wrk takes its share of the same cores. `of CPU` is what all processes took until they were
ready. `after a selection` is the CPU in ms that all workers together spend more on the first overview after a selection than on the next one, each
worker once. Memory is PSS in MB of all processes, started and after all reads; `anon` is the part of no file. What is left are pages of files, which
other programs share if they run the same Python.
"""

import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple

from cores import CORES, busy_cores, children_cpu, wait_until_quiet
from loopback import free_port
from start import MODELDESK, cpu, pss, wait_until_ready

HERE = pathlib.Path(__file__).resolve().parent
API = "/api/admin"
SLOT = "provider=provider-00000&capability=chat"
READS = {
    "overview": f"{API}/ai/dashboard/overview/",
    "models": f"{API}/ai-models/",
    "provider": f"{API}/ai-providers/provider-00000/",
    "browse": f"{API}/ai-models/browse-models/?{SLOT}",
}
SELECT = f"{API}/ai-models/select-model/"
NAMES = (*READS, "select")

DONE = """
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('JSON{"requests":%%d,"us":%%d,"p99":%%d,"failed":%%d}\\n', summary.requests, summary.duration, latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
local size, at = %d, 0
"""
SELECTIONS = """
request = function()
  at = at + 1
  local provider = string.format("provider-%05d", at % size)
  local body = '{"provider":"%s","capability":"chat","model_id":"%s-chat-%d"}'
  return wrk.format("POST", nil, nil, string.format(body, provider, provider, math.floor(at / size) % 8))
end
"""


class Sample(NamedTuple):
    """Of one run of wrk: requests a second, CPU in µs for a request, p99 in ms, and the share of the cores that other programs took."""

    rate: float
    cpu: float
    p99: float
    others: float


class Memory(NamedTuple):
    """PSS in MB."""

    anon: float
    file: float

    def __str__(self) -> str:
        return f"{self.anon + self.file:.0f} ({self.anon:.0f} anon)"


class Figures(NamedTuple):
    """Of one server. `ready` is in seconds, `start` in seconds of CPU of all its processes until then."""

    ready: float
    start: float
    started: Memory
    loaded: Memory
    after: float
    samples: Mapping[str, list[Sample]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000,10000")
    parser.add_argument("--workers", default="1,2,4")
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument(
        "--quiet", type=float, default=1, help="seconds to wait before each sample for other programs to leave the cores idle"
    )
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every server ends
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
    found: dict[tuple[int, int], Figures] = {}
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="modeldesk-workers-") as folder:
            filled = pathlib.Path(folder) / "filled"
            filled.mkdir()
            # In a process of its own: this one would share the files of what it imports, and reduce the PSS of the server.
            words = [sys.executable, str(HERE / "many_providers.py"), str(size)]
            home = {**os.environ, "MODELDESK_HOME": str(filled)}
            session = subprocess.run(words, env=home, check=True, capture_output=True, text=True).stdout.split()[-1]
            for workers in map(int, options.workers.split(",")):
                own = shutil.copytree(filled, pathlib.Path(folder) / str(workers))  # selections store more models
                found[size, workers] = measured(Load(str(own), session, size, options), workers)
                print(f"{size} providers, {workers} workers: {plain(found[size, workers])}", file=sys.stderr, flush=True)
    report(found)


class Load(NamedTuple):
    """What is asked of a server."""

    folder: str
    session: str
    size: int
    options: argparse.Namespace

    @property
    def log(self) -> pathlib.Path:
        return pathlib.Path(self.folder) / "server.log"

    def sample(self, server: "Server", name: str) -> Sample:
        script = pathlib.Path(self.folder) / f"{name}.lua"
        script.write_text(DONE % self.size + (SELECTIONS if name == "select" else ""))
        url = f"http://127.0.0.1:{server.port}{READS.get(name, SELECT)}"
        words = ["wrk", "-t1", f"-c{self.options.connections}", f"-d{self.options.seconds}s", "--timeout", "10s", "-s", str(script)]
        words += [
            "-H",
            f"Cookie: admin_session_id={self.session}",
            *(["-H", "Content-Type: application/json"] if name == "select" else []),
            url,
        ]
        wait_until_quiet(self.options.quiet)
        while True:
            before, busy, own, began = server.cpu(), busy_cores(), children_cpu(), time.perf_counter()
            output = subprocess.run(words, capture_output=True, text=True, check=True).stdout
            spent, took, wrk = server.cpu() - before, time.perf_counter() - began, children_cpu() - own
            counted = json.loads(output.split("JSON", 1)[1])
            if counted["failed"]:
                sys.exit(f"{name}: {counted['failed']} requests failed")
            if counted["requests"]:  # large answers on a busy machine may take longer than the sample
                break
        others = max(0.0, busy_cores() - busy - spent - wrk) / took / CORES
        return Sample(counted["requests"] / counted["us"] * 1e6, spent / counted["requests"] * 1e6, counted["p99"] / 1e3, others)


class Server:
    """A running server, and a connection to each of its workers."""

    def __init__(self, process: int, port: int, load: Load) -> None:
        self.process, self.port = process, port
        self._log = load.log
        self._headers = {"Cookie": f"admin_session_id={load.session}"}
        children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text()
        self.workers = children.split()

    def cpu(self) -> float:
        """Seconds of all workers."""
        try:
            return sum(map(cpu, self.workers))
        except FileNotFoundError:
            said = [line for line in self._log.read_text().splitlines() if '"event": "request"' not in line]
            sys.exit("\n".join(["a worker ended; the last lines of the log are", *said[-3:]]))

    def memory(self) -> Memory:
        return Memory(*(sum(pss(process, kind) for process in (str(self.process), *self.workers)) for kind in ("Pss_Anon", "Pss_File")))

    def ask(self, connection: http.client.HTTPConnection, path: str, body: str | None = None) -> None:
        connection.request("GET" if body is None else "POST", path, body, {**self._headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status}")

    def select(self, connection: http.client.HTTPConnection, model: str) -> None:
        self.ask(connection, SELECT, json.dumps({"provider": "provider-00000", "capability": "chat", "model_id": model}))

    def connections(self) -> list[http.client.HTTPConnection]:
        """A connection to each worker. A worker is known by its CPU, which grows with the requests of its connection."""
        found: dict[str, http.client.HTTPConnection] = {}
        while len(found) < len(self.workers):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            before = {worker: cpu(worker) for worker in self.workers}
            for _ in range(20):
                self.ask(connection, READS["provider"])
            found[max(self.workers, key=lambda worker: cpu(worker) - before[worker])] = connection
        return list(found.values())

    def after_a_selection(self) -> float:
        """Milliseconds of all workers together."""
        connections, first, again = self.connections(), list[float](), list[float]()
        for number in range(6):
            self.select(connections[0], f"provider-00000-chat-{number}")
            first.append(self._overviews(connections))
            again.append(self._overviews(connections))
        return (min(first[1:]) - min(again)) * 1000

    def _overviews(self, connections: list[http.client.HTTPConnection]) -> float:
        before = self.cpu()
        for connection in connections:
            self.ask(connection, READS["overview"])
        return self.cpu() - before


def measured(load: Load, workers: int) -> Figures:
    with ExitStack() as ending:
        server, ready = ending.enter_context(serving(load, workers))
        start = cpu(str(server.process)) + server.cpu()
        time.sleep(0.5)
        started = server.memory()
        for connection in server.connections():
            for path in READS.values():  # long answers take longer to make than a sample
                server.ask(connection, path)
        samples: dict[str, list[Sample]] = {name: [] for name in NAMES}
        for _ in range(load.options.rounds):
            for name in READS:
                samples[name].append(load.sample(server, name))
        after = server.after_a_selection()
        loaded = server.memory()
        for _ in range(load.options.rounds):
            samples["select"].append(load.sample(server, "select"))
        return Figures(ready, start, started, loaded, after, samples)


@contextmanager
def serving(load: Load, workers: int) -> Iterator[tuple[Server, float]]:
    """A server that is ready, and after how many seconds."""
    port, began = free_port(), time.perf_counter()
    words = [MODELDESK, "serve", "--port", str(port), "--workers", str(workers)]
    with load.log.open("w") as log:
        process = subprocess.Popen(
            words, cwd=load.folder, env={**os.environ, "MODELDESK_HOME": load.folder}, stdout=subprocess.DEVNULL, stderr=log
        )
    try:
        wait_until_ready(port)
        yield Server(process.pid, port, load), time.perf_counter() - began
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        process.wait(20)


def plain(figures: Figures) -> str:
    """One line of progress."""
    parts = [f"{name} {best(runs).rate:,.0f}/s {least(runs):.0f} µs" for name, runs in figures.samples.items()]
    return f"{'; '.join(parts)}; ready {figures.ready:.2f} s, after a selection {figures.after:.1f} ms"


def best(runs: list[Sample]) -> Sample:
    return max(runs, key=lambda run: run.rate)


def least(runs: list[Sample]) -> float:
    return min(run.cpu for run in runs)


SHOWN: Mapping[str, Callable[[list[Sample]], str]] = {
    "CPU µs a request, all workers": lambda runs: f"{least(runs):,.0f}",
    "requests a second": lambda runs: f"{best(runs).rate:,.0f}",
    "p99 ms": lambda runs: f"{best(runs).p99:,.1f}",
}


def report(found: Mapping[tuple[int, int], Figures]) -> None:
    head = "| providers | workers |"
    for title, shown in SHOWN.items():
        print(f"\n{title}\n\n{head} {' | '.join(NAMES)} |\n|---:|---:|{'---:|' * len(NAMES)}")
        for (size, workers), figures in found.items():
            print(f"| {size:,} | {workers} | {' | '.join(shown(figures.samples[name]) for name in NAMES)} |")
    print(f"\n{head} ready s | of CPU | started MB | after the reads MB | after a selection ms |\n|---:|---:|{'---:|' * 5}")
    for (size, workers), one in found.items():
        print(f"| {size:,} | {workers} | {one.ready:.2f} | {one.start:.2f} | {one.started} | {one.loaded} | {one.after:.1f} |")
    others = [run.others * 100 for figures in found.values() for runs in figures.samples.values() for run in runs]
    print(
        f"\nOther programs took {min(others):.0f} to {max(others):.0f} % of {CORES} cores, in the median {statistics.median(others):.0f} %."
    )


if __name__ == "__main__":
    main()
