"""What is installed is what was looked at: every package by its hash, and nothing that runs by itself."""

import re
import sys
import sysconfig
import tomllib
from itertools import chain
from pathlib import Path

import pytest

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


def test_incident_01_nothing_runs_at_the_start_of_python() -> None:
    """A `.pth` file runs code whenever Python starts; those that are there are known."""
    assert sys.prefix != sys.base_prefix, "the tests run in an environment of their own"
    found = {path.name for path in Path(sysconfig.get_paths()["purelib"]).glob("*.pth")}
    assert {name for name in found if not EXPECTED_PTH.fullmatch(name)} == set()
