"""What is installed is what was looked at: every package by its hash, and nothing that runs by itself."""

import json
import re
import sys
import sysconfig
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from scripts.sbom import document

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
EXPECTED_PTH = re.compile(r"(__editable__[.-].*modeldesk.*|distutils-precedence|_virtualenv|a1_coverage|coverage)\.pth|.*-nspkg\.pth")


def entries(lock: str) -> list[str]:
    """One text for each package: its pin, and its hashes."""
    text = "\n".join(line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#"))
    return [entry.strip() for entry in re.split(r"\n(?=\S)", text.replace("\\\n", "")) if entry.strip()]


@pytest.mark.parametrize("lock", LOCKS)
def test_incident_01_everything_is_locked_by_hash(lock: str) -> None:
    """Pinned exactly, with at least one SHA-256, from no address of its own."""
    found = entries(lock)
    assert len(found) > 30
    for entry in found:
        assert re.match(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==\S+", entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry[:80]
        assert "://" not in entry


def test_both_locks_hold_the_same_versions() -> None:
    """What the tests run with is what runs."""
    lean, full = ({entry.split("==")[0]: entry.split()[0] for entry in entries(lock)} for lock in LOCKS)
    assert lean.items() <= full.items()


def test_what_is_declared_is_locked() -> None:
    """A dependency that the lock does not hold would be fetched unseen; those of the extras are installed from it, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values()), "asyncpg"]
    names = {re.split(r"[\[<>=~!; ]", text)[0].lower().replace("_", "-") for text in declared}
    locked = {re.split(r"[\[=]", entry)[0].lower().replace("_", "-") for entry in entries(LOCKS[0])}
    assert names <= locked


def test_whatever_installs_takes_what_is_locked_and_nothing_else() -> None:
    """By its hash, or without what it depends on: the project itself. No package runs a script, and no build fetches anything."""
    lines = [line.strip() for file in ("Makefile", "deploy/install.sh") for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    installing = [line for line in lines if re.search(r"^@?(\$\(PIP_INSTALL\)|pip .*\b(install|wheel)|npm) ", line)]
    assert len(installing) == 7
    for line in installing:
        is_locked = "--require-hashes -r " in line or "npm ci " in line
        is_own = "--no-deps" in line and ("--no-build-isolation" in line or line.endswith(".whl"))
        assert is_locked or is_own, line
        assert "--ignore-scripts" in line or "npm" not in line, line


def test_a_new_lock_takes_nothing_that_came_out_this_week() -> None:
    """Most poisoned releases are found within days."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    compiling = re.findall(r"pip compile .*", makefile)
    assert compiling
    assert all("--exclude-newer '7 days'" in line and "--generate-hashes" in line for line in compiling)


def test_no_tool_is_fetched_by_a_name_that_can_move() -> None:
    """Hooks run what the lock installed; whatever a workflow uses stands with its commit; packages for JavaScript with their digests."""
    assert set(re.findall(r"repo: (\S+)", (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))) == {"local"}
    for workflow in (ROOT / ".github").rglob("*.y*ml"):
        for used in re.findall(r"uses: *(\S+)", workflow.read_text(encoding="utf-8")):
            assert re.search(r"@[0-9a-f]{40}$", used), used
    javascript = json.loads((ROOT / "tests/consumer/javascript/package-lock.json").read_bytes())["packages"]
    assert all(package["integrity"].startswith("sha512-") for path, package in javascript.items() if path)


def test_each_direct_dependency_has_its_reason() -> None:
    """In the table of ADR 9; what the extras bring stands below it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs/adr/0009-dependencies.md").read_text(encoding="utf-8")
    listed = {name for row in re.findall(r"^\| ([a-z].*?) \|", reasons, re.MULTILINE) for name in row.split(", ")} - {"package"}
    assert {re.split(r"[<>=]", text)[0] for text in project["dependencies"]} == listed
    for extra in chain.from_iterable(project["optional-dependencies"].values()):
        assert re.split(r"[\[<>=]", extra)[0] in reasons


def test_the_bill_of_materials_is_what_is_locked() -> None:
    """Every package with its version and all its hashes, each needed by another one of them or by Modeldesk."""
    lock = (ROOT / LOCKS[0]).read_text(encoding="utf-8")
    bill = document(lock, {"name": "modeldesk", "version": "1", "license": "MIT"})
    pinned = {re.sub(r"\[.*?\]|[ ;\\].*", "", entry): set(re.findall(r"sha256:(\w+)", entry)) for entry in entries(LOCKS[0])}
    hashes = {part["bom-ref"]: {file["content"] for file in part["hashes"]} for part in bill["components"]}
    assert hashes == {f"pkg:pypi/{pin.replace('==', '@')}": found for pin, found in pinned.items()}
    needs = {entry["ref"]: set(entry["dependsOn"]) for entry in bill["dependencies"]}
    assert set(needs) == {*hashes, "pkg:pypi/modeldesk@1"}
    assert set[str]().union(*needs.values()) == set(hashes)


def test_incident_01_nothing_runs_at_the_start_of_python() -> None:
    """A `.pth` file runs code whenever Python starts; those that are there are known."""
    assert sys.prefix != sys.base_prefix, "the tests run in an environment of their own"
    found = {path.name for path in Path(sysconfig.get_paths()["purelib"]).glob("*.pth")}
    assert {name for name in found if not EXPECTED_PTH.fullmatch(name)} == set()
