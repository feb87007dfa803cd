"""Compares speed and memory with the peer and the raw floors, in one run, as ratios. Uses only the standard library.

    python bench/compare.py [--peer ../shared/bench] [http] [import] [start]

The peer folder contains the harness (`run.py`), the Django peer and the floors. Run `./setup` there once to create their environments
(BENCH_VENVS is another folder for them). Every figure is from a whole process or a running server on this machine, alternating with what it is
compared with. `select` is compared at equal durability: the peer runs with PEER_SYNC=FULL, as Modeldesk always does.

The limit is what any product must do at least: Litestar, one session lookup, a look at the database's version, and prebuilt bytes. Here it sends
the very bytes that Modeldesk answers. It runs from a copy of the peer folder.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = sys.executable
MODELDESK = str(pathlib.Path(PYTHON).with_name("modeldesk"))

Rounds = dict[str, list[dict[str, Any]]]
"""What the harness measured: each round of each target."""

LIMIT = "limit_litestar_auth"
READS = ("providers", "models", "browse_static", "browse400", "browse5000", "overview")

PROMISES = {
    "import 10,000 / raw floor, wall": ("at most", 2.7),
    "import 10,000: peer / Modeldesk, wall": ("at least", 6.5),
    "import 10,000 again / raw floor, wall": ("at most", 1.3),
    "import 10,000 again: peer / Modeldesk, wall": ("at least", 6.0),
    "import 10 / peer, wall": ("at most", 1.0),
    "import 10,000 / raw floor, peak memory": ("at most", 2.2),
    "import 10,000 again / raw floor, peak memory": ("at most", 2.2),
    "modeldesk --help / import click, attrs": ("at most", 1.6),
    "ready / import litestar, sqlalchemy": ("at most", 2.0),
    "GET providers / peer": ("at least", 20.0),
    "GET models / peer": ("at least", 45.0),
    "GET browse_static / peer": ("at least", 9.0),
    "GET browse400 / peer": ("at least", 20.0),
    "GET browse5000 / peer": ("at least", 50.0),
    "GET overview / peer": ("at least", 25.0),
    **{f"GET {name} / limit": ("at least", 0.9) for name in READS},
    **{f"GET {name}, p99/p50 / limit's": ("at most", 1.3) for name in READS},
    "POST select / peer (synchronous=FULL)": ("at least", 6.0),
    "POST select / limit": ("at least", 0.45),
    "memory (PSS), started / peer": ("at most", 1.1),
    "memory (PSS), after all reads / peer": ("at most", 1.3),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["start", "import", "http"])
    parser.add_argument("--peer", type=pathlib.Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument(
        "--quiet", type=int, default=20, help="seconds to wait before each sample for other programs to leave the cores idle"
    )
    options = parser.parse_args()
    if not (options.peer / "run.py").is_file():
        sys.exit(f"no benchmark harness at {options.peer}; name it with --peer")
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # whatever the shell says: what is installed has its bytecode, all that is compared here too
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="modeldesk-bench-") as folder:
        work = pathlib.Path(folder)
        spec = work / "project.json"
        spec.write_text(json.dumps(project()))
        if "start" in options.what:
            ratios |= start()
        if "import" in options.what:
            ratios |= imports(options, spec, work)
        if "http" in options.what:
            ratios |= http(options, spec, work)
    report(ratios)


def project() -> dict[str, object]:
    """The harness's description of Modeldesk."""
    # BENCH_DB is the harness's database file; Modeldesk takes a URL.
    shell = "sh -c 'MODELDESK_DATABASE_URL=sqlite:///$BENCH_DB exec {command}'"

    def command(text: str) -> str:
        return shell.format(command=text)

    imports = f"{MODELDESK} import-providers --file {{file}}"
    return {
        "cwd": tempfile.gettempdir(),
        "prepare": [command(f"{MODELDESK} db upgrade"), command(imports)],
        "session": command(f"{PYTHON} {HERE / 'prepare.py'}"),
        "serve": command(f"{MODELDESK} serve --port {{port}} --workers {{workers}}"),
        "import_prepare": [command(f"{MODELDESK} db upgrade")],
        "imports": {
            "create": command(imports),
            "again": command(imports),
            "dry-run": command(f"{imports} --dry-run"),
            "force": command(f"{imports} --force"),
        },
        "env": {"MODELDESK_ALLOWED_HOSTS_OUTBOUND": "127.0.0.1:18199"},
    }


def harness(options: argparse.Namespace, *words: str, **environment: str) -> None:
    command = [PYTHON, str(options.peer / "run.py"), *words, "--quiet", str(options.quiet)]
    subprocess.run(command, check=True, cwd=options.peer, env={**os.environ, **environment})


def start() -> dict[str, float]:
    """The shortest command against the imports that it cannot avoid."""
    return {"modeldesk --help / import click, attrs": in_turns([MODELDESK, "--help"], [PYTHON, "-c", "import click, attrs"])}


