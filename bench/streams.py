"""Measures idle event streams: the memory that they take, and what a read costs beside them.

    python bench/streams.py [--streams 200] [--reads 1500] [--rounds 5]

One server with one worker over SQLite. Memory is the worker's resident memory in MiB. A read is `/api/resolve` of a use on one connection; its
cost is the worker's CPU time, without streams and beside them, in alternating rounds of which the least counts.
"""

import argparse
import asyncio
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.listeners import Audience
from tests.support.ports import free_port
from tests.support.preloaded import MODELDESK

PASSWORD = "a long bench password"
STREAMS_OF_ONE = 100
"""As many as a worker keeps for one token."""

USE = "support-chat"
ACME = {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": ["large"]}}}
DECLARATION = {"version": "1.0.0", "providers": [ACME], "uses": [{"name": USE, "capability": "chat", "provider": "acme"}]}
CPU_SETTLES = 1.0
"""Seconds in which what a change of the number of streams costs is over."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--streams", type=int, default=200)
    options.add_argument("--reads", type=int, default=1_500)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="modeldesk-streams-") as folder:
        server = Server(Path(folder), tokens=-(-chosen.streams // STREAMS_OF_ONE))
        try:
            asyncio.run(compare(server, chosen))
        finally:
            server.stop()


async def compare(server: "Server", chosen: argparse.Namespace) -> None:
    server.cost_of_reads(chosen.reads)
    alone, beside, memory = list[float](), list[float](), list[float]()
    for _ in range(chosen.rounds):
        alone.append(await asyncio.to_thread(server.cost_of_reads, chosen.reads))
        idle = server.resident()
        audience = Audience([server.port], server.tokens, chosen.streams)
        await audience.gather()
        await asyncio.sleep(CPU_SETTLES)
        memory.append(server.resident() - idle)
        beside.append(await asyncio.to_thread(server.cost_of_reads, chosen.reads))
        await audience.leave()
        await asyncio.sleep(CPU_SETTLES)
    # The first streams alone need new memory: those of later rounds get what the first ones left.
    print(json.dumps({"name": f"memory of {chosen.streams} idle streams, MiB", "above": round(max(memory), 1), "promise": "at most 20"}))
    # The least of each: other programs only ever add to what a read costs.
    cost, cost_beside = min(alone), min(beside)
    figures = {"alone_us": round(cost * 1e6, 1), "beside_us": round(cost_beside * 1e6, 1), "ratio": round(cost_beside / cost, 2)}
    spread = round((max(alone) - min(alone)) / cost, 2)
    print(
        json.dumps({"name": f"CPU of a read beside {chosen.streams} idle streams", **figures, "spread_alone": spread, "promise": "about 1"})
    )


class Server:
    """A running server with its own folder, a use with an active model, and tokens that may resolve."""

    def __init__(self, folder: Path, tokens: int) -> None:
        self.folder = folder
        (folder / "providers.json").write_text(json.dumps(DECLARATION))
        self.run("import-providers")
        self.run("admin", "create", "bench", "--password-stdin", typed=PASSWORD + "\n")
        self.run("models", "select", "acme", "chat", "large")
        self.tokens = [self.run("tokens", "create", f"bench-{number}", "--scope", "resolve", "--as", "bench") for number in range(tokens)]
        self.port = free_port()
        self.process = subprocess.Popen(
            [MODELDESK, "serve", "--port", str(self.port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.wait()
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        self.worker = int((re.findall(r"\d+", children) or [self.process.pid])[-1])

    def run(self, *words: str, typed: str = "") -> str:
        done = subprocess.run([MODELDESK, *words], cwd=self.folder, input=typed, text=True, check=True, capture_output=True)
        return done.stdout.strip()

    def wait(self) -> None:
        while self.process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
            finally:
                connection.close()
        sys.exit("the server did not start")

    def cost_of_reads(self, count: int) -> float:
        """Seconds of the worker's CPU for one read."""
        connection, before = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10), self.cpu()
        for _ in range(count):
            connection.request("GET", f"/api/resolve/{USE}", headers={"Authorization": f"Bearer {self.tokens[0]}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                sys.exit(f"a read failed: {answer.status}")
        connection.close()
        return (self.cpu() - before) / count

    def cpu(self) -> float:
        """Seconds of all threads of the worker, counted in nanoseconds by the scheduler: ticks of 10 ms would be a tenth of a round."""
        tasks = Path(f"/proc/{self.worker}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def resident(self) -> float:
        return int(Path(f"/proc/{self.worker}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


if __name__ == "__main__":
    main()
