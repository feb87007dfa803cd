"""Compares speed and memory with the peer and the raw floors, in one run, as ratios. Uses only the standard library.

    python bench/compare.py [--peer ../shared/bench] [http] [import] [start]

The peer folder contains the harness (`run.py`), the Django peer and the floors. Run `./setup` there once to create their environments
(BENCH_VENVS is another folder for them). Every figure is from a whole process or a running server on this machine, alternating with what it is
compared with. `select` is compared at equal durability: the peer runs with PEER_SYNC=FULL, as Modeldesk always does.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = sys.executable
MODELDESK = str(pathlib.Path(PYTHON).with_name("modeldesk"))

PROMISES = {
    "import 10,000 / raw floor, wall": ("at most", 4.0),
    "import 10,000: peer / Modeldesk, wall": ("at least", 5.0),
    "import 10 / peer, wall": ("at most", 1.0),
    "import 10,000 / raw floor, peak memory": ("at most", 2.2),
    "import 10,000 again / raw floor, peak memory": ("at most", 2.2),
    "modeldesk --help / import click, attrs": ("at most", 1.6),
    "GET providers / peer": ("at least", 8.0),
    "GET models / peer": ("at least", 8.0),
    "GET overview / peer": ("at least", 8.0),
    "GET browse400 / peer": ("at least", 10.0),
    "GET browse5000 / peer": ("at least", 20.0),
    "POST select / peer (synchronous=FULL)": ("at least", 3.0),
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
    ours = [MODELDESK, "--help"]
    floor = [PYTHON, "-c", "import click, attrs"]
    pairs = [(timed(ours), timed(floor)) for _ in range(12)][1:]
    return {"modeldesk --help / import click, attrs": statistics.median(mine / theirs for mine, theirs in pairs)}


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
        "import 10 / peer, wall": middle(few["project"]["create"], "wall") / middle(few["peer_django"]["create"], "wall"),
        "import 10,000 / raw floor, peak memory": peak(ours) / peak(floor),
        "import 10,000 again / raw floor, peak memory": peak(many["project"]["again"]) / peak(many["raw_msgspec"]["again"]),
    }


def http(options: argparse.Namespace, spec: pathlib.Path, work: pathlib.Path) -> dict[str, float]:
    def run(endpoints: str, **environment: str) -> dict[str, float]:
        out = work / f"http-{endpoints.replace(',', '-')}.json"
        harness(
            options, "http", "--targets", "peer_django,project", "--project", str(spec), "--rounds", str(options.rounds),
            "--seconds", str(options.seconds), "--endpoints", endpoints, "--out", str(out), **environment,
        )  # fmt: skip
        results = json.loads(out.read_text())["results"]
        return {
            name: statistics.median(
                ours["endpoints"][name]["rps"] / peer["endpoints"][name]["rps"]
                for ours, peer in zip(results["project"], results["peer_django"], strict=True)
            )
            for name in endpoints.split(",")
        }

    reads = run("providers,models,browse_static,browse400,browse5000,overview")
    writes = run("select", PEER_SYNC="FULL")
    return {
        **{f"GET {name} / peer": ratio for name, ratio in reads.items()},
        "POST select / peer (synchronous=FULL)": writes["select"],
    }


def report(ratios: dict[str, float]) -> None:
    print(f"\n{'ratio':44} {'measured':>9}   promise")
    for name, ratio in ratios.items():
        words, bound = PROMISES.get(name, ("", 0.0))
        kept = {"at most": ratio <= bound, "at least": ratio >= bound, "": True}[words]
        promise = f"{words} {bound:g}x {'' if kept else '  NOT KEPT'}" if words else "none"
        print(f"{name:44} {ratio:8.2f}x   {promise}")


if __name__ == "__main__":
    main()