def in_turns(ours: list[str], floor: list[str]) -> float:
    """The median ratio of two commands that run in turn."""
    pairs = [(timed(ours), timed(floor)) for _ in range(12)][1:]
    return statistics.median(mine / theirs for mine, theirs in pairs)


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def imports(options: argparse.Namespace, spec: pathlib.Path, work: pathlib.Path) -> dict[str, float]:
    def run(size: int, reps: int) -> dict[str, dict[str, list[dict[str, float]]]]:
        out = work / f"import-{size}.json"
        targets = "peer_django,raw_msgspec,project"
        harness(
            options, "import", "--targets", targets, "--sizes", str(size), "--reps", str(reps),
            "--modes", "create,again", "--project", str(spec), "--out", str(out),
        )  # fmt: skip
        return {name: modes[str(size)] for name, modes in json.loads(out.read_text())["results"].items()}

    def middle(runs: list[dict[str, float]], key: str) -> float:
        return statistics.median(entry[key] for entry in runs)

    def peak(runs: list[dict[str, float]]) -> float:
        return max(entry["rss_mb"] for entry in runs)

    few, many = run(10, 7), run(10_000, 3)
    ours, floor, peer = many["project"]["create"], many["raw_msgspec"]["create"], many["peer_django"]["create"]
    # The promise on memory names no import. The second one takes more, because it reads what exists.
    return {
        "import 10,000 / raw floor, wall": middle(ours, "wall") / middle(floor, "wall"),
        "import 10,000: peer / Modeldesk, wall": middle(peer, "wall") / middle(ours, "wall"),
        "import 10,000 again / raw floor, wall": middle(many["project"]["again"], "wall") / middle(many["raw_msgspec"]["again"], "wall"),
        "import 10,000 again: peer / Modeldesk, wall": middle(many["peer_django"]["again"], "wall")
        / middle(many["project"]["again"], "wall"),
        "import 10 / peer, wall": middle(few["project"]["create"], "wall") / middle(few["peer_django"]["create"], "wall"),
        "import 10,000 / raw floor, peak memory": peak(ours) / peak(floor),
        "import 10,000 again / raw floor, peak memory": peak(many["project"]["again"]) / peak(many["raw_msgspec"]["again"]),
    }


def http(options: argparse.Namespace, spec: pathlib.Path, work: pathlib.Path) -> dict[str, float]:
    options.peer = peer_with_our_bytes(options.peer, work / "peer")

    def run(endpoints: Sequence[str], **environment: str) -> Rounds:
        out = work / f"http-{endpoints[0]}.json"
        harness(
            options, "http", "--targets", f"peer_django,{LIMIT},project", "--project", str(spec), "--rounds", str(options.rounds),
            "--seconds", str(options.seconds), "--endpoints", ",".join(endpoints), "--out", str(out), **environment,
        )  # fmt: skip
        results: Rounds = json.loads(out.read_text())["results"]
        return results

    reads, writes = run(READS), run(["select"], PEER_SYNC="FULL")
    imported = statistics.median(timed([PYTHON, "-c", "import litestar, sqlalchemy"]) for _ in range(7))
    return {
        **{f"GET {name} / peer": rate(reads, name, "peer_django") for name in READS},
        **{f"GET {name} / limit": rate(reads, name, LIMIT) for name in READS},
        **{f"GET {name}, p99/p50 / limit's": tail(reads["project"], name) / tail(reads[LIMIT], name) for name in READS},
        "POST select / peer (synchronous=FULL)": rate(writes, "select", "peer_django"),
        "POST select / limit": rate(writes, "select", LIMIT),
        "ready / import litestar, sqlalchemy": statistics.median(one["cold_s"] for one in reads["project"]) / imported,
        "memory (PSS), started / peer": memory(reads, "pss_idle"),
        "memory (PSS), after all reads / peer": memory(reads, "pss_max"),
    }


def rate(results: Rounds, name: str, other: str) -> float:
    """Requests a second of Modeldesk by those of another target, round by round."""
    pairs = zip(results["project"], results[other], strict=True)
    return float(statistics.median(ours["endpoints"][name]["rps"] / theirs["endpoints"][name]["rps"] for ours, theirs in pairs))


def tail(rounds: list[dict[str, Any]], name: str) -> float:
    return float(statistics.median(one["endpoints"][name]["p99_ms"] / one["endpoints"][name]["p50_ms"] for one in rounds))


def memory(results: Rounds, key: str) -> float:
    ours, theirs = (statistics.median(one[key] for one in results[name]) for name in ("project", "peer_django"))
    return float(ours / theirs)


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
    os.environ.setdefault("BENCH_VENVS", str((peer / ".venvs").resolve()))
    words = ["--peer", str(peer), "--bodies", str(copy / "data" / "payloads"), "--only", *READS]
    subprocess.run([PYTHON, str(HERE / "read_path.py"), *words], check=True)
    return copy


def report(ratios: dict[str, float]) -> None:
    print(f"\n{'ratio':44} {'measured':>9}   promise")
    for name, ratio in ratios.items():
        words, bound = PROMISES.get(name, ("", 0.0))
        kept = {"at most": ratio <= bound, "at least": ratio >= bound, "": True}[words]
        promise = f"{words} {bound:g}x {'' if kept else '  NOT KEPT'}" if words else "none"
        print(f"{name:44} {ratio:8.2f}x   {promise}")


if __name__ == "__main__":
    main()
