"""Compares speed and memory with the peer, the raw floors and another commit, in one run, as ratios.

    python bench/compare.py [--peer ../shared/bench] [--also FOLDER] [--databases sqlite,postgresql] [http] [import] [start]

The peer folder contains the harness (`run.py`), the Django peer and the floors. Run `./setup` there once to create their environments
(BENCH_VENVS is another folder for them). Every figure is from a whole process or a running server on this machine, alternating with what it is
compared with. `select` is compared at equal durability: the peer runs with PEER_SYNC=FULL, as Modeldesk always does.

The limit is what any product must do at least: Litestar, one session lookup, a look at the database's version, and prebuilt bytes. Here it sends
the very bytes that Modeldesk answers. It runs from a copy of the peer folder.

On PostgreSQL, Modeldesk and the peer run beside those on SQLite, on the server of MODELDESK_TEST_POSTGRES_URL or one from the wheel that the tests
use. The peer needs psycopg in its environment (`uv pip install -p VENVS/django/bin/python 'psycopg[binary]'`) and is left out without it.

`--also` names another checkout of Modeldesk with an environment of its own in `.venv`, such as an older commit: it runs beside this one, and each
ratio to it says how many times as good this one is.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from promises import OLD, READS, report

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
PYTHON = sys.executable
BIN = pathlib.Path(PYTHON).parent

Rounds = dict[str, list[dict[str, Any]]]
"""What the harness measured: each round of each target."""

Imports = dict[str, dict[str, list[dict[str, float]]]]
"""What each run of an import of each target took, by mode."""

PEER, LIMIT, FLOOR = "peer_django", "limit_litestar_auth", "raw_msgspec"
SELECT = "select"
OURS, OTHER, OURS_PG, OTHER_PG, PEER_PG = "project", "project_old", "project_postgresql", "project_old_postgresql", "peer_postgresql"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["start", "import", "http"])
    parser.add_argument("--peer", type=pathlib.Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--also", type=pathlib.Path, help="another checkout of Modeldesk, with its environment in .venv")
    parser.add_argument("--databases", default="sqlite,postgresql", help="SQLite always runs")
    parser.add_argument("--only", nargs="*", default=[*READS, "select"], choices=[*READS, "select"], help="the requests of `http`")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument(
        "--quiet", type=int, default=20, help="seconds to wait before each sample for other programs to leave the cores idle"
    )
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every server ends
    if not (options.peer / "run.py").is_file():
        sys.exit(f"no benchmark harness at {options.peer}; name it with --peer")
    # Whatever the shell says: what is installed has its bytecode, and so has all that is compared.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("BENCH_VENVS", str((options.peer / ".venvs").resolve()))
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="modeldesk-bench-") as folder, ExitStack() as running:
        work = pathlib.Path(folder)
        options.targets = targets(options, running)
        (work / "targets.json").write_text(json.dumps(options.targets))
        if "start" in options.what:
            ratios |= start(options)
        if "import" in options.what:
            ratios |= imports(options, work)
        if "http" in options.what:
            ratios |= http(options, work)
    report(ratios)


def targets(options: argparse.Namespace, running: ExitStack) -> dict[str, dict[str, str]]:
    """What runs beside the targets of the harness, as `harness.py` reads it."""
    checkouts = {OURS: {"bin": str(BIN), "bench": str(HERE)}}
    if options.also:
        checkouts[OTHER] = {"bin": str(options.also.resolve() / ".venv" / "bin"), "bench": str(options.also.resolve() / "bench")}
    found = {name: {**checkout, "database": "sqlite"} for name, checkout in checkouts.items()}
    if "postgresql" in options.databases.split(",") and "http" in options.what:
        from tests.support.servers import postgres

        os.environ["BENCH_POSTGRESQL"] = running.enter_context(postgres())
        found |= {f"{name}_postgresql": {**checkout, "database": "postgresql"} for name, checkout in checkouts.items()}
        if (
            subprocess.run(
                [f"{os.environ['BENCH_VENVS']}/django/bin/python", "-c", "import psycopg"], stderr=subprocess.DEVNULL, check=False
            ).returncode
            == 0
        ):
            found[PEER_PG] = {}
        else:
            print("the peer runs on SQLite only: its environment has no psycopg", file=sys.stderr)
    return found


def harness(options: argparse.Namespace, work: pathlib.Path, *words: str, **environment: str) -> None:
    command = [PYTHON, str(HERE / "harness.py"), str(options.peer), str(work / "targets.json"), *words, "--quiet", str(options.quiet)]
    with subprocess.Popen(command, cwd=options.peer, env={**os.environ, **environment}) as process:
        try:
            if process.wait():
                sys.exit(f"the harness failed: {' '.join(words)}")
        except BaseException:
            process.terminate()  # and not killed, so that it ends its servers
            raise


def start(options: argparse.Namespace) -> dict[str, float]:
    """The shortest command against the imports that it cannot avoid, and against the same one of another commit."""
    ours = [str(BIN / "modeldesk"), "--help"]
    ratios = {"modeldesk --help / import click, attrs": in_turns(ours, [PYTHON, "-c", "import click, attrs"])}
    if OTHER in options.targets:
        ratios[f"modeldesk --help {OLD}"] = 1 / in_turns(ours, [f"{options.targets[OTHER]['bin']}/modeldesk", "--help"])
    return ratios


def in_turns(ours: list[str], floor: list[str]) -> float:
    """The median ratio of two commands that run in turn."""
    pairs = [(timed(ours), timed(floor)) for _ in range(12)][1:]
    return statistics.median(mine / theirs for mine, theirs in pairs)


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def imports(options: argparse.Namespace, work: pathlib.Path) -> dict[str, float]:
    names = [PEER, FLOOR, OURS, *([OTHER] if OTHER in options.targets else [])]

    def run(size: int, reps: int) -> Imports:
        out = work / f"import-{size}.json"
        harness(
            options, work, "import", "--targets", ",".join(names), "--sizes", str(size), "--reps", str(reps),
            "--modes", "create,again", "--out", str(out),
        )  # fmt: skip
        return {name: modes[str(size)] for name, modes in json.loads(out.read_text())["results"].items()}

    few, many = run(10, 7), run(10_000, 3)
    # The promise on memory names no import. The second one takes more, because it reads what exists.
    ratios = {
        "import 10,000 / raw floor, wall": wall(many, "create", OURS, FLOOR),
        "import 10,000: peer / Modeldesk, wall": wall(many, "create", PEER, OURS),
        "import 10,000 again / raw floor, wall": wall(many, "again", OURS, FLOOR),
        "import 10,000 again: peer / Modeldesk, wall": wall(many, "again", PEER, OURS),
        "import 10 / peer, wall": wall(few, "create", OURS, PEER),
        "import 10,000 / raw floor, peak memory": peak(many, "create", OURS) / peak(many, "create", FLOOR),
        "import 10,000 again / raw floor, peak memory": peak(many, "again", OURS) / peak(many, "again", FLOOR),
    }
    if OTHER in names:
        ratios |= {f"import 10,000, {mode} {OLD}": wall(many, mode, OTHER, OURS) for mode in ("create", "again")}
        ratios[f"import 10 {OLD}"] = wall(few, "create", OTHER, OURS)
        ratios[f"import 10,000, peak memory {OLD}"] = peak(many, "again", OTHER) / peak(many, "again", OURS)
    return ratios


def wall(runs: Imports, mode: str, one: str, other: str) -> float:
    """How many times as long one target takes as another."""
    mine, theirs = (statistics.median(entry["wall"] for entry in runs[name][mode]) for name in (one, other))
    return mine / theirs


def peak(runs: Imports, mode: str, name: str) -> float:
    return max(entry["rss_mb"] for entry in runs[name][mode])


def http(options: argparse.Namespace, work: pathlib.Path) -> dict[str, float]:
    options.peer = peer_with_our_bytes(options.peer, work / "peer")

    def run(names: Sequence[str], endpoints: Sequence[str], **environment: str) -> Rounds:
        out = work / f"http-{names[0]}-{endpoints[0]}.json"
        harness(
            options, work, "http", "--targets", ",".join(names), "--rounds", str(options.rounds), "--seconds", str(options.seconds),
            "--endpoints", ",".join(endpoints), "--out", str(out), **environment,
        )  # fmt: skip
        results: Rounds = json.loads(out.read_text())["results"]
        return results

    reads = [name for name in READS if name in options.only]
    groups: list[tuple[list[str], dict[str, str]]] = [(reads, {})] if reads else []
    groups += [([SELECT], {"PEER_SYNC": "FULL"})] if SELECT in options.only else []
    ratios = dict[str, float]()
    for endpoints, environment in groups:
        rounds = run([PEER, LIMIT, OURS], endpoints, **environment)
        ratios |= to_peer_and_limit(rounds, endpoints)
        if len(options.targets) > 1:
            # Apart from those above: programs that share libraries divide the memory of them, and the promises are of one program.
            rounds = run(list(options.targets), endpoints)
            ratios |= on_postgresql(rounds, endpoints) | to_old(rounds, endpoints)
    return ratios


def to_peer_and_limit(rounds: Rounds, endpoints: Sequence[str]) -> dict[str, float]:
    if SELECT in endpoints:
        return {"POST select / peer (synchronous=FULL)": rate(rounds, SELECT, PEER), "POST select / limit": rate(rounds, SELECT, LIMIT)}
    imported = statistics.median(timed([PYTHON, "-c", "import litestar, sqlalchemy"]) for _ in range(7))
    return {
        **{f"GET {name} / peer": rate(rounds, name, PEER) for name in endpoints},
        **{f"GET {name} / limit": rate(rounds, name, LIMIT) for name in endpoints},
        **{f"GET {name}, p99/p50 / limit's": tail(rounds[OURS], name) / tail(rounds[LIMIT], name) for name in endpoints},
        "ready / import litestar, sqlalchemy": statistics.median(one["cold_s"] for one in rounds[OURS]) / imported,
        "memory (PSS), started / peer": figure(rounds, "pss_idle", OURS, PEER),
        "memory (PSS), after all reads / peer": figure(rounds, "pss_max", OURS, PEER),
    }


def on_postgresql(rounds: Rounds, endpoints: Sequence[str]) -> dict[str, float]:
    ratios = dict[str, float]()
    for name in endpoints:
        if OURS_PG in rounds:
            ratios[f"PostgreSQL: {title(name)} / on SQLite"] = rate(rounds, name, OURS, OURS_PG)
            ratios[f"PostgreSQL: {title(name)}, CPU / on SQLite"] = spent(rounds, name, OURS_PG, OURS)
        if PEER_PG in rounds:
            ratios[f"PostgreSQL: {title(name)} / peer"] = rate(rounds, name, PEER_PG, OURS_PG)
    return ratios


def to_old(rounds: Rounds, endpoints: Sequence[str]) -> dict[str, float]:
    """How many times as good as another commit: by rate, and by CPU, which other programs disturb less."""
    ratios = dict[str, float]()
    for database, ours, old in (("", OURS, OTHER), ("PostgreSQL: ", OURS_PG, OTHER_PG)):
        for name in endpoints if old in rounds else ():
            ratios[f"{database}{title(name)} {OLD}"] = rate(rounds, name, old, ours)
            ratios[f"{database}{title(name)}, CPU {OLD}"] = spent(rounds, name, old, ours)
    if OTHER in rounds and SELECT not in endpoints:
        ratios |= {f"{words} {OLD}": figure(rounds, key, OTHER, OURS) for key, words in MEASURED_ONCE.items()}
    return ratios


def title(name: str) -> str:
    return f"POST {name}" if name == SELECT else f"GET {name}"


MEASURED_ONCE = {"cold_s": "ready", "pss_idle": "memory (PSS), started", "pss_max": "memory (PSS), after all reads"}


def rate(results: Rounds, name: str, other: str, ours: str = OURS) -> float:
    """Requests a second of one target by those of another, round by round."""
    pairs = zip(results[ours], results[other], strict=True)
    return float(statistics.median(mine["endpoints"][name]["rps"] / theirs["endpoints"][name]["rps"] for mine, theirs in pairs))


def spent(results: Rounds, name: str, one: str, other: str) -> float:
    """CPU of the server for a request of one target by that of another, round by round."""
    pairs = zip(results[one], results[other], strict=True)
    return float(statistics.median(mine["endpoints"][name]["cpu_us"] / theirs["endpoints"][name]["cpu_us"] for mine, theirs in pairs))


def tail(rounds: list[dict[str, Any]], name: str) -> float:
    return float(statistics.median(one["endpoints"][name]["p99_ms"] / one["endpoints"][name]["p50_ms"] for one in rounds))


def figure(results: Rounds, key: str, one: str, other: str) -> float:
    """What is measured once a round, of one target by that of another."""
    mine, theirs = (statistics.median(entry[key] for entry in results[name]) for name in (one, other))
    return float(mine / theirs)


def peer_with_our_bytes(peer: pathlib.Path, copy: pathlib.Path) -> pathlib.Path:
    """A copy of the peer folder whose limits send what Modeldesk answers. Its environments and data stay where they are."""
    (copy / "data").mkdir(parents=True)
    for name in ("lua", "peer_django"):
        (copy / name).symlink_to((peer / name).resolve())
    for file in (peer / "data").iterdir():
        if file.name != "payloads":
            (copy / "data" / file.name).symlink_to(file.resolve())
    shutil.copy(peer / "run.py", copy)
    shutil.copytree(peer / "limits", copy / "limits")
    app = copy / "limits" / "litestar_app.py"
    app.chmod(0o644)
    # It decodes three bodies in the peer's shapes, for ways that are not compared here.
    app.write_text(re.sub(r"^(OV_S|B4_S|B5_S) = .*$", r"\1 = None", app.read_text(), flags=re.MULTILINE))
    words = ["--peer", str(peer), "--bodies", str(copy / "data" / "payloads"), "--only", *READS]
    subprocess.run([PYTHON, str(HERE / "read_path.py"), *words], check=True)
    return copy


if __name__ == "__main__":
    main()
