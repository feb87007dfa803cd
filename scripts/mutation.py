"""The mutation score of the domain's rules: `make mutation`.

mutmut changes one thing at a time in the files that `[tool.mutmut]` names, and runs the tests of the domain that reach it. A change that no test
notices is printed by its name; `mutmut show NAME` shows it, called in the folder that the last line names.

mutmut names modules by their paths, and ours are imported by another name than their path. So it works on a copy, in which `src` stands as `modeldesk`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("tests", "providers.json", "pyproject.toml")
NOTICED = ("killed", "timeout", "suspicious", "segfault")
UNNOTICED = ("survived", "no_tests")


def main() -> int:
    parser = argparse.ArgumentParser(description="The mutation score of the domain's rules.")
    parser.add_argument("--minutes", type=float, default=60, help="when to give up")
    parser.add_argument("--least", type=float, default=90, help="the lowest score that passes, in percent")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many mutants are tested at once")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutation", help="where the copy is made anew")
    parser.add_argument(
        "files", nargs="*", help="patterns in place of those in pyproject.toml, such as modeldesk/domain/model/selection.py"
    )
    given = parser.parse_args()
    lay_out(given.folder, given.files)
    limit = ["timeout", "--signal=INT", f"{given.minutes}m"]
    command = [*limit, *mutmut("run", "--max-children", str(given.processes))]
    run = subprocess.run(
        command, check=False, cwd=given.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if run.returncode:
        print(run.stdout[-4_000:])
        print(f"mutmut did not end well within {given.minutes:g} minutes")
        return 1
    return judged(given.folder, given.least)


def lay_out(folder: Path, files: list[str]) -> None:
    """A fresh copy in which `src` stands as `modeldesk`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "src", folder / "modeldesk", ignore=shutil.ignore_patterns("__pycache__"))
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    if files:
        settings = folder / "pyproject.toml"
        settings.write_text(re.sub(r"(?s)only_mutate = \[.*?\]", f"only_mutate = {json.dumps(files)}", settings.read_text()))


def judged(folder: Path, least: float) -> int:
    """Prints what no test noticed, and the score."""
    subprocess.run(mutmut("export-cicd-stats"), cwd=folder, env=environment(), check=True, capture_output=True)
    counts = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text())
    results = subprocess.run(mutmut("results"), cwd=folder, env=environment(), check=True, capture_output=True, text=True).stdout
    noticed, unnoticed = (sum(counts[name] for name in names) for names in (NOTICED, UNNOTICED))
    score = 100 * noticed / max(1, noticed + unnoticed)
    unnoticed_by_function = defaultdict[str, list[str]](list)
    for name in re.findall(r"^\s*modeldesk\.(\S+): ", results, re.MULTILINE):
        function, _, number = name.rpartition("__mutmut_")
        unnoticed_by_function[function].append(number)
    for function, numbers in unnoticed_by_function.items():
        print(f"modeldesk.{function}__mutmut_{{{','.join(numbers)}}}")
    figures = {
        "mutants": noticed + unnoticed,
        "noticed": noticed,
        "unreached": counts["no_tests"],
        "score": round(score, 1),
        "least": least,
    }
    print(json.dumps({"name": "mutation", **figures, "folder": str(folder)}))
    return 0 if score >= least else 1


def mutmut(*words: str) -> list[str]:
    return [sys.executable, "-m", "mutmut", *words]


def environment() -> dict[str, str]:
    data = os.environ.get("MODELDESK_SHARED_DATA", str(ROOT.parent / "shared" / "data"))
    return {**os.environ, "HYPOTHESIS_PROFILE": "ci", "MODELDESK_SHARED_DATA": data}


if __name__ == "__main__":
    sys.exit(main())
